#pragma once

#include <QLabel>
#include <QWidget>
#include <vector>

namespace pleinair::ui {

/// A row of numbers that change, each under a quiet caption. Widths only grow, so that nothing jumps while numbers
/// run.
class FigureStrip final : public QWidget {
  Q_OBJECT
 public:
  explicit FigureStrip(int figures, QWidget* parent = nullptr);

  void setCaption(int figure, const QString& caption);
  /// Empty shows a dash.
  void setValue(int figure, const QString& value);
  [[nodiscard]] QString value(int figure) const;

 private:
  struct Figure {
    QLabel* caption;
    QLabel* value;
  };
  std::vector<Figure> m_figures;
};

}  // namespace pleinair::ui
