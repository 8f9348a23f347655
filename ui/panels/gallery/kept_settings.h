#pragma once

#include <QWidget>

#include "core/config/generation_request.h"

class QLabel;
class QPushButton;

namespace pleinair::ui {

/// What a picture's recipe brought and no field shows, so that the same picture comes back: how it was sampled, its
/// start picture, SDXL's sizes, another model or device. One line says what is in force, and a button leaves it out.
class KeptSettings final : public QWidget {
  Q_OBJECT
 public:
  explicit KeptSettings(QWidget* parent = nullptr);

  /// Keeps the rarer settings of a recipe; `model` is empty where the project's own model is meant.
  void setRecipe(const PictureRecipe& recipe, const std::filesystem::path& model);
  /// The LoRAs in force: one with a weight of its own on the text encoders is told too.
  void setLoras(std::vector<LoraReference> loras);
  /// Puts what is kept in place of what the request has. A start picture that was not found here is left out.
  void applyTo(GenerationRequest& request) const;

  /// The rarer settings of a recipe in words, in the language of the moment.
  static QStringList describe(const PictureRecipe& recipe);

 Q_SIGNALS:
  /// The artist left everything out; LoRAs lose their own weight on the text encoders.
  void leftOut();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();

  PictureRecipe m_recipe;  ///< only the fields that describe() tells
  std::filesystem::path m_model;
  std::vector<LoraReference> m_loras;
  QLabel* m_text;
  QPushButton* m_leaveOut;
};

}  // namespace pleinair::ui
