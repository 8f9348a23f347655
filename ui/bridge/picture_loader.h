#pragma once

#include <QCache>
#include <QImage>
#include <QObject>
#include <QSet>
#include <QString>
#include <QThreadPool>
#include <filesystem>

namespace pleinair::ui {

/// Reads generated pictures for display on a small pool of its own and keeps the latest ones in memory.
/// GUI thread only; the decoding is not.
class PictureLoader final : public QObject {
  Q_OBJECT
 public:
  explicit PictureLoader(QObject* parent = nullptr);
  ~PictureLoader() override;

  /// The picture, no larger than `maxSide` (0: in full). A null image means that it is on its way: loaded() or
  /// failed() follows.
  QImage picture(const std::filesystem::path& file, int maxSide = 0);
  /// True after failed() told about the file.
  [[nodiscard]] bool isBroken(const std::filesystem::path& file) const;
  /// Forgets a file that was written anew.
  void forget(const std::filesystem::path& file);

 Q_SIGNALS:
  void loaded(const QString& file);
  /// The reason is a sentence in the user's language.
  void failed(const QString& file, const QString& reason);

 private:
  void deliver(const QString& file, int maxSide, const QImage& image);

  QThreadPool m_pool;
  QCache<QString, QImage> m_cache;  // cost in KiB
  QSet<QString> m_pending, m_broken;
};

}  // namespace pleinair::ui
