#include "ui/widgets/compare_grid.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/models/sets_model.h"
#include "ui/style/theme.h"
#include "ui/widgets/picture_paint.h"

namespace pleinair::ui {

namespace {

constexpr int kMargin = 16, kGap = 8;
constexpr int kHeaderHeight = 48;  // the sets' names, pinned above the columns
constexpr int kRowTitle = 28;      // prompt and seed, above each row
constexpr double kMostZoom = 16;

}  // namespace

CompareGrid::CompareGrid(PictureLoader& loader, QWidget* parent) : QAbstractScrollArea(parent), m_loader(loader) {
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  connect(&loader, &PictureLoader::loaded, viewport(), qOverload<>(&QWidget::update));
  connect(&loader, &PictureLoader::failed, viewport(), qOverload<>(&QWidget::update));
  connect(&Theme::instance(), &Theme::groundChanged, viewport(), qOverload<>(&QWidget::update));
}

void CompareGrid::setSets(std::vector<SetRecord> sets) {
  m_sets = std::move(sets);
  m_row = m_column = 0;
  m_zoom = 1;
  m_center = {0.5, 0.5};
  verticalScrollBar()->setValue(0);
  align();
}

void CompareGrid::updateSet(const SetRecord& record) {
  for (SetRecord& set : m_sets) {
    if (set.folder == record.folder) {
      set = record;
      align();
    }
  }
}

void CompareGrid::align() {
  std::vector<PictureSet> sets;
  m_aspect = 0;
  for (const SetRecord& record : m_sets) {
    sets.push_back(record.set);
    for (const auto& picture : record.set.pictures) {
      if (picture.recipe.width > 0) {
        m_aspect = std::max(m_aspect, static_cast<double>(picture.recipe.height) / picture.recipe.width);
      }
    }
  }
  if (m_aspect <= 0) m_aspect = 1;
  m_rows = alignSets(sets);
  m_row = std::clamp(m_row, 0, std::max(0, static_cast<int>(m_rows.size()) - 1));
  updateBars();
  viewport()->update();
}

std::filesystem::path CompareGrid::file(int row, int column) const {
  if (row < 0 || row >= static_cast<int>(m_rows.size()) || column < 0 || column >= columns()) return {};
  const int picture = m_rows[static_cast<std::size_t>(row)].picture[static_cast<std::size_t>(column)];
  if (picture < 0) return {};
  const SetRecord& set = m_sets[static_cast<std::size_t>(column)];
  return set.folder / set.set.pictures[static_cast<std::size_t>(picture)].file;
}

QSize CompareGrid::cellSize() const {
  const int count = std::max(1, columns());
  const int width = std::max(32, (viewport()->width() - 2 * kMargin - (count - 1) * kGap) / count);
  // A row is never higher than what can be seen at once.
  const int most = std::max(64, viewport()->height() - kHeaderHeight - kRowTitle - kMargin);
  return {width, std::min(most, static_cast<int>(width * m_aspect))};
}

QRect CompareGrid::cellRect(int row, int column) const {
  const QSize cell = cellSize();
  const int y = kHeaderHeight + row * (kRowTitle + cell.height() + kGap) + kRowTitle - verticalScrollBar()->value();
  return {QPoint(kMargin + column * (cell.width() + kGap), y), cell};
}

void CompareGrid::updateBars() {
  const int high = kHeaderHeight + static_cast<int>(m_rows.size()) * (kRowTitle + cellSize().height() + kGap) + kMargin;
  verticalScrollBar()->setRange(0, std::max(0, high - viewport()->height()));
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep(48);
}

void CompareGrid::setCurrent(int row, int column) {
  row = std::clamp(row, 0, std::max(0, static_cast<int>(m_rows.size()) - 1));
  column = std::clamp(column, 0, std::max(0, columns() - 1));
  if (row == m_row && column == m_column) return;
  m_row = row;
  m_column = column;
  const QRect cell = cellRect(row, column);
  QScrollBar* bar = verticalScrollBar();
  if (cell.top() < kHeaderHeight + kRowTitle) {
    bar->setValue(bar->value() + cell.top() - kHeaderHeight - kRowTitle);
  } else if (cell.bottom() > viewport()->height() - kGap) {
    bar->setValue(bar->value() + cell.bottom() - viewport()->height() + kGap);
  }
  viewport()->update();
  Q_EMIT currentChanged(row, column);
}

void CompareGrid::setView(double zoom, QPointF center) {
  m_zoom = std::clamp(zoom, 1.0, kMostZoom);
  // No picture is panned out of its cell.
  const double margin = 0.5 / m_zoom;
  m_center = {std::clamp(center.x(), margin, 1 - margin), std::clamp(center.y(), margin, 1 - margin)};
  viewport()->update();
}

void CompareGrid::drawCell(QPainter& painter, int row, int column) {
  const QRectF cell = cellRect(row, column);
  if (!cell.adjusted(-4, -4, 4, 4).intersects(QRectF(viewport()->rect()))) return;
  const std::filesystem::path path = file(row, column);
  if (path.empty()) return drawPlaceholder(painter, cell, Placeholder::Empty);
  const QImage picture = m_loader.picture(path);
  if (picture.isNull()) {
    return drawPlaceholder(painter, cell, m_loader.isBroken(path) ? Placeholder::Broken : Placeholder::Waiting);
  }
  const QRectF place = fitted(picture.size(), cell);
  const QSizeF seen = QSizeF(picture.size()) / m_zoom;
  const QRectF source(m_center.x() * picture.width() - seen.width() / 2,
                      m_center.y() * picture.height() - seen.height() / 2, seen.width(), seen.height());
  const double scale = place.width() / seen.width();
  painter.setRenderHint(QPainter::SmoothPixmapTransform, m_zoom <= 1 || scale < 4);
  painter.drawImage(place, picture, source);
  if (row == m_row && column == m_column) drawSelection(painter, place);
}

void CompareGrid::drawHeader(QPainter& painter) const {
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(QRect(0, 0, viewport()->width(), kHeaderHeight), ground);
  for (int column = 0; column < columns(); ++column) {
    const PictureSet& set = m_sets[static_cast<std::size_t>(column)].set;
    const QRect cell = cellRect(0, column);
    const QFontMetrics metrics = painter.fontMetrics();
    painter.setPen(ground.lightness() < 100 ? QColor(Qt::white) : QColor(Qt::black));
    painter.drawText(QRect(cell.left(), 6, cell.width(), 20), Qt::AlignCenter,
                     metrics.elidedText(QString::fromStdString(set.name), Qt::ElideMiddle, cell.width()));
    painter.setPen(textOn(ground));
    painter.drawText(QRect(cell.left(), 24, cell.width(), 20), Qt::AlignCenter,
                     metrics.elidedText(SetsModel::subtitle(set), Qt::ElideRight, cell.width()));
  }
}

void CompareGrid::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(viewport()->rect(), ground);
  for (int row = 0; row < static_cast<int>(m_rows.size()); ++row) {
    const AlignedRow& aligned = m_rows[static_cast<std::size_t>(row)];
    const QRect cell = cellRect(row, 0);
    const QRect line(kMargin, cell.top() - kRowTitle, viewport()->width() - 2 * kMargin, kRowTitle);
    if (line.top() < viewport()->height() && cell.bottom() > 0) {
      painter.setPen(textOn(ground));
      const QString seed = tr("seed %1").arg(aligned.seed);
      painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, seed);
      const int room = line.width() - painter.fontMetrics().horizontalAdvance(seed) - 24;
      painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                       painter.fontMetrics().elidedText(QString::fromStdString(aligned.prompt), Qt::ElideRight, room));
    }
    for (int column = 0; column < columns(); ++column) drawCell(painter, row, column);
  }
  drawHeader(painter);
}

void CompareGrid::resizeEvent(QResizeEvent*) { updateBars(); }

void CompareGrid::mousePressEvent(QMouseEvent* event) {
  m_pressed = event->pos();
  m_pressedCenter = m_center;
  if (event->button() != Qt::LeftButton || event->pos().y() < kHeaderHeight) return;
  for (int row = 0; row < static_cast<int>(m_rows.size()); ++row) {
    for (int column = 0; column < columns(); ++column) {
      if (cellRect(row, column).contains(event->pos())) return setCurrent(row, column);
    }
  }
}

void CompareGrid::mouseMoveEvent(QMouseEvent* event) {
  if (!(event->buttons() & Qt::LeftButton) || m_zoom <= 1) return;
  setCursor(Qt::ClosedHandCursor);
  const QSizeF cell = QSizeF(cellSize()) * m_zoom;
  const QPointF moved = event->pos() - m_pressed;
  setView(m_zoom, m_pressedCenter - QPointF(moved.x() / cell.width(), moved.y() / cell.height()));
}

void CompareGrid::mouseReleaseEvent(QMouseEvent*) { unsetCursor(); }

void CompareGrid::mouseDoubleClickEvent(QMouseEvent*) {
  if (!file(m_row, m_column).empty()) Q_EMIT opened();
}

void CompareGrid::wheelEvent(QWheelEvent* event) {
  if (event->modifiers() & Qt::ControlModifier) {
    setView(m_zoom * std::pow(1.25, event->angleDelta().y() / 120.0), m_center);
    return event->accept();
  }
  QAbstractScrollArea::wheelEvent(event);
}

void CompareGrid::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return setCurrent(m_row, m_column - 1);
    case Qt::Key_Right:
      return setCurrent(m_row, m_column + 1);
    case Qt::Key_Up:
      return setCurrent(m_row - 1, m_column);
    case Qt::Key_Down:
      return setCurrent(m_row + 1, m_column);
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return setView(m_zoom * 1.25, m_center);
    case Qt::Key_Minus:
      return setView(m_zoom / 1.25, m_center);
    case Qt::Key_0:
      return setView(1, {0.5, 0.5});
    case Qt::Key_W:
      return Q_EMIT wipeRequested();
    case Qt::Key_V:
      return Q_EMIT blindRequested();
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      return Q_EMIT opened();
    case Qt::Key_Escape:
      return Q_EMIT closeRequested();
    default:
      return QAbstractScrollArea::keyPressEvent(event);
  }
}

bool CompareGrid::focusNextPrevChild(bool next) {
  // Tab flips; Shift+Tab leaves, so that the keyboard is never caught.
  if (!next || m_rows.empty()) return QAbstractScrollArea::focusNextPrevChild(next);
  Q_EMIT flipRequested();
  return true;
}

}  // namespace pleinair::ui
