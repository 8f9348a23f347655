#pragma once

#include <QAbstractScrollArea>

#include "ui/bridge/picture_loader.h"
#include "ui/models/sample_grid_model.h"

namespace pleinair::ui {

/// A run's samples: a row for each prompt, a column for each step, the base model pinned at the left. Arrow keys walk,
/// Enter or a click on the current picture opens it, Ctrl+wheel changes the size.
class SampleGrid final : public QAbstractScrollArea {
  Q_OBJECT
 public:
  /// Model and loader must outlive the widget.
  SampleGrid(SampleGridModel& model, PictureLoader& loader, QWidget* parent = nullptr);

  void setCurrent(int row, int column);
  [[nodiscard]] int currentRow() const { return m_row; }
  [[nodiscard]] int currentColumn() const { return m_column; }
  void setCellSide(int pixels);
  [[nodiscard]] int cellSide() const { return m_side; }
  /// Where the picture's cell lies in the viewport now.
  [[nodiscard]] QRect cellRect(int row, int column) const;

 Q_SIGNALS:
  void currentChanged(int row, int column);
  void opened(int row, int column);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void onModelChanged();
  void updateBars();
  void ensureVisible(int row, int column);
  [[nodiscard]] int pinnedWidth() const;
  [[nodiscard]] std::pair<int, int> cellAt(QPoint place) const;
  void drawCell(QPainter& painter, int row, int column);
  void drawColumnTitles(QPainter& painter) const;
  [[nodiscard]] QString columnTitle(int column) const;

  SampleGridModel& m_model;
  PictureLoader& m_loader;
  int m_row = 0, m_column = 0;
  int m_side = 144;
};

}  // namespace pleinair::ui
