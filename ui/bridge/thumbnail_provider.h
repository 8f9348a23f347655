#pragma once

#include <QCache>
#include <QHash>
#include <QImage>
#include <QObject>
#include <QSet>
#include <filesystem>
#include <memory>

namespace pleinair::ui {

/// Thumbnails of photos for views: asked for while painting, delivered later, decoded and converted on the core's own
/// pool. Keeps the latest in memory. GUI thread only.
class ThumbnailProvider final : public QObject {
  Q_OBJECT
 public:
  /// `cacheFolder` empty: nothing is kept on disk.
  explicit ThumbnailProvider(const std::filesystem::path& cacheFolder = {}, QObject* parent = nullptr);
  ~ThumbnailProvider() override;

  /// The thumbnail with a longer side of at least `side` pixels (rounded up to one of a few sizes), a smaller one
  /// that is at hand, or a null image; ready() or failed() follows when it was not there.
  QImage thumbnail(const std::filesystem::path& file, int side);
  /// Why a file has no thumbnail; empty when nothing is known against it.
  [[nodiscard]] QString failure(const std::filesystem::path& file) const;
  /// Drops what was asked for and not begun; views call it after a jump.
  void forgetPending();

 Q_SIGNALS:
  void ready(const QString& file);
  void failed(const QString& file, const QString& reason);

 private:
  struct Service;
  void accept(const QString& file, int side, const QImage& image, const QString& reason);

  QCache<QString, QImage> m_images;  // cost in KiB
  QSet<QString> m_pending;
  QHash<QString, QString> m_failures;
  std::unique_ptr<Service> m_service;
};

}  // namespace pleinair::ui
