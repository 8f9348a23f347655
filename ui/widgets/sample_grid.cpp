#include "ui/widgets/sample_grid.h"

#include <QKeyEvent>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>

#include "ui/style/theme.h"
#include "ui/widgets/picture_paint.h"

namespace pleinair::ui {

namespace {

constexpr int kMargin = 12, kGap = 8;
constexpr int kTitleHeight = 26;   // the steps, above the columns
constexpr int kPromptHeight = 24;  // the prompt, above its row
constexpr int kSmallest = 64, kLargest = 384;

}  // namespace

SampleGrid::SampleGrid(SampleGridModel& model, PictureLoader& loader, QWidget* parent)
    : QAbstractScrollArea(parent), m_model(model), m_loader(loader) {
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  connect(&model, &SampleGridModel::changed, this, &SampleGrid::onModelChanged);
  connect(&loader, &PictureLoader::loaded, viewport(), qOverload<>(&QWidget::update));
  connect(&loader, &PictureLoader::failed, viewport(), qOverload<>(&QWidget::update));
  connect(&Theme::instance(), &Theme::groundChanged, viewport(), qOverload<>(&QWidget::update));
}

void SampleGrid::setCurrent(int row, int column) {
  row = std::clamp(row, 0, std::max(0, m_model.rows() - 1));
  column = std::clamp(column, 0, std::max(0, m_model.columns() - 1));
  if (row == m_row && column == m_column) return;
  m_row = row;
  m_column = column;
  ensureVisible(row, column);
  viewport()->update();
  Q_EMIT currentChanged(row, column);
}

void SampleGrid::setCellSide(int pixels) {
  m_side = std::clamp(pixels, kSmallest, kLargest);
  updateBars();
  viewport()->update();
}

void SampleGrid::onModelChanged() {
  m_row = std::clamp(m_row, 0, std::max(0, m_model.rows() - 1));
  m_column = std::clamp(m_column, 0, std::max(0, m_model.columns() - 1));
  updateBars();
  viewport()->update();
}

int SampleGrid::pinnedWidth() const { return m_model.hasBase() ? kMargin + m_side + kGap : kMargin; }

void SampleGrid::updateBars() {
  const int pinned = m_model.hasBase() ? 1 : 0;
  const int wide = pinnedWidth() + (m_model.columns() - pinned) * (m_side + kGap) + kMargin;
  const int high = kTitleHeight + m_model.rows() * (kPromptHeight + m_side + kGap) + kMargin;
  horizontalScrollBar()->setRange(0, std::max(0, wide - viewport()->width()));
  horizontalScrollBar()->setPageStep(viewport()->width());
  horizontalScrollBar()->setSingleStep(m_side + kGap);
  verticalScrollBar()->setRange(0, std::max(0, high - viewport()->height()));
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep((m_side + kPromptHeight) / 3);
}

QRect SampleGrid::cellRect(int row, int column) const {
  const int y = kTitleHeight + row * (kPromptHeight + m_side + kGap) + kPromptHeight - verticalScrollBar()->value();
  if (column == 0 && m_model.hasBase()) return {kMargin, y, m_side, m_side};
  const int place = column - (m_model.hasBase() ? 1 : 0);
  return {pinnedWidth() + place * (m_side + kGap) - horizontalScrollBar()->value(), y, m_side, m_side};
}

std::pair<int, int> SampleGrid::cellAt(QPoint place) const {
  for (int row = 0; row < m_model.rows(); ++row) {
    for (int column = 0; column < m_model.columns(); ++column) {
      const bool hidden = column > 0 && m_model.hasBase() && place.x() < pinnedWidth();
      if (!hidden && place.y() > kTitleHeight && cellRect(row, column).contains(place)) return {row, column};
    }
  }
  return {-1, -1};
}

void SampleGrid::ensureVisible(int row, int column) {
  const QRect cell = cellRect(row, column);
  if (column > 0 || !m_model.hasBase()) {
    if (cell.left() < pinnedWidth()) {
      horizontalScrollBar()->setValue(horizontalScrollBar()->value() - (pinnedWidth() - cell.left()));
    } else if (cell.right() > viewport()->width() - kMargin) {
      horizontalScrollBar()->setValue(horizontalScrollBar()->value() + cell.right() - viewport()->width() + kMargin);
    }
  }
  const int top = cell.top() - kPromptHeight - kTitleHeight;
  if (top < 0) {
    verticalScrollBar()->setValue(verticalScrollBar()->value() + top);
  } else if (cell.bottom() > viewport()->height() - kMargin) {
    verticalScrollBar()->setValue(verticalScrollBar()->value() + cell.bottom() - viewport()->height() + kMargin);
  }
}

QString SampleGrid::columnTitle(int column) const {
  const int step = m_model.step(column);
  return step == 0 ? tr("base model") : tr("step %1").arg(step);
}

void SampleGrid::drawColumnTitles(QPainter& painter) const {
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(QRect(0, 0, viewport()->width(), kTitleHeight), ground);
  const auto title = [&](int column) {
    const QRect cell = cellRect(0, column);
    painter.setPen(column == m_column ? (ground.lightness() < 100 ? QColor(Qt::white) : QColor(Qt::black))
                                      : textOn(ground));
    const QString text = painter.fontMetrics().elidedText(columnTitle(column), Qt::ElideRight, m_side);
    painter.drawText(QRect(cell.left(), 0, m_side, kTitleHeight), Qt::AlignCenter, text);
  };
  painter.save();
  painter.setClipRect(QRect(pinnedWidth(), 0, viewport()->width(), kTitleHeight));
  for (int column = m_model.hasBase() ? 1 : 0; column < m_model.columns(); ++column) title(column);
  painter.restore();
  if (m_model.hasBase()) title(0);
}

void SampleGrid::drawCell(QPainter& painter, int row, int column) {
  const QRect cell = cellRect(row, column);
  if (!cell.adjusted(-4, -4, 4, 4).intersects(viewport()->rect())) return;
  const std::filesystem::path file = m_model.file(row, column);
  QRectF place = cell;
  if (file.empty()) {
    drawPlaceholder(painter, place, Placeholder::Empty);
  } else {
    // Two steps of size, so that changing the cells' size does not read every picture again.
    const int side = static_cast<int>(m_side * devicePixelRatioF()) > 256 ? 0 : 256;
    const QImage picture = m_loader.picture(file, side);
    if (picture.isNull()) {
      drawPlaceholder(painter, place, m_loader.isBroken(file) ? Placeholder::Broken : Placeholder::Waiting);
    } else {
      place = fitted(picture.size(), place);
      painter.drawImage(place, picture);
    }
  }
  if (row == m_row && column == m_column) drawSelection(painter, place);
}

void SampleGrid::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(viewport()->rect(), ground);
  if (m_model.isEmpty()) return;
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.save();
  painter.setClipRect(QRect(pinnedWidth() - 4, 0, viewport()->width(), viewport()->height()));
  for (int row = 0; row < m_model.rows(); ++row) {
    for (int column = m_model.hasBase() ? 1 : 0; column < m_model.columns(); ++column) drawCell(painter, row, column);
  }
  painter.restore();
  for (int row = 0; row < m_model.rows(); ++row) {
    if (m_model.hasBase()) drawCell(painter, row, 0);
    const QRect cell = cellRect(row, 0);
    const QRect line(kMargin, cell.top() - kPromptHeight, viewport()->width() - 2 * kMargin, kPromptHeight);
    painter.setPen(textOn(ground));
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(m_model.prompt(row), Qt::ElideRight, line.width()));
  }
  drawColumnTitles(painter);
}

void SampleGrid::resizeEvent(QResizeEvent*) { updateBars(); }

void SampleGrid::mousePressEvent(QMouseEvent* event) {
  const auto [row, column] = cellAt(event->pos());
  if (row < 0 || event->button() != Qt::LeftButton) return;
  setCurrent(row, column);
  Q_EMIT opened(row, column);
}

void SampleGrid::mouseDoubleClickEvent(QMouseEvent* event) { event->accept(); }

void SampleGrid::wheelEvent(QWheelEvent* event) {
  if (event->modifiers() & Qt::ControlModifier) {
    setCellSide(m_side + (event->angleDelta().y() > 0 ? 16 : -16));
    return event->accept();
  }
  // With nothing to scroll upright, the wheel walks over the steps.
  const bool sideways = verticalScrollBar()->maximum() == 0 || (event->modifiers() & Qt::ShiftModifier);
  QScrollBar* bar = sideways ? horizontalScrollBar() : verticalScrollBar();
  const QPoint turned = event->angleDelta();
  bar->setValue(bar->value() - (turned.y() != 0 ? turned.y() : turned.x()));
  event->accept();
}

void SampleGrid::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return setCurrent(m_row, m_column - 1);
    case Qt::Key_Right:
      return setCurrent(m_row, m_column + 1);
    case Qt::Key_Up:
      return setCurrent(m_row - 1, m_column);
    case Qt::Key_Down:
      return setCurrent(m_row + 1, m_column);
    case Qt::Key_Home:
      return setCurrent(m_row, 0);
    case Qt::Key_End:
      return setCurrent(m_row, m_model.columns() - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      if (!m_model.isEmpty()) Q_EMIT opened(m_row, m_column);
      return;
    default:
      return QAbstractScrollArea::keyPressEvent(event);
  }
}

}  // namespace pleinair::ui
