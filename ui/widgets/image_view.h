#pragma once

#include <QImage>
#include <QPointF>
#include <QWidget>

namespace pleinair::ui {

/// A picture on a neutral ground with zoom and pan: wheel zooms at the pointer, drag pans, double click switches
/// between the whole picture and pixel for pixel; + - 0 1 on the keyboard. By itself it
/// shows the whole picture, enlarged only when at least twice its size fits.
class ImageView : public QWidget {
  Q_OBJECT
 public:
  explicit ImageView(QWidget* parent = nullptr);

  /// Shows `image`. With `keepView` the zoom and centre stay, for a sharper version of the same picture.
  void setImage(const QImage& image, bool keepView = false);
  [[nodiscard]] const QImage& image() const { return m_image; }
  /// The size that coordinates and the zoom refer to when the shown image is a smaller stand-in.
  void setNominalSize(const QSize& size);
  /// A sentence in place of a picture, for example why it cannot be read.
  void setMessage(const QString& message);

  /// Screen pixels for one picture pixel; 0: fitted to the view.
  [[nodiscard]] double zoom() const { return m_zoom; }
  /// The picture's point in the middle of the view, 0 to 1 in both directions.
  [[nodiscard]] QPointF center() const { return m_center; }
  /// For views that move together. Does not emit viewChanged().
  void setView(double zoom, QPointF center);
  void zoomToFit();
  void zoomToPixels();
  /// Where the picture lies in the widget now.
  [[nodiscard]] QRectF pictureRect() const;

 Q_SIGNALS:
  void viewChanged(double zoom, QPointF center);
  void clicked();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  [[nodiscard]] QSizeF pictureSize() const;
  [[nodiscard]] double fitZoom() const;
  [[nodiscard]] double effectiveZoom() const;
  void zoomAt(QPointF position, double factor);
  void moveView(double zoom, QPointF center);

  QImage m_image;
  QImage m_scaled;  ///< m_image at the size last painted, since smooth scaling of a photo is slow
  QSize m_nominal;
  QString m_message;
  double m_zoom = 0;
  QPointF m_center{0.5, 0.5};
  QPointF m_dragStart;
  QPointF m_dragCenter;
  bool m_dragged = false;
};

}  // namespace pleinair::ui
