#pragma once

#include <QWidget>

#include "core/config/training_config.h"

class QButtonGroup;
class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;

namespace pleinair::ui {

class FoldSection;
class NoiseInputs;
class QuietComboBox;
class QuietDoubleSpinBox;
class QuietSpinBox;
class RateBox;
class SeedEdit;
class SettingRow;

/// The settings of a run: three choices in plain words over the full list, folded in groups. Shows and edits one
/// TrainingConfig; what it has no field for passes through unchanged.
class TrainingSettings final : public QWidget {
  Q_OBJECT
 public:
  explicit TrainingSettings(QWidget* parent = nullptr);

  void setConfig(const TrainingConfig& config);
  /// The model's, which presets go by and which says whether there is a second text encoder to train.
  void setBasis(const TrainingBasis& basis);
  [[nodiscard]] TrainingConfig config() const;
  void applyPreset(TrainingPreset preset);
  /// "0.6 % of 12.1 M parameters", or why it is not known; shown with the adapter's settings.
  void setTrainableText(const QString& text);

 Q_SIGNALS:
  void changed();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void buildFields();
  QWidget* buildPresets();
  void connectFields();
  void retranslate();
  void retranslateAdapter();
  void retranslatePictures();
  void retranslateSteps();
  void retranslateSamples();
  /// What the fields say, rounded as they show it.
  [[nodiscard]] TrainingConfig fields() const;
  void onEdited();
  void showPreset();
  SettingRow* row(FoldSection* section, QWidget* field);

  TrainingBasis m_basis;
  TrainingConfig m_config;  // what was set last; fields overwrite their own values
  TrainingConfig m_shown;   // what they said just then
  bool m_setting = false;

  QButtonGroup* m_presets;
  QLabel* m_presetSentence;
  QLabel* m_trainable;
  QLineEdit* m_name;
  QPlainTextEdit* m_prompts;
  SettingRow *m_nameRow, *m_promptsRow;
  FoldSection *m_adapter, *m_pictures, *m_steps, *m_samples;

  QuietSpinBox *m_rank, *m_resolution, *m_bucketStep, *m_batch, *m_accumulate, *m_stepCount, *m_warmup;
  QuietDoubleSpinBox *m_alpha, *m_decay, *m_clip, *m_snr, *m_noise, *m_shift, *m_dropout, *m_guidance;
  RateBox *m_rate, *m_textRate, *m_text2Rate;
  QuietComboBox *m_schedule, *m_sampler;
  QCheckBox *m_unet, *m_feedForward, *m_convolutions, *m_text, *m_text2;
  NoiseInputs* m_noiseInputs;
  SeedEdit *m_seed, *m_sampleSeed;
  QuietSpinBox *m_sampleEvery, *m_checkpointEvery, *m_sampleSteps;
  QLineEdit* m_negative;
  SettingRow *m_rankRow, *m_alphaRow, *m_resolutionRow, *m_bucketRow, *m_batchRow, *m_accumulateRow, *m_stepRow,
      *m_warmupRow, *m_decayRow, *m_clipRow, *m_snrRow, *m_noiseRow, *m_shiftRow, *m_dropoutRow, *m_guidanceRow,
      *m_rateRow, *m_textRateRow, *m_text2RateRow, *m_scheduleRow, *m_samplerRow, *m_seedRow, *m_sampleSeedRow,
      *m_sampleEveryRow, *m_checkpointEveryRow, *m_sampleStepsRow, *m_negativeRow;
};

}  // namespace pleinair::ui
