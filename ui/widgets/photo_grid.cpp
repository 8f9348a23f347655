#include "ui/widgets/photo_grid.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include "ui/style/icons.h"
#include "ui/style/theme.h"

namespace pleinair::ui {
namespace {

constexpr int kFrame = 2;
constexpr int kAround = 6;  // from the cell's edge to the picture
constexpr int kBadge = 16;

/// Paints one photo. What it asks of the model on the way is what gets decoded, so only visible tiles ever are.
class PhotoDelegate final : public QStyledItemDelegate {
 public:
  explicit PhotoDelegate(PhotoGrid* grid) : QStyledItemDelegate(grid), m_grid(grid) {}

  QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override { return m_grid->gridSize(); }

  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override {
    const Tokens& t = tokens();
    const QRect cell = option.rect;
    QRect box(0, 0, m_grid->gridSize().width() - 2 * kAround, m_grid->gridSize().height() - 2 * kAround);
    box.moveCenter(cell.center());
    const QImage image = index.data(DatasetModel::ThumbnailRole).value<QImage>();
    QRect picture = box;
    if (image.isNull()) {
      painter->fillRect(box, t.raised);
      const QString reason = index.data(DatasetModel::FailureRole).toString();
      painter->setPen(t.quietText);
      const QString text = reason.isEmpty() ? index.data(Qt::DisplayRole).toString() : reason;
      painter->drawText(box.adjusted(8, 8, -8, -8), Qt::AlignCenter | Qt::TextWordWrap, text);
    } else {
      const QSize size = image.size().scaled(box.size(), Qt::KeepAspectRatio);
      picture = QRect(
          QPoint(box.x() + (box.width() - size.width()) / 2, box.y() + (box.height() - size.height()) / 2), size);
      painter->save();
      painter->setRenderHint(QPainter::SmoothPixmapTransform);
      painter->drawImage(picture, image);
      painter->restore();
    }
    paintFrame(painter, option, picture);
    paintBadges(painter, index, picture);
  }

 private:
  void paintFrame(QPainter* painter, const QStyleOptionViewItem& option, const QRect& picture) const {
    const bool selected = option.state & QStyle::State_Selected;
    const bool current = (option.state & QStyle::State_HasFocus) && m_grid->hasFocus();
    if (!selected && !current && !(option.state & QStyle::State_MouseOver)) return;
    const Tokens& t = tokens();
    QPen pen(selected ? t.accent : t.control, selected ? kFrame : 1);
    pen.setJoinStyle(Qt::MiterJoin);
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(QRectF(picture).adjusted(-2, -2, 2, 2));
  }

  void paintBadges(QPainter* painter, const QModelIndex& index, const QRect& picture) const {
    const Tokens& t = tokens();
    const qreal ratio = m_grid->devicePixelRatioF();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const auto state = static_cast<CaptionState>(index.data(DatasetModel::CaptionStateRole).toInt());
    const QRectF dot(picture.right() - 13, picture.bottom() - 13, 8, 8);
    painter->setPen(QPen(QColor(0, 0, 0, 170), 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawEllipse(dot.adjusted(-1, -1, 1, 1));
    const QColor ring = state == CaptionState::TooLong ? t.danger : QColor(0xf0, 0xf0, 0xf0);
    painter->setPen(QPen(ring, 1.5));
    painter->setBrush(state == CaptionState::Missing ? QBrush(Qt::NoBrush) : QBrush(ring));
    painter->drawEllipse(dot);
    painter->restore();
    if (index.data(DatasetModel::StarredRole).toBool()) {
      const QPoint corner(picture.x() + 5, picture.bottom() - kBadge - 4);
      painter->drawPixmap(corner + QPoint(0, 1), iconPixmap(QStringLiteral("star-filled"), kBadge, Qt::black, ratio));
      painter->drawPixmap(corner, iconPixmap(QStringLiteral("star-filled"), kBadge, QColor(0xf0, 0xf0, 0xf0), ratio));
    }
  }

  PhotoGrid* m_grid;
};

}  // namespace

PhotoGrid::PhotoGrid(Shape shape, QWidget* parent) : QListView(parent), m_shape(shape) {
  setViewMode(QListView::IconMode);
  setMovement(QListView::Static);
  setUniformItemSizes(true);
  setLayoutMode(QListView::Batched);
  setBatchSize(400);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setSelectionRectVisible(true);
  setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setMouseTracking(true);
  setItemDelegate(new PhotoDelegate(this));
  if (shape == Shape::Strip) {
    setFlow(QListView::LeftToRight);
    setWrapping(false);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
    setSelectionRectVisible(false);
  } else {
    setResizeMode(QListView::Adjust);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);
  }
  connect(this, &QListView::doubleClicked, this, &PhotoGrid::lookRequested);
  setTileSide(m_side);
}

void PhotoGrid::setTileSide(int side) {
  m_side = side;
  spreadTiles();
  if (m_shape == Shape::Strip) setFixedHeight(side + 2 * kAround + 16);
}

void PhotoGrid::spreadTiles() {
  const int cell = m_side + 2 * kAround;
  if (m_shape == Shape::Strip) {
    setGridSize({cell, cell});
  } else {
    // Tiles grow until they share the whole width, so that no empty strip is left at the right.
    const int columns = qMax(1, (viewport()->width() - 1) / cell);
    const int side = qMax(cell, (viewport()->width() - 1) / columns);
    setGridSize({side, side});
  }
  verticalScrollBar()->setSingleStep(qMax(24, cell / 4));
  viewport()->update();
}

void PhotoGrid::resizeEvent(QResizeEvent* event) {
  QListView::resizeEvent(event);
  spreadTiles();
}

void PhotoGrid::wheelEvent(QWheelEvent* event) {
  if (m_shape == Shape::Strip && event->angleDelta().x() == 0) {
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - event->angleDelta().y());
    event->accept();
    return;
  }
  QListView::wheelEvent(event);
}

void PhotoGrid::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (currentIndex().isValid()) Q_EMIT lookRequested(currentIndex());
      return;
    case Qt::Key_Delete:
      Q_EMIT removeRequested();
      return;
    case Qt::Key_S:
      if (event->modifiers() == Qt::NoModifier) {
        Q_EMIT starRequested();
        return;
      }
      break;
    default:
      break;
  }
  QListView::keyPressEvent(event);
}

}  // namespace pleinair::ui
