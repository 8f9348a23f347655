#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>

#include "core/image/image.h"

namespace pleinair {

/// Thumbnails as JPEG files, named by the SHA-256 of the photo's path, size, modification time and the thumbnail's
/// size: a photo that changed has another name. What was made longest ago goes when the folder grows over its limit.
/// Thread-safe. A folder that cannot be written only costs speed.
class ThumbnailCache {
 public:
  static constexpr std::int64_t kDefaultLimitBytes = std::int64_t{512} << 20;
  /// An empty folder: nothing is ever found or kept.
  explicit ThumbnailCache(std::filesystem::path folder, std::int64_t limitBytes = kDefaultLimitBytes);

  /// The file that holds this photo's thumbnail, whether it is there or not; empty when the photo cannot be read.
  [[nodiscard]] std::filesystem::path fileFor(const std::filesystem::path& photo, int maxSide) const;
  [[nodiscard]] std::optional<Image> find(const std::filesystem::path& cached) const;
  void store(const std::filesystem::path& cached, const Image& image);

 private:
  void makeRoom();
  const std::filesystem::path m_folder;
  const std::int64_t m_limitBytes;
  std::mutex m_mutex;
  std::int64_t m_bytes = -1;  // not counted yet
};

}  // namespace pleinair
