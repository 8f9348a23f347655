#include "ui/panels/captions/frequent_words.h"

#include <QHash>
#include <algorithm>

namespace pleinair::ui {

QStringList frequentWords(const std::vector<PhotoRow>& photos, int limit) {
  constexpr int kLongest = 32;
  QHash<QString, int> counts;
  for (const PhotoRow& photo : photos) {
    const QStringList phrases = photo.caption.split(QLatin1Char(','), Qt::SkipEmptyParts);
    for (const QString& phrase : phrases) {
      const QString word = phrase.simplified();
      if (!word.isEmpty() && word.size() <= kLongest) ++counts[word];
    }
  }
  QStringList words;
  for (auto it = counts.cbegin(); it != counts.cend(); ++it) {
    if (it.value() > 1) words << it.key();
  }
  std::sort(words.begin(), words.end(), [&counts](const QString& a, const QString& b) {
    return counts.value(a) != counts.value(b) ? counts.value(a) > counts.value(b) : a < b;
  });
  return words.mid(0, limit);
}

}  // namespace pleinair::ui
