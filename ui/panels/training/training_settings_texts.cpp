// The words of the settings form, apart from its wiring.
#include <QAbstractButton>
#include <QButtonGroup>
#include <QCheckBox>
#include <QPlainTextEdit>

#include "ui/panels/training/training_settings.h"
#include "ui/widgets/number_inputs.h"
#include "ui/widgets/settings_form.h"

namespace pleinair::ui {

void TrainingSettings::retranslate() {
  m_presets->button(static_cast<int>(TrainingPreset::Quick))->setText(tr("Quick"));
  m_presets->button(static_cast<int>(TrainingPreset::Balanced))->setText(tr("Balanced"));
  m_presets->button(static_cast<int>(TrainingPreset::Thorough))->setText(tr("Thorough"));
  m_nameRow->setTexts(tr("Name of the run"));
  m_promptsRow->setTexts(tr("Sample prompts, one a line"), {},
                         tr("Drawn from time to time with the same seed, to see what the training does."));
  m_adapter->setTitle(tr("Adapter"));
  m_pictures->setTitle(tr("Pictures"));
  m_steps->setTitle(tr("Steps and learning"));
  m_samples->setTitle(tr("Samples and checkpoints"));
  retranslateAdapter();
  retranslatePictures();
  retranslateSteps();
  retranslateSamples();
  onEdited();
}

void TrainingSettings::retranslateAdapter() {
  m_rankRow->setTexts(tr("Detail of the adapter (rank)"), {},
                      tr("More keeps finer detail, makes a larger file and sticks closer to the photos."));
  m_alphaRow->setTexts(tr("Strength of the adapter (alpha)"));
  m_unet->setText(tr("Learn how it looks (UNet attention)"));
  m_feedForward->setText(tr("… and its finer detail (feed-forward)"));
  m_convolutions->setText(tr("… and its surfaces (convolutions)"));
  for (QCheckBox* more : {m_feedForward, m_convolutions}) {
    more->setToolTip(tr("Comes closer to the photos; makes a larger file and takes longer."));
  }
  m_text2->setText(tr("… with the second text encoder as well"));
  m_text->setText(tr("Learn the words too (text encoder)"));
  m_text->setToolTip(tr("Helps with a new trigger word; too much of it blurs what other words mean."));
}

void TrainingSettings::retranslatePictures() {
  m_resolutionRow->setTexts(tr("Size (resolution)"), tr("px"),
                            tr("Photos keep their own aspect at this square's area. Best at the model's own size."));
  m_bucketRow->setTexts(tr("Size step (bucket)"), tr("px"),
                        tr("Sides are multiples of this; smaller steps crop less."));
  m_batchRow->setTexts(tr("Photos at once (batch)"), tr("photos"),
                       tr("More makes each step steadier, slower and hungrier for memory."));
  m_accumulateRow->setTexts(tr("Batches a step (accumulate)"), {},
                            tr("Works like a larger batch without its memory."));
  m_dropoutRow->setTexts(tr("Steps without caption (dropout)"), tr("%"),
                         tr("Some steps see no words, so that guidance keeps working."));
}

void TrainingSettings::retranslateSteps() {
  m_stepRow->setTexts(tr("Steps"), tr("steps"), tr("How often the adapter is adjusted."));
  m_rateRow->setTexts(tr("Learning rate"), {},
                      tr("How far each step goes. Too high burns colours, too low learns little."));
  m_textRateRow->setTexts(tr("Learning rate of the words"), {},
                          tr("For the text encoder; a tenth of the other is usual."));
  m_text2RateRow->setTexts(tr("Learning rate of the second text encoder"));
  m_scheduleRow->setTexts(tr("Course of the rate (schedule)"));
  const QString schedules[] = {tr("Constant"), tr("Linear"), tr("Cosine")};
  const bool setting = m_setting;
  m_setting = true;
  for (int index = 0; index < 3; ++index) {
    if (m_schedule->count() <= index) {
      m_schedule->addItem(schedules[index]);
    } else {
      m_schedule->setItemText(index, schedules[index]);
    }
  }
  m_setting = setting;
  m_warmupRow->setTexts(tr("Gentle start (warm-up)"), tr("steps"), tr("The rate rises over these first steps."));
  m_seedRow->setTexts(tr("Seed"), {}, tr("The same seed and settings give the same run."));
  m_snrRow->setTexts(tr("Even out noise levels (min-SNR)"), {}, tr("5 is usual; 0 leaves it out."));
  m_noiseRow->setTexts(tr("Light and dark (noise offset)"), {},
                       tr("Lets very dark and very bright pictures be learnt; 0.05 is usual, 0 leaves it out."));
  m_shiftRow->setTexts(tr("Lean towards noise (timestep shift)"), {},
                       tr("Above 1, colours and composition are learnt more than detail; 1 treats all alike."));
  m_decayRow->setTexts(tr("Weight decay"), {}, tr("Holds the weights small."));
  m_clipRow->setTexts(tr("Longest step (gradient clipping)"), {},
                      tr("Cuts single steps that go too far; 0 never cuts."));
}

void TrainingSettings::retranslateSamples() {
  m_sampleEveryRow->setTexts(tr("Draw samples every"), tr("steps"), tr("0 draws none."));
  m_checkpointEveryRow->setTexts(tr("Save a checkpoint every"), tr("steps"), tr("0 saves only at the end."));
  m_samplerRow->setTexts(tr("Sampler"));
  m_sampleStepsRow->setTexts(tr("Steps a sample"), tr("steps"));
  m_guidanceRow->setTexts(tr("Closeness to the prompt (guidance)"));
  m_sampleSeedRow->setTexts(tr("Seed of the samples"));
  m_negativeRow->setTexts(tr("Not in the samples (negative prompt)"));
}

}  // namespace pleinair::ui
