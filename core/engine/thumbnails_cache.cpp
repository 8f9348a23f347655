#include "core/engine/thumbnails_cache.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <vector>

#include "core/image/codec.h"

namespace pleinair {
namespace fs = std::filesystem;
namespace {

constexpr int kJpegQuality = 85;
constexpr const char* kVersion = "1";  // raise when thumbnails come out differently

struct CachedFile {
  fs::path path;
  fs::file_time_type time;
  std::int64_t bytes = 0;
};

std::vector<CachedFile> listCache(const fs::path& folder) {
  std::vector<CachedFile> files;
  std::error_code problem;
  fs::recursive_directory_iterator it(folder, fs::directory_options::skip_permission_denied, problem);
  for (; !problem && it != fs::recursive_directory_iterator(); it.increment(problem)) {
    std::error_code ignored;
    if (it->path().extension() != ".jpg" || !it->is_regular_file(ignored)) continue;
    files.push_back({it->path(), it->last_write_time(ignored), static_cast<std::int64_t>(it->file_size(ignored))});
  }
  return files;
}

std::string hexSha256(const std::string& text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  constexpr const char* kDigits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) hex += {kDigits[byte >> 4], kDigits[byte & 15]};
  return hex;
}

}  // namespace

ThumbnailCache::ThumbnailCache(fs::path folder, std::int64_t limitBytes)
    : m_folder(std::move(folder)), m_limitBytes(limitBytes) {}

fs::path ThumbnailCache::fileFor(const fs::path& photo, int maxSide) const {
  struct stat status {};
  if (m_folder.empty() || ::stat(photo.c_str(), &status) != 0) return {};
  std::error_code problem;
  std::string key = fs::absolute(photo, problem).native();
  const auto add = [&](const std::string& part) { key.append(1, '\0').append(part); };
  add(std::to_string(status.st_size));
  add(std::to_string(status.st_mtim.tv_sec) + "." + std::to_string(status.st_mtim.tv_nsec));
  add(std::to_string(maxSide));
  add(kVersion);
  const std::string name = hexSha256(key);
  return m_folder / name.substr(0, 2) / (name + ".jpg");
}

std::optional<Image> ThumbnailCache::find(const fs::path& cached) const {
  std::error_code problem;
  if (cached.empty() || !fs::is_regular_file(cached, problem)) return std::nullopt;
  auto image = decodeImage(cached);
  if (!image) return std::nullopt;
  const auto now = fs::file_time_type::clock::now();
  if (now - fs::last_write_time(cached, problem) > std::chrono::hours(24)) fs::last_write_time(cached, now, problem);
  return std::move(image).value();
}

// Without fsync: after a power cut a thumbnail that is not whole is decoded again, and flushing each would take
// longer than decoding them.
void ThumbnailCache::store(const fs::path& cached, const Image& image) {
  if (cached.empty()) return;
  const auto bytes = encodeJpeg(image, kJpegQuality);
  if (!bytes) return;
  std::error_code problem;
  fs::create_directories(cached.parent_path(), problem);
  static std::atomic<unsigned> counter{0};
  fs::path temporary = cached;
  temporary += "." + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".part";
  std::ofstream out(temporary, std::ios::binary);
  out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
  out.close();
  if (out.good()) fs::rename(temporary, cached, problem);
  if (!out.good() || problem) {
    fs::remove(temporary, problem);
    return;
  }
  const std::lock_guard lock(m_mutex);
  if (m_bytes >= 0) m_bytes += static_cast<std::int64_t>(bytes->size());
  if (m_bytes < 0 || m_bytes > m_limitBytes) makeRoom();
}

// Down to three quarters, so that the folder is listed once in many thumbnails.
void ThumbnailCache::makeRoom() {
  std::vector<CachedFile> files = listCache(m_folder);
  m_bytes = 0;
  for (const CachedFile& file : files) m_bytes += file.bytes;
  if (m_bytes <= m_limitBytes) return;
  std::sort(files.begin(), files.end(), [](const CachedFile& a, const CachedFile& b) { return a.time < b.time; });
  for (const CachedFile& file : files) {
    if (m_bytes <= m_limitBytes / 4 * 3) break;
    std::error_code problem;
    if (fs::remove(file.path, problem)) m_bytes -= file.bytes;
  }
}

}  // namespace pleinair
