#pragma once

#include <QWidget>
#include <filesystem>
#include <vector>

#include "ui/bridge/picture_loader.h"

class QPainter;

namespace pleinair::ui {

/// Two pictures of one prompt and seed without their sets' names, in an order that is drawn anew for each pair: 1 and
/// 2 vote for the left and the right one, 0 for neither. After the last pair it says how many votes each set got.
class BlindView final : public QWidget {
  Q_OBJECT
 public:
  struct Pair {
    std::filesystem::path first, second;
    QString prompt;
  };
  enum class Vote { Neither, Left, Right };

  explicit BlindView(PictureLoader& loader, QWidget* parent = nullptr);

  /// Forgets the votes and begins with the first pair. `seed` decides the order of each pair.
  void begin(std::vector<Pair> pairs, const QString& firstName, const QString& secondName, quint32 seed);
  void vote(Vote vote);
  /// Takes the last vote back.
  void back();
  [[nodiscard]] bool isDone() const { return m_votes.size() >= m_pairs.size(); }
  /// Votes for the first (0) and the second set (1) so far.
  [[nodiscard]] int votesFor(int set) const;
  /// True when the present pair shows the second set's picture at the left.
  [[nodiscard]] bool isSwapped() const;
  /// What the votes came to: "after 5 · before 2 · neither 1". Empty before the last vote.
  [[nodiscard]] QString result() const;

 Q_SIGNALS:
  void closeRequested();
  void changed();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  [[nodiscard]] QRectF side(bool right) const;
  void drawSide(QPainter& painter, bool right);

  PictureLoader& m_loader;
  std::vector<Pair> m_pairs;
  std::vector<bool> m_swapped;  // by pair
  std::vector<int> m_votes;     // by pair: the set, or -1 for neither
  QString m_names[2];
};

}  // namespace pleinair::ui
