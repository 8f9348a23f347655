#include "ui/bridge/picture_loader.h"

#include "core/image/codec.h"
#include "core/image/png.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

namespace {

constexpr int kCacheKiB = 256 * 1024;

QString keyOf(const QString& file, int maxSide) { return QString::number(maxSide) + QLatin1Char('|') + file; }

}  // namespace

PictureLoader::PictureLoader(QObject* parent) : QObject(parent), m_cache(kCacheKiB) { m_pool.setMaxThreadCount(2); }

PictureLoader::~PictureLoader() {
  m_pool.clear();
  m_pool.waitForDone();
}

QImage PictureLoader::picture(const std::filesystem::path& file, int maxSide) {
  const QString name = toQString(file);
  const QString key = keyOf(name, maxSide);
  if (const QImage* ready = m_cache.object(key)) return *ready;
  if (m_pending.contains(key) || m_broken.contains(name)) return {};
  m_pending.insert(key);
  // The destructor waits for the pool, so `this` outlives the work; the queued call is dropped with it.
  m_pool.start([this, file, name, maxSide] {
    const auto image = maxSide > 0 ? decodeThumbnail(file, maxSide) : readPng(file);
    const QImage picture = image ? toQImage(*image) : QImage();
    const QString reason = image ? QString() : EngineBridge::errorText(image.error());
    QMetaObject::invokeMethod(
        this,
        [this, name, maxSide, picture, reason] {
          m_pending.remove(keyOf(name, maxSide));
          if (!picture.isNull()) return deliver(name, maxSide, picture);
          m_broken.insert(name);
          Q_EMIT failed(name, reason);
        },
        Qt::QueuedConnection);
  });
  return {};
}

bool PictureLoader::isBroken(const std::filesystem::path& file) const { return m_broken.contains(toQString(file)); }

void PictureLoader::forget(const std::filesystem::path& file) {
  const QString name = toQString(file);
  m_broken.remove(name);
  const QString suffix = QLatin1Char('|') + name;
  for (const QString& key : m_cache.keys()) {
    if (key.endsWith(suffix)) m_cache.remove(key);
  }
}

void PictureLoader::deliver(const QString& file, int maxSide, const QImage& image) {
  m_cache.insert(keyOf(file, maxSide), new QImage(image), static_cast<int>(image.sizeInBytes() / 1024) + 1);
  Q_EMIT loaded(file);
}

}  // namespace pleinair::ui
