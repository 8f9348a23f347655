#include "core/engine/thumbnails.h"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "core/engine/thumbnails_cache.h"
#include "core/image/codec.h"

namespace pleinair {
namespace fs = std::filesystem;

class ThumbnailService::Implementation {
 public:
  Implementation(fs::path cacheFolder, int threads, Done done)
      : m_cache(std::move(cacheFolder)), m_done(std::move(done)) {
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    const int count = threads > 0 ? threads : std::max(1, cores / 2);
    for (int i = 0; i < count; ++i) m_threads.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }

  // All are asked before the first is waited for: each may be in the middle of a photo.
  ~Implementation() {
    for (std::jthread& thread : m_threads) thread.request_stop();
  }

  void request(const fs::path& file, int maxSide) {
    {
      const std::lock_guard lock(m_mutex);
      const Key key{file.native(), maxSide};
      if (m_running.contains(key)) return;
      if (const auto found = m_places.find(key); found != m_places.end()) {
        m_pending.splice(m_pending.begin(), m_pending, found->second);
        return;
      }
      m_pending.push_front(key);
      m_places[key] = m_pending.begin();
    }
    m_wake.notify_one();
  }

  void clearPending() {
    const std::lock_guard lock(m_mutex);
    m_pending.clear();
    m_places.clear();
  }

 private:
  using Key = std::pair<std::string, int>;  // paths compare part by part, which is slow

  void run(const std::stop_token& stop) {
    for (;;) {
      Key key;
      {
        std::unique_lock lock(m_mutex);
        if (!m_wake.wait(lock, stop, [this] { return !m_pending.empty(); }) || stop.stop_requested()) return;
        key = m_pending.front();
        m_pending.pop_front();
        m_places.erase(key);
        m_running.insert(key);
      }
      const Result<Image> image = make(key, stop);
      {
        // Before the report: whoever asks again on hearing it must be heard.
        const std::lock_guard lock(m_mutex);
        m_running.erase(key);
      }
      if (stop.stop_requested()) return;
      m_done(key.first, key.second, image);
    }
  }

  Result<Image> make(const Key& key, const std::stop_token& stop) {
    const fs::path file = key.first;
    const int maxSide = key.second;
    const fs::path cached = m_cache.fileFor(file, maxSide);
    if (auto image = m_cache.find(cached)) return *std::move(image);
    Result<Image> image = decodeThumbnail(file, maxSide, stop);
    if (image && !stop.stop_requested()) m_cache.store(cached, image.value());
    return image;
  }

  ThumbnailCache m_cache;
  const Done m_done;
  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::list<Key> m_pending;  // newest first
  std::map<Key, std::list<Key>::iterator> m_places;
  std::set<Key> m_running;
  std::vector<std::jthread> m_threads;
};

ThumbnailService::ThumbnailService(fs::path cacheFolder, int threads, Done done)
    : m_implementation(std::make_unique<Implementation>(std::move(cacheFolder), threads, std::move(done))) {}
ThumbnailService::~ThumbnailService() = default;

void ThumbnailService::request(const fs::path& file, int maxSide) { m_implementation->request(file, maxSide); }
void ThumbnailService::clearPending() { m_implementation->clearPending(); }

}  // namespace pleinair
