#include "ui/widgets/number_inputs.h"

#include <QRandomGenerator>
#include <QRegularExpressionValidator>
#include <cmath>

namespace pleinair::ui {

QString rateText(double rate) {
  return QString::number(rate, 'g', 3).replace(QLatin1String("e-0"), QLatin1String("e-"));
}

RateBox::RateBox(QWidget* parent) : QuietDoubleSpinBox(parent) {
  setDecimals(12);
  setRange(0, 1);
}

QString RateBox::textFromValue(double value) const { return QString::number(value, 'g', 4); }

double RateBox::valueFromText(const QString& text) const { return text.trimmed().toDouble(); }

QValidator::State RateBox::validate(QString& text, int&) const {
  static const QRegularExpression kBegun(QStringLiteral("^\\s*\\d*\\.?\\d*([eE]-?\\d{0,2})?\\s*$"));
  bool ok = false;
  const double value = text.trimmed().toDouble(&ok);
  if (ok && value >= minimum() && value <= maximum()) return QValidator::Acceptable;
  return kBegun.match(text).hasMatch() ? QValidator::Intermediate : QValidator::Invalid;
}

void RateBox::stepBy(int steps) {
  const double from = value() > 0 ? value() : 1e-6;
  const double to = from * std::pow(10.0, 0.1 * steps);
  // Two figures are enough for a rate, and read well.
  setValue(QString::number(to, 'g', 2).toDouble());
}

SeedEdit::SeedEdit(QWidget* parent) : QLineEdit(parent) {
  static const QRegularExpression kDigits(QStringLiteral("\\d{1,19}"));
  setValidator(new QRegularExpressionValidator(kDigits, this));
  setSeed(1);
}

std::uint64_t SeedEdit::seed() const { return text().toULongLong(); }

void SeedEdit::setSeed(std::uint64_t seed) { setText(QString::number(seed)); }

void SeedEdit::roll() {
  constexpr quint32 kBeyond = 1'000'000'000;
  setSeed(QRandomGenerator::global()->bounded(kBeyond));
}

}  // namespace pleinair::ui
