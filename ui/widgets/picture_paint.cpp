#include "ui/widgets/picture_paint.h"

#include <QPainter>

#include "ui/style/icons.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {

QRectF fitted(const QSizeF& picture, const QRectF& cell) {
  if (picture.isEmpty()) return cell;
  const QSizeF size = picture.scaled(cell.size(), Qt::KeepAspectRatio);
  return {cell.center().x() - size.width() / 2, cell.center().y() - size.height() / 2, size.width(), size.height()};
}

void drawPlaceholder(QPainter& painter, const QRectF& cell, Placeholder kind, double progress) {
  QColor fill = tokens().control;
  fill.setAlphaF(kind == Placeholder::Waiting ? 0.22F : 0.10F);
  painter.fillRect(cell, fill);
  if (kind == Placeholder::Broken) {
    constexpr int kIcon = 20;
    const QPixmap sign = iconPixmap(QStringLiteral("warning"), kIcon, tokens().quietText,
                                    painter.device()->devicePixelRatioF());
    painter.drawPixmap(cell.center() - QPointF(kIcon / 2.0, kIcon / 2.0), sign);
  }
  if (progress >= 0) {
    const QRectF line(cell.left() + 12, cell.center().y() - 2, cell.width() - 24, 4);
    painter.fillRect(line, tokens().line);
    painter.fillRect(QRectF(line.left(), line.top(), line.width() * qMin(1.0, progress), line.height()),
                     tokens().accent);
  }
}

void drawSelection(QPainter& painter, const QRectF& picture) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(tokens().accent, 2, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
  painter.drawRect(picture.adjusted(-3, -3, 3, 3));
  painter.restore();
}

}  // namespace pleinair::ui
