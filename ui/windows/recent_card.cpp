#include "ui/windows/recent_card.h"

#include <QPainter>
#include <algorithm>

#include "ui/bridge/qt_convert.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

constexpr int kTile = 56;
constexpr int kNameWidth = 200;

}  // namespace

RecentCard::RecentCard(RecentProject project, ThumbnailProvider& thumbnails, QWidget* parent)
    : QAbstractButton(parent), m_project(std::move(project)), m_thumbnails(thumbnails) {
  setText(m_project.name);
  setToolTip(m_project.folder);
  setAccessibleName(m_project.name);
  setFocusPolicy(Qt::StrongFocus);
  setCursor(Qt::PointingHandCursor);
  setMouseTracking(true);
  setAttribute(Qt::WA_Hover);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  connect(&thumbnails, &ThumbnailProvider::ready, this, [this](const QString& file) {
    const bool mine = std::any_of(m_project.photos.begin(), m_project.photos.end(),
                                  [&file](const auto& photo) { return toQString(photo) == file; });
    if (mine) update();
  });
}

QSize RecentCard::sizeHint() const { return {kNameWidth + 6 * (kTile + 4), kTile + 12}; }

void RecentCard::paintEvent(QPaintEvent*) {
  const Tokens& t = tokens();
  QPainter painter(this);
  painter.setRenderHint(QPainter::SmoothPixmapTransform);
  if (underMouse() || isDown()) painter.fillRect(rect(), t.raised);
  if (hasFocus()) {
    painter.setPen(QPen(t.accent, 1));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
  }
  const QRect name(12, 6, kNameWidth - 24, kTile);
  painter.setPen(t.text);
  const QString shown = fontMetrics().elidedText(m_project.name, Qt::ElideRight, name.width());
  painter.drawText(name.adjusted(0, 0, 0, -kTile / 2), Qt::AlignBottom | Qt::AlignLeft, shown);
  painter.setPen(t.quietText);
  painter.drawText(name.adjusted(0, kTile / 2 + 2, 0, 0), Qt::AlignTop | Qt::AlignLeft,
                   tr("%n photos", nullptr, m_project.photoCount));
  int x = kNameWidth;
  for (const auto& photo : m_project.photos) {
    const QRect tile(x, 6, kTile, kTile);
    if (tile.right() > width() - 8) break;
    x += kTile + 4;
    const QImage image = m_thumbnails.thumbnail(photo, qRound(kTile * devicePixelRatioF()));
    if (image.isNull()) {
      painter.fillRect(tile, t.raised);
      continue;
    }
    const int side = std::min(image.width(), image.height());
    painter.drawImage(tile, image, QRect((image.width() - side) / 2, (image.height() - side) / 2, side, side));
  }
}

}  // namespace pleinair::ui
