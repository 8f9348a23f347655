#include "core/engine/thumbnails.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <map>
#include <mutex>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/engine/thumbnails_cache.h"
#include "core/image/codec.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

Image picture(int width, int height, int shade) {
  Image image{width, height, {}};
  for (int i = 0; i < width * height * 3; ++i)
    image.rgb.push_back(static_cast<std::uint8_t>((i / 300 + shade * 37) % 256));
  return image;
}

// The sanitizers make everything slower; there only the order of events is checked.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int kSlower = 20;
#else
constexpr int kSlower = 1;
#endif

class Thumbnails : public testing::Test {
 protected:
  struct Report {
    fs::path file;
    int maxSide;
    bool ok;
    int width;
  };

  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pleinair-thumbs-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(m_folder); }

  fs::path photo(const std::string& name, int width = 300, int height = 200, int shade = 1) {
    const fs::path file = m_folder / name;
    EXPECT_TRUE(writeFileAtomic(file, encodeJpeg(picture(width, height, shade), 80).value()).ok());
    return file;
  }
  ThumbnailService::Done collect() {
    return [this](const fs::path& file, int maxSide, const Result<Image>& image) {
      const std::lock_guard lock(m_mutex);
      m_reports.push_back({file, maxSide, image.ok(), image.ok() ? image->width : 0});
      m_changed.notify_all();
    };
  }
  bool waitFor(std::size_t count) {
    std::unique_lock lock(m_mutex);
    return m_changed.wait_for(lock, 20s * kSlower, [&] { return m_reports.size() >= count; });
  }
  fs::path cache() { return m_folder / "cache"; }

  fs::path m_folder;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<Report> m_reports;
};

TEST_F(Thumbnails, EachRequestIsAnsweredOnceWithItsSize) {
  const fs::path fine = photo("a.jpg"), broken = m_folder / "b.jpg";
  ASSERT_TRUE(writeFileAtomic(broken, "no photo").ok());
  ThumbnailService service(cache(), 2, collect());
  service.request(fine, 64);
  service.request(fine, 128);
  service.request(broken, 64);
  service.request(m_folder / "none.jpg", 64);
  ASSERT_TRUE(waitFor(4));
  const std::lock_guard lock(m_mutex);
  std::map<std::pair<fs::path, int>, Report> byKey;
  for (const Report& report : m_reports) byKey.insert({{report.file, report.maxSide}, report});
  EXPECT_EQ(byKey.size(), 4u);
  EXPECT_EQ((byKey.at({fine, 64}).width), 64);
  EXPECT_EQ((byKey.at({fine, 128}).width), 128);
  EXPECT_FALSE((byKey.at({broken, 64}).ok));
  EXPECT_FALSE((byKey.at({m_folder / "none.jpg", 64}).ok));
}

TEST_F(Thumbnails, TheNewestRequestGoesFirstAndDoublesAreMerged) {
  std::vector<fs::path> files;
  for (int i = 0; i < 6; ++i) files.push_back(photo(std::to_string(i) + ".jpg", 60, 40, i));
  std::promise<void> begun, go;
  std::atomic<bool> first{true};
  {
    ThumbnailService service({}, 1, [&](const fs::path& file, int, const Result<Image>& image) {
      if (first.exchange(false)) {
        begun.set_value();
        go.get_future().wait();
      }
      collect()(file, 32, image);
    });
    service.request(files[0], 32);
    begun.get_future().wait();
    for (int i = 1; i < 6; ++i) service.request(files[static_cast<std::size_t>(i)], 32);
    service.request(files[2], 32);  // asked again: to the front, not twice
    go.set_value();
    ASSERT_TRUE(waitFor(6));
    std::this_thread::sleep_for(50ms);
  }
  std::vector<std::string> order;
  for (const Report& report : m_reports) order.push_back(report.file.stem().string());
  EXPECT_EQ(order, (std::vector<std::string>{"0", "2", "5", "4", "3", "1"}));
}

TEST_F(Thumbnails, PendingOnesCanBeDroppedAndAskedAgain) {
  const fs::path file = photo("a.jpg"), other = photo("b.jpg", 300, 200, 2);
  std::promise<void> begun, go;
  std::atomic<bool> first{true};
  ThumbnailService service({}, 1, [&](const fs::path& path, int maxSide, const Result<Image>& image) {
    if (first.exchange(false)) {
      begun.set_value();
      go.get_future().wait();
    }
    collect()(path, maxSide, image);
  });
  service.request(file, 32);
  begun.get_future().wait();
  for (int side = 33; side < 60; ++side) service.request(other, side);
  service.clearPending();
  service.request(other, 100);
  go.set_value();
  ASSERT_TRUE(waitFor(2));
  std::this_thread::sleep_for(50ms);
  const std::lock_guard lock(m_mutex);
  ASSERT_EQ(m_reports.size(), 2u);
  EXPECT_EQ(m_reports[1].width, 100);
}

TEST_F(Thumbnails, TheCallerNeverWaitsAndGoingTakesAMomentWithALongQueue) {
  // A large photo in the middle of which the service goes away.
  const fs::path large = photo("large.jpg", 6000, 4000);
  std::vector<fs::path> many;
  for (int i = 0; i < 10'000; ++i) many.push_back(m_folder / ("missing" + std::to_string(i) + ".jpg"));
  auto service = std::make_unique<ThumbnailService>(cache(), 2, [](const fs::path&, int, const Result<Image>&) {});
  const auto asked = std::chrono::steady_clock::now();
  for (const fs::path& file : many) service->request(file, 256);
  for (int side = 3000; side < 3020; ++side) service->request(large, side);
  EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s * kSlower);
  std::this_thread::sleep_for(30ms);
  const auto going = std::chrono::steady_clock::now();
  service.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - going, 400ms * kSlower);  // 100 ms on a quiet machine
}

TEST_F(Thumbnails, TheDiskCacheAnswersUntilThePhotoChanges) {
  const fs::path file = photo("a.jpg", 300, 200, 1);
  {
    ThumbnailService service(cache(), 1, collect());
    service.request(file, 64);
    ASSERT_TRUE(waitFor(1));
  }
  const ThumbnailCache store(cache());
  const fs::path cached = store.fileFor(file, 64);
  ASSERT_TRUE(fs::exists(cached));
  EXPECT_NE(store.fileFor(file, 65), cached);
  // Another picture in its place is what a cache hit shows.
  ASSERT_TRUE(writeFileAtomic(cached, encodeJpeg(picture(17, 17, 3), 80).value()).ok());
  {
    ThumbnailService service(cache(), 1, collect());
    service.request(file, 64);
    ASSERT_TRUE(waitFor(2));
    EXPECT_EQ(m_reports.back().width, 17);
  }
  // A half written one is made anew.
  const std::string bytes = readFile(cached).value();
  ASSERT_TRUE(writeFileAtomic(cached, bytes.substr(0, bytes.size() / 2)).ok());
  fs::last_write_time(file, fs::last_write_time(file));  // the key stays
  {
    ThumbnailService service(cache(), 1, collect());
    service.request(file, 64);
    ASSERT_TRUE(waitFor(3));
    EXPECT_EQ(m_reports.back().width, 64);
  }
  fs::last_write_time(file, fs::file_time_type::clock::now() + 1s);
  EXPECT_NE(store.fileFor(file, 64), cached);
}

TEST_F(Thumbnails, TheCacheStaysUnderItsLimitByDroppingTheOldest) {
  ThumbnailCache store(cache(), 200'000);
  std::vector<fs::path> entries;
  for (int i = 0; i < 60; ++i) {
    entries.push_back(store.fileFor(photo("p" + std::to_string(i) + ".jpg", 30, 20, i), 256));
    Image noise{128, 128, {}};
    std::uint32_t state = static_cast<std::uint32_t>(i) + 1;
    for (int n = 0; n < 128 * 128 * 3; ++n)
      noise.rgb.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
    store.store(entries.back(), noise);
    fs::last_write_time(entries.back(), fs::file_time_type::clock::now() - std::chrono::seconds(1000 - i));
  }
  std::uintmax_t bytes = 0;
  for (const auto& entry : fs::recursive_directory_iterator(cache()))
    bytes += entry.is_regular_file() ? entry.file_size() : 0;
  EXPECT_LE(bytes, 200'000u);
  EXPECT_GT(bytes, 100'000u);
  EXPECT_FALSE(fs::exists(entries.front()));
  EXPECT_TRUE(fs::exists(entries.back()));
}

TEST_F(Thumbnails, ACacheThatCannotBeWrittenOnlyCostsSpeed) {
  const fs::path file = photo("a.jpg");
  ThumbnailService service("/proc/nowhere/cache", 1, collect());
  service.request(file, 64);
  ASSERT_TRUE(waitFor(1));
  EXPECT_TRUE(m_reports[0].ok);
}

TEST_F(Thumbnails, ManyCallersAtOnce) {
  std::vector<fs::path> files;
  for (int i = 0; i < 20; ++i) files.push_back(photo(std::to_string(i) + ".jpg", 60, 40, i));
  ThumbnailService service(cache(), 3, collect());
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, caller] {
      for (std::size_t i = 0; i < files.size(); ++i) {
        service.request(files[i], 40 + caller);
        if (i == 10 && caller == 3) service.clearPending();
      }
    });
  }
  for (auto& caller : callers) caller.join();
  service.request(files[0], 99);
  EXPECT_TRUE(waitFor(1));
}

}  // namespace
}  // namespace pleinair
