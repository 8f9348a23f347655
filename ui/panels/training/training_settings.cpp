#include "ui/panels/training/training_settings.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "core/config/samplers.h"
#include "ui/style/tokens.h"
#include "ui/widgets/noise_inputs.h"
#include "ui/widgets/number_inputs.h"
#include "ui/widgets/settings_form.h"

namespace pleinair::ui {

namespace {

constexpr const char* kDigits = "digits";
constexpr int kMostSteps = 10'000'000;

constexpr double TrainingConfig::*kRoundedNumbers[] = {
    &TrainingConfig::alpha,
    &TrainingConfig::captionDropout,
    &TrainingConfig::learningRate,
    &TrainingConfig::textEncoderLearningRate,
    &TrainingConfig::textEncoder2LearningRate,
    &TrainingConfig::minSnrGamma,
    &TrainingConfig::noiseOffset,
    &TrainingConfig::timestepShift,
    &TrainingConfig::weightDecay,
    &TrainingConfig::maxGradientNorm,
    &TrainingConfig::sampleGuidance,
};

QuietSpinBox* whole(int least, int most, int step = 1) {
  auto* box = new QuietSpinBox;
  box->setRange(least, most);
  box->setSingleStep(step);
  return box;
}

QuietDoubleSpinBox* fraction(double least, double most, int digits, double step) {
  auto* box = new QuietDoubleSpinBox;
  box->setDecimals(digits);
  box->setProperty(kDigits, digits);
  box->setRange(least, most);
  box->setSingleStep(step);
  return box;
}

/// With the field's own digits after the point, or as many more as the value takes: what counts is what is seen.
void setFine(QuietDoubleSpinBox* box, double value) {
  constexpr int kMost = 6;
  int digits = box->property(kDigits).toInt();
  const double exact = QString::number(value, 'f', kMost).toDouble();
  while (digits < kMost && QString::number(value, 'f', digits).toDouble() != exact) ++digits;
  box->setDecimals(digits);
  box->setValue(value);
}

}  // namespace

TrainingSettings::TrainingSettings(QWidget* parent) : QWidget(parent) {
  buildFields();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(Metrics::kMargin, Metrics::kMargin, Metrics::kMargin, Metrics::kMargin);
  layout->setSpacing(Metrics::kMargin);
  layout->addWidget(buildPresets());
  layout->addWidget(m_presetSentence);
  m_nameRow = new SettingRow(m_name, SettingRow::Shape::Under);
  m_promptsRow = new SettingRow(m_prompts, SettingRow::Shape::Under);
  layout->addWidget(m_nameRow);
  layout->addWidget(m_promptsRow);

  m_adapter = new FoldSection;
  m_rankRow = row(m_adapter, m_rank);
  m_alphaRow = row(m_adapter, m_alpha);
  for (QCheckBox* target : {m_unet, m_feedForward, m_convolutions, m_text, m_text2}) m_adapter->addRow(target);
  m_adapter->addRow(m_trainable);
  m_pictures = new FoldSection;
  m_resolutionRow = row(m_pictures, m_resolution);
  m_bucketRow = row(m_pictures, m_bucketStep);
  m_batchRow = row(m_pictures, m_batch);
  m_accumulateRow = row(m_pictures, m_accumulate);
  m_dropoutRow = row(m_pictures, m_dropout);
  m_steps = new FoldSection;
  m_stepRow = row(m_steps, m_stepCount);
  m_rateRow = row(m_steps, m_rate);
  m_textRateRow = row(m_steps, m_textRate);
  m_text2RateRow = row(m_steps, m_text2Rate);
  m_scheduleRow = new SettingRow(m_schedule, SettingRow::Shape::Under);
  m_steps->addRow(m_scheduleRow);
  m_warmupRow = row(m_steps, m_warmup);
  m_seedRow = row(m_steps, m_seed);
  m_snrRow = row(m_steps, m_snr);
  m_noiseRow = row(m_steps, m_noise);
  m_shiftRow = row(m_steps, m_shift);
  m_steps->addRow(m_noiseInputs);
  m_decayRow = row(m_steps, m_decay);
  m_clipRow = row(m_steps, m_clip);
  m_samples = new FoldSection;
  m_sampleEveryRow = row(m_samples, m_sampleEvery);
  m_checkpointEveryRow = row(m_samples, m_checkpointEvery);
  m_samplerRow = new SettingRow(m_sampler, SettingRow::Shape::Under);
  m_samples->addRow(m_samplerRow);
  m_sampleStepsRow = row(m_samples, m_sampleSteps);
  m_guidanceRow = row(m_samples, m_guidance);
  m_sampleSeedRow = row(m_samples, m_sampleSeed);
  m_negativeRow = new SettingRow(m_negative, SettingRow::Shape::Under);
  m_samples->addRow(m_negativeRow);
  for (FoldSection* section : {m_adapter, m_pictures, m_steps, m_samples}) layout->addWidget(section);
  layout->addStretch(1);

  retranslate();
  setConfig(defaultTraining(m_basis));
  connectFields();
}

SettingRow* TrainingSettings::row(FoldSection* section, QWidget* field) {
  auto* added = new SettingRow(field);
  section->addRow(added);
  return added;
}

void TrainingSettings::buildFields() {
  m_presetSentence = new QLabel;
  m_presetSentence->setProperty("role", "quiet");
  m_presetSentence->setWordWrap(true);
  m_trainable = new QLabel;
  m_trainable->setWordWrap(true);
  m_name = new QLineEdit;
  m_name->setObjectName(QStringLiteral("runName"));
  m_prompts = new QPlainTextEdit;
  m_prompts->setObjectName(QStringLiteral("samplePrompts"));
  m_prompts->setTabChangesFocus(true);
  m_prompts->setFixedHeight(76);
  m_rank = whole(1, 1024);
  m_rank->setObjectName(QStringLiteral("rank"));
  m_alpha = fraction(0.01, 10'000, 2, 1);
  m_unet = new QCheckBox;
  m_feedForward = new QCheckBox;
  m_feedForward->setObjectName(QStringLiteral("feedForward"));
  m_convolutions = new QCheckBox;
  m_convolutions->setObjectName(QStringLiteral("convolutions"));
  m_text = new QCheckBox;
  m_text2 = new QCheckBox;
  m_text2->setObjectName(QStringLiteral("secondTextEncoder"));
  m_resolution = whole(64, 4096, 64);
  m_resolution->setObjectName(QStringLiteral("resolution"));
  m_bucketStep = whole(8, 256, 8);
  m_batch = whole(1, 1024);
  m_batch->setObjectName(QStringLiteral("batch"));
  m_accumulate = whole(1, 1024);
  m_dropout = fraction(0, 100, 0, 5);
  m_stepCount = whole(1, kMostSteps, 50);
  m_stepCount->setObjectName(QStringLiteral("steps"));
  m_rate = new RateBox;
  m_rate->setObjectName(QStringLiteral("learningRate"));
  m_textRate = new RateBox;
  m_text2Rate = new RateBox;
  m_schedule = new QuietComboBox;
  m_warmup = whole(0, kMostSteps, 10);
  m_seed = new SeedEdit;
  m_snr = fraction(0, 1000, 1, 1);
  m_noise = fraction(0, 1, 3, 0.01);
  m_shift = fraction(0.1, 20, 2, 0.5);
  m_shift->setObjectName(QStringLiteral("timestepShift"));
  m_noiseInputs = new NoiseInputs;
  m_decay = fraction(0, 10, 4, 0.005);
  m_clip = fraction(0, 1'000'000, 2, 0.5);
  m_sampleEvery = whole(0, kMostSteps, 10);
  m_sampleEvery->setObjectName(QStringLiteral("sampleEvery"));
  m_checkpointEvery = whole(0, kMostSteps, 50);
  m_checkpointEvery->setObjectName(QStringLiteral("checkpointEvery"));
  m_sampler = new QuietComboBox;
  for (const SamplerInfo& sampler : samplers()) {
    QString name = QString::fromUtf8(sampler.name.data(), static_cast<qsizetype>(sampler.name.size()));
    if (!sampler.schedule.empty()) name += QLatin1Char(' ') + QString::fromUtf8(sampler.schedule.data());
    m_sampler->addItem(name, QString::fromUtf8(sampler.id.data(), static_cast<qsizetype>(sampler.id.size())));
  }
  m_sampleSteps = whole(1, 1000);
  m_sampleSteps->setObjectName(QStringLiteral("sampleSteps"));
  m_guidance = fraction(0, 100, 1, 0.5);
  m_sampleSeed = new SeedEdit;
  m_negative = new QLineEdit;
}

QWidget* TrainingSettings::buildPresets() {
  auto* line = new QWidget;
  auto* layout = new QHBoxLayout(line);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  m_presets = new QButtonGroup(this);
  for (const TrainingPreset preset : {TrainingPreset::Quick, TrainingPreset::Balanced, TrainingPreset::Thorough}) {
    auto* button = new QPushButton;
    button->setCheckable(true);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_presets->addButton(button, static_cast<int>(preset));
    layout->addWidget(button);
  }
  connect(m_presets, &QButtonGroup::idClicked, this,
          [this](int preset) { applyPreset(static_cast<TrainingPreset>(preset)); });
  return line;
}

void TrainingSettings::connectFields() {
  for (auto* box : {m_rank, m_resolution, m_bucketStep, m_batch, m_accumulate, m_stepCount, m_warmup, m_sampleEvery,
                    m_checkpointEvery, m_sampleSteps}) {
    connect(box, &QSpinBox::valueChanged, this, &TrainingSettings::onEdited);
  }
  for (QDoubleSpinBox* box : std::initializer_list<QDoubleSpinBox*>{m_alpha, m_decay, m_clip, m_snr, m_noise, m_shift,
                                                                    m_dropout, m_guidance, m_rate, m_textRate,
                                                                    m_text2Rate}) {
    connect(box, &QDoubleSpinBox::valueChanged, this, &TrainingSettings::onEdited);
  }
  for (auto* box : {m_schedule, m_sampler}) {
    connect(box, &QComboBox::currentIndexChanged, this, &TrainingSettings::onEdited);
  }
  for (auto* box : {m_unet, m_feedForward, m_convolutions, m_text, m_text2})
    connect(box, &QCheckBox::toggled, this, &TrainingSettings::onEdited);
  connect(m_noiseInputs, &NoiseInputs::changed, this, &TrainingSettings::onEdited);
  for (QLineEdit* edit : std::initializer_list<QLineEdit*>{m_name, m_seed, m_sampleSeed, m_negative}) {
    connect(edit, &QLineEdit::textChanged, this, &TrainingSettings::onEdited);
  }
  connect(m_prompts, &QPlainTextEdit::textChanged, this, &TrainingSettings::onEdited);
}

void TrainingSettings::setConfig(const TrainingConfig& config) {
  m_setting = true;
  m_config = config;
  m_name->setText(QString::fromStdString(config.name));
  QStringList prompts;
  for (const std::string& prompt : config.samplePrompts) prompts << QString::fromStdString(prompt);
  if (m_prompts->toPlainText() != prompts.join(QLatin1Char('\n'))) {
    m_prompts->setPlainText(prompts.join(QLatin1Char('\n')));
  }
  m_rank->setValue(config.rank);
  setFine(m_alpha, config.alpha);
  m_unet->setChecked(config.targets.unetAttention);
  m_feedForward->setChecked(config.targets.unetFeedForward);
  m_convolutions->setChecked(config.targets.unetConvolutions);
  m_text->setChecked(config.targets.textEncoderAttention);
  m_text2->setChecked(config.targets.textEncoder2Attention);
  m_resolution->setValue(config.resolution);
  m_bucketStep->setValue(config.bucketStep);
  m_batch->setValue(config.batchSize);
  m_accumulate->setValue(config.accumulate);
  setFine(m_dropout, config.captionDropout * 100);
  m_stepCount->setValue(config.steps);
  m_rate->setValue(config.learningRate);
  m_textRate->setValue(config.textEncoderLearningRate);
  m_text2Rate->setValue(config.textEncoder2LearningRate);
  m_schedule->setCurrentIndex(static_cast<int>(config.schedule));
  m_warmup->setValue(config.warmupSteps);
  m_seed->setSeed(config.seed);
  setFine(m_snr, config.minSnrGamma);
  setFine(m_noise, config.noiseOffset);
  setFine(m_shift, config.timestepShift);
  m_noiseInputs->setValues(config.prediction, config.zeroTerminalSnr);
  setFine(m_decay, config.weightDecay);
  setFine(m_clip, config.maxGradientNorm);
  m_sampleEvery->setValue(config.sampleEvery);
  m_checkpointEvery->setValue(config.checkpointEvery);
  m_sampler->setCurrentIndex(std::max(0, m_sampler->findData(QString::fromStdString(config.sampleSampler))));
  m_sampleSteps->setValue(config.sampleSteps);
  setFine(m_guidance, config.sampleGuidance);
  m_sampleSeed->setSeed(config.sampleSeed);
  m_negative->setText(QString::fromStdString(config.sampleNegativePrompt));
  m_shown = fields();
  m_setting = false;
  onEdited();
}

TrainingConfig TrainingSettings::config() const {
  TrainingConfig config = fields();
  // A field rounds what it shows: until it is edited, the number that was set is the one that is meant.
  for (const auto number : kRoundedNumbers) {
    if (config.*number == m_shown.*number) config.*number = m_config.*number;
  }
  return config;
}

TrainingConfig TrainingSettings::fields() const {
  TrainingConfig config = m_config;
  config.name = m_name->text().trimmed().toStdString();
  config.samplePrompts.clear();
  for (const QString& line : m_prompts->toPlainText().split(QLatin1Char('\n'))) {
    if (!line.trimmed().isEmpty()) config.samplePrompts.push_back(line.trimmed().toStdString());
  }
  config.rank = m_rank->value();
  config.alpha = m_alpha->value();
  config.targets.unetAttention = m_unet->isChecked();
  config.targets.unetFeedForward = m_feedForward->isChecked();
  config.targets.unetConvolutions = m_convolutions->isChecked();
  config.targets.textEncoderAttention = m_text->isChecked();
  config.targets.textEncoder2Attention = m_text2->isChecked();
  config.resolution = m_resolution->value() / 8 * 8;
  config.bucketStep = m_bucketStep->value() / 8 * 8;
  config.batchSize = m_batch->value();
  config.accumulate = m_accumulate->value();
  config.captionDropout = m_dropout->value() / 100;
  config.steps = m_stepCount->value();
  config.learningRate = m_rate->value();
  config.textEncoderLearningRate = m_textRate->value();
  config.textEncoder2LearningRate = m_text2Rate->value();
  config.schedule = static_cast<LearningRateSchedule>(m_schedule->currentIndex());
  config.warmupSteps = m_warmup->value();
  config.seed = m_seed->seed();
  config.minSnrGamma = m_snr->value();
  config.noiseOffset = m_noise->value();
  config.timestepShift = m_shift->value();
  config.prediction = m_noiseInputs->prediction();
  config.zeroTerminalSnr = m_noiseInputs->zeroTerminalSnr();
  config.weightDecay = m_decay->value();
  config.maxGradientNorm = m_clip->value();
  config.sampleEvery = m_sampleEvery->value();
  config.checkpointEvery = m_checkpointEvery->value();
  config.sampleSampler = m_sampler->currentData().toString().toStdString();
  config.sampleSteps = m_sampleSteps->value();
  config.sampleGuidance = m_guidance->value();
  config.sampleSeed = m_sampleSeed->seed();
  config.sampleNegativePrompt = m_negative->text().toStdString();
  return config;
}

void TrainingSettings::applyPreset(TrainingPreset preset) { setConfig(withPreset(config(), preset, m_basis)); }

void TrainingSettings::setBasis(const TrainingBasis& basis) {
  m_basis = basis;
  onEdited();
}

void TrainingSettings::setTrainableText(const QString& text) { m_trainable->setText(text); }

void TrainingSettings::onEdited() {
  if (m_setting) return;
  // A learning rate is not carried from one scale to another: the effective scale is always in sight.
  const QString scale = QString::number(m_alpha->value() / m_rank->value(), 'g', 3);
  m_alphaRow->setSentence(tr("The change is added times strength / detail: now × %1.").arg(scale));
  m_textRateRow->setVisible(m_text->isChecked());
  m_text2->setVisible(m_basis.twoTextEncoders);
  m_text2RateRow->setVisible(m_basis.twoTextEncoders && m_text2->isChecked());
  showPreset();
  Q_EMIT changed();
}

void TrainingSettings::showPreset() {
  const TrainingConfig now = config();
  m_presets->setExclusive(false);
  m_presetSentence->setText(tr("Own settings, see the groups below."));
  const QString sentences[] = {m_basis.small ? tr("A first impression in a few minutes.")
                                             : tr("A first impression; a matter of minutes on a GPU only."),
                               tr("A good likeness for most sets of photos."),
                               tr("Finer detail for larger sets; takes about four times as long.")};
  for (int preset = 0; preset < 3; ++preset) {
    const bool same = withPreset(now, static_cast<TrainingPreset>(preset), m_basis) == now;
    m_presets->button(preset)->setChecked(same);
    if (same) m_presetSentence->setText(sentences[preset]);
  }
}

void TrainingSettings::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
