#include "ui/bridge/photo_order.h"

#include <QStringView>

namespace pleinair::ui {
namespace {

/// The run of digits that starts at `position`, without leading zeros; moves `position` behind it.
QStringView takeNumber(QStringView text, qsizetype& position) {
  const qsizetype start = position;
  while (position < text.size() && text[position].isDigit()) ++position;
  QStringView digits = text.sliced(start, position - start);
  while (digits.size() > 1 && digits.front() == QLatin1Char('0')) digits = digits.sliced(1);
  return digits;
}

int naturalCompare(QStringView first, QStringView second) {
  qsizetype i = 0, j = 0;
  while (i < first.size() && j < second.size()) {
    if (first[i].isDigit() && second[j].isDigit()) {
      const QStringView a = takeNumber(first, i), b = takeNumber(second, j);
      if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
      if (const int order = a.compare(b); order != 0) return order;
      continue;
    }
    const QChar a = first[i++].toCaseFolded(), b = second[j++].toCaseFolded();
    if (a != b) return a < b ? -1 : 1;
  }
  if (i < first.size()) return 1;
  return j < second.size() ? -1 : 0;
}

}  // namespace

QString photoGroup(const QString& path) {
  const qsizetype slash = path.lastIndexOf(QLatin1Char('/'));
  return slash < 0 ? QString() : path.left(slash);
}

QString photoName(const QString& path) { return path.mid(path.lastIndexOf(QLatin1Char('/')) + 1); }

bool photoPathLess(const QString& first, const QString& second) {
  if (const int order = naturalCompare(photoGroup(first), photoGroup(second)); order != 0) return order < 0;
  if (const int order = naturalCompare(photoName(first), photoName(second)); order != 0) return order < 0;
  return first < second;
}

}  // namespace pleinair::ui
