#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "core/image/image.h"

namespace pleinair {

/// Decodes thumbnails on its own small pool, newest request first, with a disk cache keyed by path, size and
/// modification time. Thread-safe.
class ThumbnailService {
 public:
  /// Called on a pool thread.
  using Done = std::function<void(const std::filesystem::path& file, int maxSide, const Result<Image>& image)>;

  /// `cacheFolder` empty: no disk cache. `threads` 0: half the cores, at least one.
  ThumbnailService(std::filesystem::path cacheFolder, int threads, Done done);
  ~ThumbnailService();

  void request(const std::filesystem::path& file, int maxSide);
  /// Drops what has not begun, for example when the view scrolled away.
  void clearPending();

 private:
  class Implementation;
  std::unique_ptr<Implementation> m_implementation;
};

}  // namespace pleinair
