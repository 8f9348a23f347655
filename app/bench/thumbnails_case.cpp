#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <mutex>

#include "app/bench/case_runner.h"
#include "app/bench/cases.h"
#include "core/base/clock.h"
#include "core/engine/thumbnails.h"
#include "core/image/codec.h"

namespace pleinair::bench {
namespace {

namespace fs = std::filesystem;

Image eveningPhoto(int width, int height, int variant) {
  Image image{width, height, {}};
  image.rgb.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  std::uint32_t noise = 1u + static_cast<std::uint32_t>(variant);
  std::size_t at = 0;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      noise = noise * 1664525u + 1013904223u;  // grain: a smooth gradient would decode too fast
      const int grain = static_cast<int>(noise >> 28);
      image.rgb[at++] = static_cast<std::uint8_t>((80 + 150 * y / height + grain + variant) & 255);
      image.rgb[at++] = static_cast<std::uint8_t>((70 + 60 * x / width + grain) & 255);
      image.rgb[at++] = static_cast<std::uint8_t>((170 - 120 * y / height + grain) & 255);
    }
  }
  return image;
}

/// Requests every file once and waits for the last; seconds.
double thumbnailsOnce(const std::vector<fs::path>& files, const fs::path& cache, Error& failure) {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t done = 0;
  const auto began = std::chrono::steady_clock::now();
  ThumbnailService service(cache, 0, [&](const fs::path&, int, const Result<Image>& image) {
    const std::lock_guard lock(mutex);
    if (!image) failure = image.error();
    ++done;
    changed.notify_all();
  });
  for (const fs::path& file : files) service.request(file, 256);
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return done == files.size(); });
  return secondsSince(began);
}

}  // namespace

Result<Figures> measureThumbnails(int count) {
  const fs::path folder = scratchFolder("thumbnails");
  fs::remove_all(folder);
  fs::create_directories(folder / "photos");
  constexpr int kDifferent = 8;  // encoding a thousand photos would take longer than what is measured
  std::vector<std::string> encoded;
  for (int i = 0; i < kDifferent; ++i) {
    PLEINAIR_ASSIGN(std::string bytes, encodeJpeg(eveningPhoto(1600, 1067, i), 90));
    encoded.push_back(std::move(bytes));
  }
  std::vector<fs::path> files;
  for (int i = 0; i < count; ++i) {
    files.push_back(folder / "photos" / (std::to_string(i) + ".jpg"));
    std::ofstream(files.back(), std::ios::binary) << encoded[static_cast<std::size_t>(i % kDifferent)];
  }
  Error failure;
  const double decoded = thumbnailsOnce(files, folder / "cache", failure);
  const double cached = thumbnailsOnce(files, folder / "cache", failure);
  fs::remove_all(folder);
  if (!failure.message.empty()) return failure;
  return Figures{{"decoded", count / decoded, "thumbnails/s"}, {"from cache", count / cached, "thumbnails/s"}};
}

}  // namespace pleinair::bench
