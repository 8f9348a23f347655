#include "ui/widgets/wipe_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/style/theme.h"

namespace pleinair::ui {

namespace {

constexpr double kMostZoom = 16;
constexpr double kGrabPixels = 12;
constexpr int kLabelHeight = 28;

/// From four screen pixels a pixel on, a picture that was zoomed into shows every pixel as it is.
constexpr double kPixelZoom = 4;

}  // namespace

WipeView::WipeView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  connect(&Theme::instance(), &Theme::groundChanged, this, [this] { update(); });
}

void WipeView::setPictures(const QImage& first, const QString& firstLabel, const QImage& second,
                           const QString& secondLabel) {
  m_first = first;
  m_second = second;
  m_firstLabel = firstLabel;
  m_secondLabel = secondLabel;
  m_message.clear();
  if (second.isNull() && m_mode != Mode::First) {
    m_mode = Mode::First;
    Q_EMIT modeChanged();
  }
  update();
}

void WipeView::setMessage(const QString& message) {
  m_first = {};
  m_second = {};
  m_message = message;
  update();
}

void WipeView::setMode(Mode mode) {
  if (!hasTwo()) mode = Mode::First;
  if (mode == m_mode) return;
  m_mode = mode;
  Q_EMIT modeChanged();
  update();
}

void WipeView::flip() { setMode(m_mode == Mode::Second ? Mode::First : Mode::Second); }

void WipeView::setDivider(double share) {
  m_divider = std::clamp(share, 0.0, 1.0);
  Q_EMIT dividerChanged(m_divider);
  update();
}

void WipeView::setView(double zoom, QPointF center) {
  m_zoom = zoom <= 0 ? 0 : std::clamp(zoom, std::min(wholeZoom(), 1.0), kMostZoom);
  m_center = {std::clamp(center.x(), 0.0, 1.0), std::clamp(center.y(), 0.0, 1.0)};
  if (m_zoom <= 0) m_center = {0.5, 0.5};
  update();
}

void WipeView::showWhole() { setView(0, {0.5, 0.5}); }

QSizeF WipeView::pictureSize() const {
  // Two sizes of the same picture are compared at the larger one's.
  return QSizeF(m_first.size()).expandedTo(QSizeF(m_second.size()));
}

QRectF WipeView::stage() const { return QRectF(rect()).adjusted(12, 12, -12, -kLabelHeight - 4); }

double WipeView::wholeZoom() const {
  const QSizeF size = pictureSize();
  if (size.isEmpty()) return 1;
  return std::min(stage().width() / size.width(), stage().height() / size.height());
}

QRectF WipeView::pictureRect() const {
  const double zoom = m_zoom > 0 ? m_zoom : wholeZoom();
  const QSizeF size = pictureSize() * zoom;
  const QPointF middle = stage().center();
  return {middle.x() - m_center.x() * size.width(), middle.y() - m_center.y() * size.height(), size.width(),
          size.height()};
}

double WipeView::dividerX() const {
  const QRectF seen = pictureRect().intersected(stage());
  return seen.left() + m_divider * seen.width();
}

void WipeView::zoomAt(QPointF at, double factor) {
  const QRectF before = pictureRect();
  if (before.isEmpty()) return;
  const double whole = wholeZoom();
  const double from = m_zoom > 0 ? m_zoom : whole;
  const double zoom = std::clamp(from * factor, std::min(whole, 1.0), kMostZoom);
  if (factor < 1 && zoom <= whole) return showWhole();
  const QPointF spot((at.x() - before.left()) / before.width(), (at.y() - before.top()) / before.height());
  const QSizeF size = pictureSize() * zoom;
  const QPointF middle = stage().center();
  setView(zoom, {spot.x() - (at.x() - middle.x()) / size.width(), spot.y() - (at.y() - middle.y()) / size.height()});
}

void WipeView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(rect(), ground);
  if (m_first.isNull()) {
    painter.setPen(textOn(ground));
    painter.drawText(rect().adjusted(24, 24, -24, -24), Qt::AlignCenter | Qt::TextWordWrap, m_message);
    return;
  }
  const QRectF place = pictureRect();
  const double zoom = place.width() / pictureSize().width();
  painter.setRenderHint(QPainter::SmoothPixmapTransform, m_zoom <= 0 || zoom < kPixelZoom);
  painter.setClipRect(stage());
  if (m_mode == Mode::Wipe) {
    const double x = dividerX();
    painter.setClipRect(QRectF(stage().left(), stage().top(), x - stage().left(), stage().height()));
    painter.drawImage(place, m_first);
    painter.setClipRect(QRectF(x, stage().top(), stage().right() - x, stage().height()));
    painter.drawImage(place, m_second);
    painter.setClipping(false);
    const QRectF seen = place.intersected(stage());
    painter.fillRect(QRectF(x - 1, seen.top(), 2, seen.height()), tokens().accent);
    painter.fillRect(QRectF(x - 4, seen.center().y() - 16, 8, 32), tokens().accent);
  } else {
    painter.drawImage(place, m_mode == Mode::Second ? m_second : m_first);
    painter.setClipping(false);
  }
  drawLabels(painter);
}

void WipeView::drawLabels(QPainter& painter) const {
  const QColor quiet = textOn(groundColor(Theme::instance().ground()));
  const QRectF line(12, height() - kLabelHeight, width() - 24, kLabelHeight);
  const auto elided = [&](const QString& text, double width) {
    return painter.fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(width));
  };
  painter.setPen(quiet);
  if (m_mode == Mode::Wipe) {
    const double half = line.width() / 2 - 8;
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter, elided(m_firstLabel, half));
    painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, elided(m_secondLabel, half));
  } else {
    const bool second = m_mode == Mode::Second;
    painter.drawText(line, (hasTwo() && second ? Qt::AlignRight : hasTwo() ? Qt::AlignLeft : Qt::AlignHCenter) |
                               Qt::AlignVCenter,
                     elided(second ? m_secondLabel : m_firstLabel, line.width()));
  }
}

void WipeView::wheelEvent(QWheelEvent* event) {
  zoomAt(event->position(), std::pow(1.25, event->angleDelta().y() / 120.0));
  event->accept();
}

void WipeView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  m_pressed = event->position();
  m_pressedCenter = m_center;
  m_movesDivider = m_mode == Mode::Wipe && (m_zoom <= 0 || std::abs(event->position().x() - dividerX()) < kGrabPixels);
  if (m_movesDivider) mouseMoveEvent(event);
}

void WipeView::mouseMoveEvent(QMouseEvent* event) {
  const bool overDivider = m_mode == Mode::Wipe && std::abs(event->position().x() - dividerX()) < kGrabPixels;
  if (!(event->buttons() & Qt::LeftButton)) {
    setCursor(overDivider ? Qt::SplitHCursor : Qt::ArrowCursor);
    return;
  }
  if (m_movesDivider) {
    const QRectF seen = pictureRect().intersected(stage());
    if (seen.width() > 0) setDivider((event->position().x() - seen.left()) / seen.width());
    return;
  }
  if (m_zoom <= 0) return;
  setCursor(Qt::ClosedHandCursor);
  const QRectF place = pictureRect();
  const QPointF moved = event->position() - m_pressed;
  setView(m_zoom, m_pressedCenter - QPointF(moved.x() / place.width(), moved.y() / place.height()));
}

void WipeView::mouseReleaseEvent(QMouseEvent*) { unsetCursor(); }

void WipeView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (m_zoom > 0) return showWhole();
  zoomAt(event->position(), std::max(2.0, 1.0 / wholeZoom()));
}

void WipeView::keyPressEvent(QKeyEvent* event) {
  constexpr double kDividerStep = 0.05;
  const bool movesDivider = m_mode == Mode::Wipe && (event->modifiers() & Qt::ShiftModifier);
  switch (event->key()) {
    case Qt::Key_W:
      return setMode(m_mode == Mode::Wipe ? Mode::First : Mode::Wipe);
    case Qt::Key_F:
      return flip();
    case Qt::Key_Left:
      return movesDivider ? setDivider(m_divider - kDividerStep) : Q_EMIT walkRequested(-1, 0);
    case Qt::Key_Right:
      return movesDivider ? setDivider(m_divider + kDividerStep) : Q_EMIT walkRequested(1, 0);
    case Qt::Key_Up:
      return Q_EMIT walkRequested(0, -1);
    case Qt::Key_Down:
      return Q_EMIT walkRequested(0, 1);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAt(stage().center(), 1.25);
    case Qt::Key_Minus:
      return zoomAt(stage().center(), 0.8);
    case Qt::Key_0:
      return showWhole();
    case Qt::Key_Escape:
    case Qt::Key_Space:
      return Q_EMIT closeRequested();
    default:
      return QWidget::keyPressEvent(event);
  }
}

bool WipeView::focusNextPrevChild(bool next) {
  // Tab flips; Shift+Tab leaves, so that the keyboard is never caught.
  if (!next || !hasTwo()) return QWidget::focusNextPrevChild(next);
  flip();
  return true;
}

}  // namespace pleinair::ui
