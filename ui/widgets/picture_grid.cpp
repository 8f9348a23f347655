#include "ui/widgets/picture_grid.h"

#include <QApplication>
#include <QDrag>
#include <QKeyEvent>
#include <QMimeData>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QUrl>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "ui/bridge/qt_convert.h"
#include "ui/style/theme.h"
#include "ui/widgets/picture_paint.h"

namespace pleinair::ui {

namespace {

constexpr int kMargin = 16, kGap = 12, kHeadingHeight = 28;
constexpr int kSmallest = 96, kLargest = 640;

}  // namespace

PictureGrid::PictureGrid(PictureLoader& loader, QWidget* parent) : QAbstractScrollArea(parent), m_loader(loader) {
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  connect(&loader, &PictureLoader::loaded, viewport(), qOverload<>(&QWidget::update));
  connect(&loader, &PictureLoader::failed, viewport(), qOverload<>(&QWidget::update));
  connect(&Theme::instance(), &Theme::groundChanged, viewport(), qOverload<>(&QWidget::update));
}

void PictureGrid::setTiles(std::vector<Tile> tiles) {
  m_tiles = std::move(tiles);
  m_current = m_tiles.empty() || m_tiles.front().file.empty() ? -1 : 0;
  m_progress = -1;
  verticalScrollBar()->setValue(0);
  layOut();
  Q_EMIT currentChanged(m_current);
}

void PictureGrid::setTile(int index, Tile tile) {
  if (index < 0 || index >= static_cast<int>(m_tiles.size())) return;
  m_tiles[static_cast<std::size_t>(index)] = std::move(tile);
  layOut();
  if (m_current < 0) setCurrent(index);
}

void PictureGrid::setProgress(double share) {
  m_progress = share;
  viewport()->update();
}

void PictureGrid::setCurrent(int index) {
  if (index < 0 || index >= static_cast<int>(m_tiles.size()) || index == m_current) return;
  if (m_tiles[static_cast<std::size_t>(index)].file.empty()) return;
  m_current = index;
  ensureVisible(index);
  viewport()->update();
  Q_EMIT currentChanged(index);
}

void PictureGrid::setSide(int pixels) {
  m_side = std::clamp(pixels, kSmallest, kLargest);
  layOut();
}

void PictureGrid::layOut() {
  m_places.clear();
  m_headings.clear();
  const int wide = viewport()->width() - 2 * kMargin;
  // Two pictures side by side at the least: comparing is what a set is for.
  const int side = m_tiles.size() > 1 ? std::min(m_side, std::max(kSmallest, (wide - kGap) / 2)) : m_side;
  int x = kMargin, y = kMargin, rowHeight = 0;
  const std::string* prompt = nullptr;
  for (const Tile& tile : m_tiles) {
    const double longest = std::max({tile.recipe.width, tile.recipe.height, 1});
    const int width = std::min(wide, static_cast<int>(std::lround(side * tile.recipe.width / longest)));
    const int height = static_cast<int>(std::lround(side * tile.recipe.height / longest));
    if (prompt == nullptr || *prompt != tile.recipe.prompt) {
      if (prompt != nullptr) y += rowHeight + kGap;
      prompt = &tile.recipe.prompt;
      m_headings.push_back({QRect(kMargin, y, wide, kHeadingHeight), QString::fromStdString(*prompt)});
      y += kHeadingHeight;
      x = kMargin;
      rowHeight = 0;
    } else if (x + width > kMargin + wide) {
      x = kMargin;
      y += rowHeight + kGap;
      rowHeight = 0;
    }
    m_places.emplace_back(x, y, width, height);
    x += width + kGap;
    rowHeight = std::max(rowHeight, height);
  }
  const int high = y + rowHeight + kMargin;
  verticalScrollBar()->setRange(0, std::max(0, high - viewport()->height()));
  verticalScrollBar()->setPageStep(viewport()->height());
  verticalScrollBar()->setSingleStep(48);
  viewport()->update();
}

QRect PictureGrid::tileRect(int index) const {
  if (index < 0 || index >= static_cast<int>(m_places.size())) return {};
  return m_places[static_cast<std::size_t>(index)].translated(0, -verticalScrollBar()->value());
}

int PictureGrid::tileAt(QPoint place) const {
  for (int index = 0; index < static_cast<int>(m_places.size()); ++index) {
    if (tileRect(index).contains(place)) return index;
  }
  return -1;
}

void PictureGrid::ensureVisible(int index) {
  const QRect place = tileRect(index);
  QScrollBar* bar = verticalScrollBar();
  if (place.top() < kHeadingHeight) bar->setValue(bar->value() + place.top() - kHeadingHeight - kMargin);
  if (place.bottom() > viewport()->height()) bar->setValue(bar->value() + place.bottom() + kMargin - viewport()->height());
}

void PictureGrid::drawTile(QPainter& painter, int index) {
  const Tile& tile = m_tiles[static_cast<std::size_t>(index)];
  QRectF place = tileRect(index);
  if (!place.adjusted(-4, -4, 4, 4).intersects(QRectF(viewport()->rect()))) return;
  if (tile.file.empty()) {
    const auto isWaiting = [](const Tile& each) { return each.file.empty(); };
    const auto next = std::find_if(m_tiles.begin(), m_tiles.end(), isWaiting) - m_tiles.begin();
    drawPlaceholder(painter, place, Placeholder::Waiting, index == next ? m_progress : -1);
    return;
  }
  const int side = static_cast<int>(m_side * devicePixelRatioF()) > 256 ? 0 : 256;
  const QImage picture = m_loader.picture(tile.file, side);
  if (picture.isNull()) {
    drawPlaceholder(painter, place, m_loader.isBroken(tile.file) ? Placeholder::Broken : Placeholder::Waiting);
  } else {
    place = fitted(picture.size(), place);
    painter.drawImage(place, picture);
  }
  if (index == m_current) drawSelection(painter, place);
}

void PictureGrid::paintEvent(QPaintEvent*) {
  QPainter painter(viewport());
  const QColor ground = groundColor(Theme::instance().ground());
  painter.fillRect(viewport()->rect(), ground);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  painter.setPen(textOn(ground));
  for (const Heading& heading : m_headings) {
    const QRect line = heading.place.translated(0, -verticalScrollBar()->value());
    painter.drawText(line, Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(heading.text, Qt::ElideRight, line.width()));
  }
  for (int index = 0; index < static_cast<int>(m_tiles.size()); ++index) drawTile(painter, index);
}

void PictureGrid::resizeEvent(QResizeEvent*) { layOut(); }

void PictureGrid::mousePressEvent(QMouseEvent* event) {
  m_pressed = event->pos();
  if (event->button() == Qt::LeftButton) setCurrent(tileAt(event->pos()));
}

void PictureGrid::mouseMoveEvent(QMouseEvent* event) {
  const bool dragged = (event->pos() - m_pressed).manhattanLength() >= QApplication::startDragDistance();
  const int index = tileAt(m_pressed);
  if (!(event->buttons() & Qt::LeftButton) || !dragged || index < 0 || index != m_current) return;
  const auto& file = m_tiles[static_cast<std::size_t>(index)].file;
  auto* mime = new QMimeData;
  mime->setUrls({QUrl::fromLocalFile(toQString(file))});
  auto* drag = new QDrag(this);
  drag->setMimeData(mime);
  drag->exec(Qt::CopyAction);
}

void PictureGrid::mouseDoubleClickEvent(QMouseEvent* event) {
  const int index = tileAt(event->pos());
  if (index >= 0 && index == m_current) Q_EMIT opened(index);
}

void PictureGrid::wheelEvent(QWheelEvent* event) {
  if (event->modifiers() & Qt::ControlModifier) {
    setSide(m_side + (event->angleDelta().y() > 0 ? 32 : -32));
    return event->accept();
  }
  QAbstractScrollArea::wheelEvent(event);
}

int PictureGrid::neighbour(int rowsDown) const {
  if (m_current < 0) return 0;
  const QRect from = m_places[static_cast<std::size_t>(m_current)];
  int best = m_current;
  double bestDistance = 1e18;
  for (int index = 0; index < static_cast<int>(m_places.size()); ++index) {
    const QRect to = m_places[static_cast<std::size_t>(index)];
    const int down = (to.center().y() - from.center().y()) * rowsDown;
    if (down <= from.height() / 2) continue;
    const double distance = down * 4.0 + std::abs(to.center().x() - from.center().x());
    if (distance < bestDistance) {
      bestDistance = distance;
      best = index;
    }
  }
  return best;
}

void PictureGrid::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return setCurrent(m_current - 1);
    case Qt::Key_Right:
      return setCurrent(m_current + 1);
    case Qt::Key_Up:
      return setCurrent(neighbour(-1));
    case Qt::Key_Down:
      return setCurrent(neighbour(1));
    case Qt::Key_Home:
      return setCurrent(0);
    case Qt::Key_End:
      return setCurrent(static_cast<int>(m_tiles.size()) - 1);
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      if (m_current >= 0) Q_EMIT opened(m_current);
      return;
    default:
      return QAbstractScrollArea::keyPressEvent(event);
  }
}

}  // namespace pleinair::ui
