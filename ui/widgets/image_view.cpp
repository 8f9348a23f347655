#include "ui/widgets/image_view.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <algorithm>
#include <cmath>

#include "ui/style/theme.h"

namespace pleinair::ui {
namespace {

constexpr double kMaxZoom = 16;
constexpr double kStep = 1.25;

}  // namespace

ImageView::ImageView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(160, 120);
  setAttribute(Qt::WA_OpaquePaintEvent);
  connect(&Theme::instance(), &Theme::groundChanged, this, [this] { update(); });
}

void ImageView::setImage(const QImage& image, bool keepView) {
  m_image = image;
  m_scaled = {};
  m_message.clear();
  if (!keepView) {
    m_nominal = {};
    m_zoom = 0;
    m_center = {0.5, 0.5};
  }
  update();
}

void ImageView::setNominalSize(const QSize& size) {
  m_nominal = size;
  update();
}

void ImageView::setMessage(const QString& message) {
  m_image = {};
  m_scaled = {};
  m_message = message;
  update();
}

QSizeF ImageView::pictureSize() const { return m_nominal.isEmpty() ? QSizeF(m_image.size()) : QSizeF(m_nominal); }

double ImageView::fitZoom() const {
  const QSizeF size = pictureSize();
  if (size.isEmpty()) return 1;
  const double fit = std::min(width() / size.width(), height() / size.height());
  const double pixel = 1.0 / devicePixelRatioF();
  // A picture that almost fills the view stays pixel for pixel; small pictures of a model fill it.
  return fit > pixel && fit < 2 * pixel ? pixel : fit;
}

double ImageView::effectiveZoom() const { return m_zoom > 0 ? m_zoom : fitZoom(); }

QRectF ImageView::pictureRect() const {
  const QSizeF size = pictureSize() * effectiveZoom();
  const auto place = [](double view, double extent, double center) {
    if (extent <= view) return (view - extent) / 2;
    return std::clamp(view / 2 - center * extent, view - extent, 0.0);
  };
  return {QPointF(place(width(), size.width(), m_center.x()), place(height(), size.height(), m_center.y())), size};
}

void ImageView::moveView(double zoom, QPointF center) {
  setView(zoom, center);
  Q_EMIT viewChanged(m_zoom, m_center);
}

void ImageView::setView(double zoom, QPointF center) {
  m_zoom = zoom <= 0 ? 0 : std::min(zoom, kMaxZoom);
  if (m_zoom > 0 && m_zoom <= fitZoom() * 1.001) m_zoom = 0;
  m_center =
      m_zoom > 0 ? QPointF(std::clamp(center.x(), 0.0, 1.0), std::clamp(center.y(), 0.0, 1.0)) : QPointF(0.5, 0.5);
  setCursor(m_zoom > 0 ? Qt::OpenHandCursor : Qt::ArrowCursor);
  update();
}

void ImageView::zoomToFit() { moveView(0, {0.5, 0.5}); }

void ImageView::zoomToPixels() { moveView(1.0 / devicePixelRatioF(), m_center); }

void ImageView::zoomAt(QPointF position, double factor) {
  if (m_image.isNull()) return;
  const QRectF before = pictureRect();
  const QPointF point((position.x() - before.x()) / before.width(), (position.y() - before.y()) / before.height());
  const double zoom = std::clamp(effectiveZoom() * factor, fitZoom(), kMaxZoom);
  const QSizeF extent = pictureSize() * zoom;
  moveView(zoom, {point.x() + (width() / 2.0 - position.x()) / extent.width(),
                  point.y() + (height() / 2.0 - position.y()) / extent.height()});
}

void ImageView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(rect(), ground);
  if (m_image.isNull()) {
    painter.setPen(textOn(ground));
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_message);
    return;
  }
  const QRectF target = pictureRect();
  const double ratio = devicePixelRatioF();
  const QSize pixels(std::max(1, qRound(target.width() * ratio)), std::max(1, qRound(target.height() * ratio)));
  const bool shrinks = pixels.width() < m_image.width();
  if (shrinks) {
    // Shrinking by the painter aliases; one area-averaged copy is kept for the size on screen.
    if (m_scaled.size() != pixels) {
      m_scaled = m_image.scaled(pixels, Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
    }
    painter.drawImage(QRectF(target.topLeft(), QSizeF(pixels) / ratio), m_scaled, QRectF(m_scaled.rect()));
  } else {
    painter.setRenderHint(QPainter::SmoothPixmapTransform, pixels.width() < 4 * m_image.width());
    painter.drawImage(target, m_image, QRectF(m_image.rect()));
  }
}

void ImageView::wheelEvent(QWheelEvent* event) {
  zoomAt(event->position(), std::pow(kStep, event->angleDelta().y() / 120.0));
  event->accept();
}

void ImageView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return QWidget::mousePressEvent(event);
  m_dragStart = event->position();
  m_dragCenter = m_center;
  m_dragged = false;
}

void ImageView::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & Qt::LeftButton)) return QWidget::mouseMoveEvent(event);
  const QPointF moved = event->position() - m_dragStart;
  if (moved.manhattanLength() >= QApplication::startDragDistance()) m_dragged = true;
  if (!m_dragged || m_zoom <= 0) return;
  setCursor(Qt::ClosedHandCursor);
  const QRectF area = pictureRect();
  moveView(m_zoom, {m_dragCenter.x() - moved.x() / area.width(), m_dragCenter.y() - moved.y() / area.height()});
}

void ImageView::mouseReleaseEvent(QMouseEvent* event) {
  setCursor(m_zoom > 0 ? Qt::OpenHandCursor : Qt::ArrowCursor);
  if (event->button() == Qt::LeftButton && !m_dragged) Q_EMIT clicked();
}

void ImageView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (m_zoom > 0) return zoomToFit();
  zoomAt(event->position(), 1.0 / devicePixelRatioF() / effectiveZoom());
}

void ImageView::keyPressEvent(QKeyEvent* event) {
  const QPointF middle(width() / 2.0, height() / 2.0);
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAt(middle, kStep);
    case Qt::Key_Minus:
      return zoomAt(middle, 1 / kStep);
    case Qt::Key_0:
      return zoomToFit();
    case Qt::Key_1:
      return zoomToPixels();
    default:
      QWidget::keyPressEvent(event);
  }
}

void ImageView::resizeEvent(QResizeEvent* event) {
  if (m_zoom > 0 && m_zoom <= fitZoom()) m_zoom = 0;
  QWidget::resizeEvent(event);
}

}  // namespace pleinair::ui
