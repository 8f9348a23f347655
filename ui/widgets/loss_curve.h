#pragma once

#include <QWidget>
#include <optional>

#include "ui/models/loss_series.h"

namespace pleinair::ui {

/// Draws a LossSeries: raw losses faint, the smoothed curve on top, validation dashed, markers for samples and
/// checkpoints. Wheel zooms the steps, dragging pans, a double click shows all; the mouse or Left and Right move a
/// crosshair.
class LossCurve final : public QWidget {
  Q_OBJECT
 public:
  explicit LossCurve(QWidget* parent = nullptr);

  /// The series must outlive the widget or be replaced; null shows an empty curve.
  void setSeries(LossSeries* series);
  void showAll();
  /// Zooms about `step` so that `factor` times as many steps are seen (0.5: half).
  void zoomAbout(double step, double factor);
  void setCrosshair(std::optional<int> step);

  [[nodiscard]] double from() const { return m_from; }
  [[nodiscard]] double to() const { return m_to; }
  [[nodiscard]] std::optional<int> crosshair() const;
  /// Where a step is in the widget, and which step (not rounded) is at a place.
  [[nodiscard]] double xOf(double step) const;
  [[nodiscard]] double stepAt(double x) const;
  /// The readout beside the crosshair: step, loss, learning rate, time.
  [[nodiscard]] QString readout(std::size_t index) const;

  [[nodiscard]] QSize sizeHint() const override { return {640, 240}; }
  [[nodiscard]] QSize minimumSizeHint() const override { return {240, 120}; }

 Q_SIGNALS:
  /// The crosshair stands on `step`; -1 when it left.
  void hovered(int step);
  /// A click on the curve, not a drag.
  void picked(int step);
  /// True while all steps are seen.
  void viewChanged(bool all);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Range {
    double low = 0, high = 1;
  };

  [[nodiscard]] QRectF plot() const;
  [[nodiscard]] double yOf(double loss, const Range& range) const;
  [[nodiscard]] Range lossRange(const std::vector<LossSeries::Column>& columns) const;
  void onSeriesChanged();
  void setView(double from, double to);
  void drawAxes(QPainter& painter, const Range& range) const;
  void drawCurves(QPainter& painter, const Range& range, const std::vector<LossSeries::Column>& columns) const;
  void drawMarkers(QPainter& painter) const;
  void drawLegend(QPainter& painter) const;
  void drawCrosshair(QPainter& painter, const Range& range) const;

  LossSeries* m_series = nullptr;
  double m_from = 0, m_to = 20;
  bool m_all = true;
  std::optional<std::size_t> m_cross;
  QPointF m_pressed;
  double m_pressedFrom = 0;
  bool m_dragging = false;
};

}  // namespace pleinair::ui
