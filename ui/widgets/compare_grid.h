#pragma once

#include <QAbstractScrollArea>
#include <vector>

#include "ui/bridge/picture_loader.h"
#include "ui/bridge/run_library.h"
#include "ui/models/sets_alignment.h"

namespace pleinair::ui {

/// Sets side by side: a column for each, rows aligned by prompt and seed. Ctrl+wheel or + and - zoom all pictures
/// together, dragging pans them together; arrow keys walk.
class CompareGrid final : public QAbstractScrollArea {
  Q_OBJECT
 public:
  /// The loader must outlive the widget.
  explicit CompareGrid(PictureLoader& loader, QWidget* parent = nullptr);

  void setSets(std::vector<SetRecord> sets);
  /// Takes over a set that grew while it is compared; others are ignored.
  void updateSet(const SetRecord& record);
  [[nodiscard]] const std::vector<SetRecord>& sets() const { return m_sets; }
  [[nodiscard]] const std::vector<AlignedRow>& rows() const { return m_rows; }
  /// Empty where the set has no picture in that row.
  [[nodiscard]] std::filesystem::path file(int row, int column) const;

  void setCurrent(int row, int column);
  [[nodiscard]] int currentRow() const { return m_row; }
  [[nodiscard]] int currentColumn() const { return m_column; }
  /// 1: whole pictures. `center` is the point of every picture in its cell's middle, 0 to 1.
  void setView(double zoom, QPointF center);
  [[nodiscard]] double zoom() const { return m_zoom; }
  [[nodiscard]] QPointF center() const { return m_center; }
  [[nodiscard]] QRect cellRect(int row, int column) const;

 Q_SIGNALS:
  void currentChanged(int row, int column);
  /// Enter, Space or a double click on a picture.
  void opened();
  void wipeRequested();
  void blindRequested();
  void flipRequested();
  void closeRequested();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool focusNextPrevChild(bool next) override;

 private:
  void align();
  void updateBars();
  [[nodiscard]] int columns() const { return static_cast<int>(m_sets.size()); }
  [[nodiscard]] QSize cellSize() const;
  void drawCell(QPainter& painter, int row, int column);
  void drawHeader(QPainter& painter) const;

  PictureLoader& m_loader;
  std::vector<SetRecord> m_sets;
  std::vector<AlignedRow> m_rows;
  double m_aspect = 1;  ///< height / width of the widest cell needed
  int m_row = 0, m_column = 0;
  double m_zoom = 1;
  QPointF m_center{0.5, 0.5};
  QPoint m_pressed;
  QPointF m_pressedCenter;
};

}  // namespace pleinair::ui
