#pragma once

#include <QLineEdit>
#include <cstdint>

#include "ui/widgets/quiet_inputs.h"

namespace pleinair::ui {

/// "0.001", "3.9e-7": a rate in two or three figures, short.
QString rateText(double rate);

/// A rate from 1e-8 to 1 as people write it: "0.001", "1e-4". A step changes it by a tenth of a power of ten.
class RateBox final : public QuietDoubleSpinBox {
  Q_OBJECT
 public:
  explicit RateBox(QWidget* parent = nullptr);

  [[nodiscard]] QString textFromValue(double value) const override;
  [[nodiscard]] double valueFromText(const QString& text) const override;
  QValidator::State validate(QString& text, int& position) const override;
  void stepBy(int steps) override;
};

/// A seed: any whole number of 64 bits.
class SeedEdit final : public QLineEdit {
  Q_OBJECT
 public:
  explicit SeedEdit(QWidget* parent = nullptr);

  [[nodiscard]] std::uint64_t seed() const;
  void setSeed(std::uint64_t seed);
  /// Takes a new seed by chance, of up to nine digits so that it can be read out.
  void roll();
};

}  // namespace pleinair::ui
