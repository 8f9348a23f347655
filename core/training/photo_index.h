#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/base/result.h"

namespace pleinair {

/// What training must know of a photo without decoding it.
struct PhotoFacts {
  std::string contentHash;  ///< SHA-256 of the file
  int width = 0, height = 0;
};

/// `cache/photos.json`: the facts of each photo, so that unchanged files (same size and time) are not hashed again
/// and a machine without photo decoders still knows the sizes (found by content then). One thread.
class PhotoIndex {
 public:
  /// A broken index is begun anew: it only holds what can be computed.
  static PhotoIndex open(const std::filesystem::path& cacheFolder);

  /// `path` is the photo's name in the project. Errors of reading or probing are the photo's own.
  Result<PhotoFacts> facts(const std::string& path, const std::filesystem::path& file);
  Result<void> save() const;

 private:
  struct Entry {
    std::uintmax_t bytes = 0;
    std::int64_t changed = 0;
    PhotoFacts facts;
  };
  std::filesystem::path m_file;
  std::map<std::string, Entry> m_entries;
  std::map<std::string, PhotoFacts> m_byContent;
};

}  // namespace pleinair
