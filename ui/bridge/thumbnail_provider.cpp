#include "ui/bridge/thumbnail_provider.h"

#include "core/engine/thumbnails.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {
namespace {

constexpr int kSides[] = {160, 320, 640};
constexpr int kMemoryKiB = 192 * 1024;

int roundedSide(int side) {
  for (const int size : kSides) {
    if (size >= side) return size;
  }
  return kSides[std::size(kSides) - 1];
}

QString keyOf(const QString& file, int side) { return QStringLiteral("%1|%2").arg(side).arg(file); }

}  // namespace

struct ThumbnailProvider::Service {
  ThumbnailService pool;
};

ThumbnailProvider::ThumbnailProvider(const std::filesystem::path& cacheFolder, QObject* parent)
    : QObject(parent), m_images(kMemoryKiB) {
  const auto done = [this](const std::filesystem::path& file, int side, const Result<Image>& image) {
    const QString name = toQString(file);
    const QImage picture = image ? toQImage(*image) : QImage();
    const std::optional<Error> error = image ? std::nullopt : std::optional(image.error());
    QMetaObject::invokeMethod(
        this,
        [this, name, side, picture, error] {
          accept(name, side, picture, error ? EngineBridge::errorText(*error) : QString());
        },
        Qt::QueuedConnection);
  };
  m_service = std::unique_ptr<Service>(new Service{ThumbnailService(cacheFolder, 0, done)});
}

ThumbnailProvider::~ThumbnailProvider() {
  // Joins the pool while this object can still be posted to.
  m_service.reset();
}

QImage ThumbnailProvider::thumbnail(const std::filesystem::path& file, int side) {
  const QString name = toQString(file);
  const int wanted = roundedSide(side);
  const QString key = keyOf(name, wanted);
  if (const QImage* image = m_images.object(key)) return *image;
  if (!m_pending.contains(key) && !m_failures.contains(name)) {
    m_pending.insert(key);
    m_service->pool.request(file, wanted);
  }
  for (int i = static_cast<int>(std::size(kSides)) - 1; i >= 0; --i) {
    if (const QImage* image = m_images.object(keyOf(name, kSides[i]))) return *image;
  }
  return {};
}

QString ThumbnailProvider::failure(const std::filesystem::path& file) const {
  return m_failures.value(toQString(file));
}

void ThumbnailProvider::forgetPending() {
  m_service->pool.clearPending();
  m_pending.clear();
}

void ThumbnailProvider::accept(const QString& file, int side, const QImage& image, const QString& reason) {
  m_pending.remove(keyOf(file, side));
  if (image.isNull()) {
    m_failures.insert(file, reason);
    Q_EMIT failed(file, reason);
    return;
  }
  m_images.insert(keyOf(file, side), new QImage(image), static_cast<int>(image.sizeInBytes() / 1024) + 1);
  Q_EMIT ready(file);
}

}  // namespace pleinair::ui
