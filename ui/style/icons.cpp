#include "ui/style/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmapCache>
#include <QSvgRenderer>

#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

QString resourcePath(const QString& name) { return QStringLiteral(":/icons/%1.svg").arg(name); }

/// The SVGs are drawn in black strokes; the colour of the theme takes their place.
QByteArray colouredSvg(const QString& name, const QColor& color) {
  QFile file(resourcePath(name));
  if (!file.open(QIODevice::ReadOnly)) return {};
  return file.readAll().replace("#000", color.name(QColor::HexRgb).toLatin1());
}

class ThemedIconEngine final : public QIconEngine {
 public:
  explicit ThemedIconEngine(QString name) : m_name(std::move(name)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State state) override {
    const qreal ratio = painter->device()->devicePixelRatioF();
    painter->drawPixmap(rect, scaledPixmap(rect.size() * ratio, mode, state, ratio));
  }
  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    return scaledPixmap(size, mode, state, 1.0);
  }
  QPixmap scaledPixmap(const QSize& size, QIcon::Mode mode, QIcon::State, qreal scale) override {
    const QColor color = mode == QIcon::Disabled ? tokens().control : tokens().text;
    return iconPixmap(m_name, qRound(qMin(size.width(), size.height()) / scale), color, scale);
  }
  QIconEngine* clone() const override { return new ThemedIconEngine(m_name); }

 private:
  QString m_name;
};

}  // namespace

QPixmap iconPixmap(const QString& name, int size, const QColor& color, qreal devicePixelRatio) {
  const QString key = QStringLiteral("icon/%1/%2/%3/%4").arg(name).arg(size).arg(color.name()).arg(devicePixelRatio);
  QPixmap pixmap;
  if (QPixmapCache::find(key, &pixmap)) return pixmap;
  const int pixels = qMax(1, qRound(size * devicePixelRatio));
  pixmap = QPixmap(pixels, pixels);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  QSvgRenderer(colouredSvg(name, color)).render(&painter, QRectF(0, 0, pixels, pixels));
  painter.end();
  pixmap.setDevicePixelRatio(devicePixelRatio);
  QPixmapCache::insert(key, pixmap);
  return pixmap;
}

QIcon icon(const QString& name) {
  if (!QFile::exists(resourcePath(name))) return {};
  return QIcon(new ThemedIconEngine(name));
}

}  // namespace pleinair::ui
