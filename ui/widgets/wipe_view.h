#pragma once

#include <QImage>
#include <QWidget>

namespace pleinair::ui {

/// One or two pictures on the same place: either alone, or both with a divider to wipe between them. Zoom and pan
/// are shared, so that flipping compares the same spot. Wheel zooms, dragging pans or moves the divider, a double
/// click shows the whole picture; W wipes, F flips, + - 0 zoom.
class WipeView final : public QWidget {
  Q_OBJECT
 public:
  enum class Mode { First, Second, Wipe };

  explicit WipeView(QWidget* parent = nullptr);

  /// A null second picture leaves only Mode::First. Zoom and divider stay.
  void setPictures(const QImage& first, const QString& firstLabel, const QImage& second = {},
                   const QString& secondLabel = {});
  /// A sentence in place of pictures.
  void setMessage(const QString& message);
  [[nodiscard]] bool hasTwo() const { return !m_second.isNull(); }

  void setMode(Mode mode);
  [[nodiscard]] Mode mode() const { return m_mode; }
  /// Flips between the two; from the wipe to the second.
  void flip();
  /// The divider's place over the picture, 0 (all second) to 1 (all first).
  void setDivider(double share);
  [[nodiscard]] double divider() const { return m_divider; }

  /// Screen pixels a picture pixel; 0: the whole picture.
  void setView(double zoom, QPointF center);
  void showWhole();
  [[nodiscard]] double zoom() const { return m_zoom; }
  [[nodiscard]] QRectF pictureRect() const;

  [[nodiscard]] QSize minimumSizeHint() const override { return {200, 160}; }

 Q_SIGNALS:
  void modeChanged();
  void dividerChanged(double share);
  /// Arrow keys: -1 or 1 sideways, -1 or 1 upright.
  void walkRequested(int sideways, int upright);
  void closeRequested();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool focusNextPrevChild(bool next) override;

 private:
  [[nodiscard]] QSizeF pictureSize() const;
  [[nodiscard]] QRectF stage() const;
  [[nodiscard]] double wholeZoom() const;
  [[nodiscard]] double dividerX() const;
  void zoomAt(QPointF at, double factor);
  void drawLabels(QPainter& painter) const;

  QImage m_first, m_second;
  QString m_firstLabel, m_secondLabel, m_message;
  Mode m_mode = Mode::First;
  double m_divider = 0.5;
  double m_zoom = 0;
  QPointF m_center{0.5, 0.5};
  QPointF m_pressed, m_pressedCenter;
  bool m_movesDivider = false;
};

}  // namespace pleinair::ui
