#pragma once

#include <QWidget>

#include "core/config/generation_request.h"

class QPlainTextEdit;
class QToolButton;

namespace pleinair::ui {

class FoldSection;
class KeptSettings;
class LoraList;
class NoiseInputs;
class QuietComboBox;
class QuietDoubleSpinBox;
class QuietSpinBox;
class SeedEdit;
class SettingRow;

/// Everything that decides the pictures of a set, as fields: prompts (one a line), negative prompt, LoRAs, sampler,
/// steps, guidance, seed, size, count, and folded what is rarely needed.
class RecipeForm final : public QWidget {
  Q_OBJECT
 public:
  explicit RecipeForm(QWidget* parent = nullptr);

  /// The request; its model is empty where the project's is meant. With no prompt at all there is one empty prompt.
  [[nodiscard]] GenerationRequest request() const;
  /// Takes over a picture's recipe, and its model where that is not the project's; returns the names of LoRAs that
  /// are not found here.
  QStringList applyRecipe(const PictureRecipe& recipe, const std::filesystem::path& model = {});
  void setSize(int width, int height);
  /// Proposes prompts where none is written yet.
  void proposePrompts(const QStringList& prompts);
  [[nodiscard]] LoraList& loras() { return *m_loras; }
  /// What the next set could be called: the first words of its prompt.
  [[nodiscard]] QString suggestedName() const;

 Q_SIGNALS:
  void changed();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QWidget* buildSize();
  QWidget* buildSeed();
  /// What stands under the prompts; that models read English, once it matters.
  void explainPrompts();
  void retranslate();

  QPlainTextEdit *m_prompts, *m_negative;
  LoraList* m_loras;
  KeptSettings* m_kept;
  QuietComboBox* m_sampler;
  QuietSpinBox *m_steps, *m_width, *m_height, *m_count;
  QuietDoubleSpinBox* m_guidance;
  double m_guidanceShown = 0, m_guidanceMeant = 0;  ///< a recipe's guidance, which the field rounds
  NoiseInputs* m_noise;
  FoldSection* m_rare;
  SeedEdit* m_seed;
  QToolButton* m_dice;
  SettingRow *m_promptsRow, *m_negativeRow, *m_samplerRow, *m_stepsRow, *m_guidanceRow, *m_seedRow, *m_sizeRow,
      *m_countRow;
};

}  // namespace pleinair::ui
