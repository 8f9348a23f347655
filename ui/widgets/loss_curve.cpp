#include "ui/widgets/loss_curve.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/style/tokens.h"
#include "ui/widgets/number_inputs.h"

namespace pleinair::ui {

namespace {

constexpr int kLeft = 56, kRight = 12, kTop = 28, kBottom = 36;
constexpr double kFewestSteps = 4;  // the view is never narrower
constexpr double kShownAtStart = 20;

/// 1, 2 or 5 times a power of ten, so that about `wanted` of them fill `span`.
double niceStep(double span, int wanted) {
  const double rough = span / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(std::max(rough, 1e-12))));
  const double share = rough / power;
  return power * (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10);
}

QString clockText(double seconds) {
  const auto total = static_cast<qint64>(std::llround(seconds));
  const QString minutes = QStringLiteral("%1:%2").arg((total / 60) % 60, 2, 10, QLatin1Char('0'))
                              .arg(total % 60, 2, 10, QLatin1Char('0'));
  return total >= 3600 ? QString::number(total / 3600) + QLatin1Char(':') + minutes : minutes;
}

void drawSampleMark(QPainter& painter, QPointF at, const QColor& color) {
  painter.setPen(QPen(color, 1.5));
  painter.setBrush(Qt::NoBrush);
  painter.drawRect(QRectF(at.x() - 3, at.y() - 3, 6, 6));
}

void drawCheckpointMark(QPainter& painter, QPointF at, const QColor& color) {
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  painter.drawPolygon(QPolygonF({{at.x(), at.y() - 4.5}, {at.x() + 4.5, at.y()}, {at.x(), at.y() + 4.5},
                                 {at.x() - 4.5, at.y()}}));
}

}  // namespace

LossCurve::LossCurve(QWidget* parent) : QWidget(parent) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LossCurve::setSeries(LossSeries* series) {
  if (m_series != nullptr) m_series->disconnect(this);
  m_series = series;
  m_cross.reset();
  if (series != nullptr) connect(series, &LossSeries::changed, this, &LossCurve::onSeriesChanged);
  m_all = true;
  onSeriesChanged();
}

void LossCurve::onSeriesChanged() {
  if (m_cross && (m_series == nullptr || *m_cross >= m_series->size())) m_cross.reset();
  if (m_all) showAll();
  update();
}

void LossCurve::showAll() {
  const double first = 0;
  const double last = m_series != nullptr ? m_series->lastStep() : 0;
  m_from = first;
  m_to = std::max(last, first + kShownAtStart);
  m_all = true;
  Q_EMIT viewChanged(true);
  update();
}

void LossCurve::setView(double from, double to) {
  const double first = 0;
  const double last = std::max<double>(m_series != nullptr ? m_series->lastStep() : 0, kShownAtStart);
  const double span = std::clamp(to - from, kFewestSteps, last - first);
  from = std::clamp(from, first, last - span);
  m_from = from;
  m_to = from + span;
  m_all = span >= last - first - 1;
  Q_EMIT viewChanged(m_all);
  update();
}

void LossCurve::zoomAbout(double step, double factor) {
  setView(step - (step - m_from) * factor, step + (m_to - step) * factor);
}

void LossCurve::setCrosshair(std::optional<int> step) {
  const auto index = step && m_series != nullptr ? m_series->nearest(*step) : std::nullopt;
  if (index == m_cross) return;
  m_cross = index;
  Q_EMIT hovered(crosshair().value_or(-1));
  update();
}

std::optional<int> LossCurve::crosshair() const {
  if (!m_cross) return std::nullopt;
  return m_series->at(*m_cross).step;
}

QRectF LossCurve::plot() const {
  return QRectF(rect()).adjusted(kLeft, kTop, -kRight, -kBottom);
}

double LossCurve::xOf(double step) const {
  const QRectF area = plot();
  return area.left() + (step - m_from) / (m_to - m_from) * area.width();
}

double LossCurve::stepAt(double x) const {
  const QRectF area = plot();
  return m_from + (x - area.left()) / std::max(1.0, area.width()) * (m_to - m_from);
}

double LossCurve::yOf(double loss, const Range& range) const {
  const QRectF area = plot();
  return area.bottom() - (loss - range.low) / (range.high - range.low) * area.height();
}

LossCurve::Range LossCurve::lossRange(const std::vector<LossSeries::Column>& columns) const {
  if (columns.empty()) return {};
  std::vector<double> greatest;
  double low = columns.front().least, high = 0;
  for (const auto& column : columns) {
    greatest.push_back(column.greatest);
    low = std::min(low, column.least);
    high = std::max(high, column.smoothed);
  }
  // A few spikes of raw loss must not press the curve flat: they may leave the plot at its top.
  std::sort(greatest.begin(), greatest.end());
  const auto most = static_cast<std::size_t>(0.97 * static_cast<double>(greatest.size() - 1));
  high = std::max(high, greatest[most]);
  for (const auto& point : m_series->validations()) {
    if (point.step < m_from || point.step > m_to) continue;
    low = std::min(low, point.loss);
    high = std::max(high, point.loss);
  }
  const double pad = std::max((high - low) * 0.06, std::abs(high) * 1e-3 + 1e-9);
  return {std::max(0.0, low - pad), high + pad};
}

QString LossCurve::readout(std::size_t index) const {
  const RunStep& point = m_series->at(index);
  const QLocale locale = QLocale::c();
  QStringList parts{tr("step %1").arg(point.step),
                    tr("loss %1 (smoothed %2)").arg(locale.toString(point.loss, 'f', 4),
                                                    locale.toString(m_series->smoothedAt(index), 'f', 4))};
  if (point.validationLoss >= 0) parts << tr("validation %1").arg(locale.toString(point.validationLoss, 'f', 4));
  parts << tr("learning rate %1").arg(rateText(point.learningRate));
  if (point.elapsedSeconds > 0) parts << clockText(point.elapsedSeconds);
  return parts.join(QStringLiteral("   "));
}

void LossCurve::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(rect(), tokens().panel);
  const QRectF area = plot();
  if (area.width() < 10 || area.height() < 10) return;
  const auto columns = m_series != nullptr ? m_series->columns(m_from, m_to, static_cast<int>(area.width()))
                                           : std::vector<LossSeries::Column>();
  const Range range = lossRange(columns);
  drawAxes(painter, range);
  if (!columns.empty()) {
    drawCurves(painter, range, columns);
    drawMarkers(painter);
  }
  if (m_cross) {
    drawCrosshair(painter, range);
  } else {
    drawLegend(painter);
  }
  if (hasFocus()) {
    painter.setPen(QPen(tokens().accent, 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

void LossCurve::drawAxes(QPainter& painter, const Range& range) const {
  const QRectF area = plot();
  const QLocale locale = QLocale::c();
  const QColor grid = tokens().line, quiet = tokens().quietText;
  const double lossStep = niceStep(range.high - range.low, static_cast<int>(area.height() / 48));
  const int digits = std::clamp(static_cast<int>(std::ceil(-std::log10(lossStep))), 0, 6);
  for (double loss = std::ceil(range.low / lossStep) * lossStep; loss <= range.high; loss += lossStep) {
    const double y = std::round(yOf(loss, range)) + 0.5;
    painter.setPen(QPen(grid, 1));
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
    painter.setPen(quiet);
    painter.drawText(QRectF(0, y - 10, kLeft - 8, 20), Qt::AlignRight | Qt::AlignVCenter,
                     locale.toString(loss, 'f', digits));
  }
  const double step = std::max(1.0, niceStep(m_to - m_from, static_cast<int>(area.width() / 88)));
  for (double at = std::ceil(m_from / step) * step; at <= m_to; at += step) {
    const double x = xOf(at);
    painter.setPen(quiet);
    painter.drawText(QRectF(x - 40, area.bottom() + 14, 80, 18), Qt::AlignCenter,
                     locale.toString(static_cast<int>(std::lround(at))));
  }
  painter.setPen(QPen(grid, 1));
  painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5));
}

void LossCurve::drawCurves(QPainter& painter, const Range& range,
                           const std::vector<LossSeries::Column>& columns) const {
  painter.save();
  painter.setClipRect(plot());
  QPolygonF raw, smoothed, validation;
  QList<QLineF> spans;
  for (const auto& column : columns) {
    const double x = xOf(column.step);
    raw << QPointF(x, yOf(column.least, range));
    smoothed << QPointF(x, yOf(column.smoothed, range));
    if (column.least < column.greatest) spans << QLineF(x, yOf(column.least, range), x, yOf(column.greatest, range));
  }
  QColor faint = tokens().curveBlue;
  faint.setAlphaF(0.25F);
  painter.setPen(QPen(faint, 1));
  if (spans.size() > raw.size() / 2) {
    // Crowded: an antialiased line to and fro costs a hundred times what plain upright strokes do.
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.drawLines(spans);
    painter.setRenderHint(QPainter::Antialiasing);
  } else {
    painter.drawPolyline(raw);
    painter.drawLines(spans);
  }
  painter.setPen(QPen(tokens().curveBlue, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  // One piece after another: stroking a long polyline as a whole takes ten times as long.
  QList<QLineF> pieces;
  for (qsizetype point = 1; point < smoothed.size(); ++point) pieces << QLineF(smoothed[point - 1], smoothed[point]);
  painter.drawLines(pieces);
  for (const auto& point : m_series->validations()) validation << QPointF(xOf(point.step), yOf(point.loss, range));
  painter.setPen(QPen(tokens().curveOchre, 2, Qt::DashLine));
  painter.drawPolyline(validation);
  painter.setPen(Qt::NoPen);
  painter.setBrush(tokens().curveOchre);
  for (const QPointF& point : validation) painter.drawEllipse(point, 2.5, 2.5);
  painter.restore();
}

void LossCurve::drawMarkers(QPainter& painter) const {
  const double y = plot().bottom() + 9;
  const auto seen = [this](int step) { return step >= m_from && step <= m_to; };
  for (const int step : m_series->samples()) {
    if (seen(step)) drawSampleMark(painter, {xOf(step), y}, tokens().quietText);
  }
  for (const int step : m_series->checkpoints()) {
    if (seen(step)) drawCheckpointMark(painter, {xOf(step), plot().bottom()}, tokens().curveTeal);
  }
}

void LossCurve::drawLegend(QPainter& painter) const {
  double x = plot().left();
  const double y = kTop / 2.0;
  const auto label = [&](const QString& text) {
    painter.setPen(tokens().quietText);
    const double width = painter.fontMetrics().horizontalAdvance(text);
    painter.drawText(QRectF(x, y - 10, width + 4, 20), Qt::AlignLeft | Qt::AlignVCenter, text);
    x += width + 12;
  };
  const auto line = [&](const QColor& color, double width, Qt::PenStyle style) {
    painter.setPen(QPen(color, width, style));
    painter.drawLine(QPointF(x, y), QPointF(x + 18, y));
    x += 24;
  };
  QColor faint = tokens().curveBlue;
  faint.setAlphaF(0.35F);
  line(tokens().curveBlue, 2, Qt::SolidLine);
  label(tr("loss, smoothed"));
  line(faint, 1, Qt::SolidLine);
  label(tr("each step"));
  if (m_series != nullptr && !m_series->validations().empty()) {
    line(tokens().curveOchre, 2, Qt::DashLine);
    label(tr("validation"));
  }
  drawSampleMark(painter, {x + 4, y}, tokens().quietText);
  x += 14;
  label(tr("samples"));
  drawCheckpointMark(painter, {x + 5, y}, tokens().curveTeal);
  x += 16;
  label(tr("checkpoints"));
}

void LossCurve::drawCrosshair(QPainter& painter, const Range& range) const {
  const QRectF area = plot();
  const double x = xOf(m_series->at(*m_cross).step);
  if (x >= area.left() && x <= area.right()) {
    painter.setPen(QPen(tokens().quietText, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setPen(QPen(tokens().panel, 1.5));
    painter.setBrush(tokens().curveBlue);
    painter.drawEllipse(QPointF(x, yOf(m_series->smoothedAt(*m_cross), range)), 4, 4);
  }
  painter.setPen(tokens().text);
  const QString text = readout(*m_cross);
  const QRectF line(area.left(), 0, area.width(), kTop);
  painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(text, Qt::ElideRight, static_cast<int>(line.width())));
}

void LossCurve::wheelEvent(QWheelEvent* event) {
  if (m_series == nullptr || m_series->isEmpty()) return event->ignore();
  const double turns = event->angleDelta().y() / 120.0;
  zoomAbout(stepAt(event->position().x()), std::pow(0.8, turns));
  event->accept();
}

void LossCurve::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return event->ignore();
  m_pressed = event->position();
  m_pressedFrom = m_from;
  m_dragging = false;
}

void LossCurve::mouseMoveEvent(QMouseEvent* event) {
  if (event->buttons() & Qt::LeftButton) {
    const double moved = event->position().x() - m_pressed.x();
    constexpr double kDragStarts = 4;
    if (m_dragging || std::abs(moved) > kDragStarts) {
      m_dragging = true;
      setCursor(Qt::ClosedHandCursor);
      const double steps = moved / std::max(1.0, plot().width()) * (m_to - m_from);
      setView(m_pressedFrom - steps, m_pressedFrom - steps + (m_to - m_from));
    }
    return;
  }
  const QRectF area = plot();
  const bool inside = area.adjusted(-6, -kTop, 6, kBottom).contains(event->position());
  setCrosshair(inside ? std::optional<int>(static_cast<int>(std::lround(stepAt(event->position().x())))) : std::nullopt);
}

void LossCurve::mouseReleaseEvent(QMouseEvent*) {
  unsetCursor();
  if (!m_dragging && m_cross) Q_EMIT picked(m_series->at(*m_cross).step);
  m_dragging = false;
}

void LossCurve::mouseDoubleClickEvent(QMouseEvent*) { showAll(); }

void LossCurve::leaveEvent(QEvent*) {
  if (!hasFocus()) setCrosshair(std::nullopt);
}

void LossCurve::keyPressEvent(QKeyEvent* event) {
  if (m_series == nullptr || m_series->isEmpty()) return QWidget::keyPressEvent(event);
  const std::size_t last = m_series->size() - 1;
  const std::size_t at = m_cross.value_or(last);
  switch (event->key()) {
    case Qt::Key_Left:
      return setCrosshair(m_series->at(at > 0 ? at - 1 : 0).step);
    case Qt::Key_Right:
      return setCrosshair(m_series->at(std::min(at + 1, last)).step);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoomAbout(m_series->at(at).step, 0.8);
    case Qt::Key_Minus:
      return zoomAbout(m_series->at(at).step, 1.25);
    case Qt::Key_0:
    case Qt::Key_Home:
      return showAll();
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (m_cross) Q_EMIT picked(m_series->at(*m_cross).step);
      return;
    default:
      return QWidget::keyPressEvent(event);
  }
}

}  // namespace pleinair::ui
