#pragma once

#include <QWidget>

#include "core/config/generation_request.h"

class QCheckBox;

namespace pleinair::ui {

class QuietComboBox;
class SettingRow;

/// What a model is taken to predict, and whether its noise schedule ends in pure noise: the same two questions for
/// drawing and for training.
class NoiseInputs final : public QWidget {
  Q_OBJECT
 public:
  explicit NoiseInputs(QWidget* parent = nullptr);

  void setValues(PredictionChoice prediction, bool zeroTerminalSnr);
  [[nodiscard]] PredictionChoice prediction() const;
  [[nodiscard]] bool zeroTerminalSnr() const;

 Q_SIGNALS:
  void changed();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();

  QuietComboBox* m_prediction;
  QCheckBox* m_zeroSnr;
  SettingRow *m_predictionRow, *m_zeroSnrRow;
};

}  // namespace pleinair::ui
