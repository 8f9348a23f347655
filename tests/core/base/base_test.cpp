#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/base/controls.h"
#include "core/base/log.h"
#include "core/base/utf8.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

class Base : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pleinair-base-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(m_folder); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(m_folder), fs::directory_iterator()));
  }
  fs::path m_folder;
};
using AtomicFiles = Base;
using Files = Base;
using Logs = Base;

TEST_F(AtomicFiles, TheTargetChangesOnlyAtTheCommit) {
  const fs::path target = m_folder / "a.txt";
  ASSERT_TRUE(writeFileAtomic(target, "old").ok());
  {
    auto file = AtomicFile::create(target);
    ASSERT_TRUE(file.ok());
    ASSERT_TRUE(file->write("new").ok());
    EXPECT_EQ(readFile(target).value(), "old");
    ASSERT_TRUE(file->commit().ok());
    EXPECT_EQ(readFile(target).value(), "new");
  }
  EXPECT_EQ(files(), 1u);
}

TEST_F(AtomicFiles, WithoutCommitNothingIsLeft) {
  {
    auto file = AtomicFile::create(m_folder / "a.txt");
    ASSERT_TRUE(file->write("half").ok());
    AtomicFile moved = std::move(file).value();
    EXPECT_EQ(files(), 1u);
  }
  EXPECT_EQ(files(), 0u);
}

TEST_F(AtomicFiles, TwoWritersOfOneTargetDoNotMix) {
  const fs::path target = m_folder / "a.txt";
  std::vector<std::thread> threads;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    threads.emplace_back([&, letter] {
      for (int i = 0; i < 30; ++i) EXPECT_TRUE(writeFileAtomic(target, std::string(10'000, letter)).ok());
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string text = readFile(target).value();
  EXPECT_EQ(text, std::string(10'000, text[0]));
  EXPECT_EQ(files(), 1u);
}

// The process dies between writing the temporary and the rename.
TEST_F(AtomicFiles, KilledBeforeTheRenameTheTargetIsWhole) {
  const fs::path target = m_folder / "a.txt";
  ASSERT_TRUE(writeFileAtomic(target, "old and whole").ok());
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto file = AtomicFile::create(target);
    if (file) (void)file->write(std::string(100'000, 'x'));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(readFile(target).value(), "old and whole");
  ASSERT_TRUE(writeFileAtomic(target, "newer").ok());
  EXPECT_EQ(readFile(target).value(), "newer");
}

TEST_F(AtomicFiles, FoldersAreMadeAndAFileInTheWayIsAnError) {
  EXPECT_TRUE(writeFileAtomic(m_folder / "x" / "y" / "a.txt", "1").ok());
  const auto blocked = writeFileAtomic(m_folder / "x" / "y" / "a.txt" / "b.txt", "1");
  ASSERT_FALSE(blocked.ok());
  EXPECT_EQ(blocked.error().code, ErrorCode::NotFound);
  EXPECT_FALSE(writeFileAtomic(m_folder / "x", "a folder is there").ok());
  EXPECT_TRUE(fs::is_directory(m_folder / "x"));
}

TEST_F(AtomicFiles, AFullDiskIsItsOwnCode) {
  const auto file = systemError(ENOSPC, "Cannot write", "/somewhere/a.png");
  EXPECT_EQ(file.code, ErrorCode::DiskFull);
  EXPECT_EQ(file.context, "/somewhere/a.png");
  EXPECT_EQ(systemError(EROFS, "Cannot write", "x").code, ErrorCode::ReadOnly);
  EXPECT_EQ(systemError(EACCES, "Cannot write", "x").code, ErrorCode::PermissionDenied);
  EXPECT_EQ(systemError(ENOMEM, "Cannot write", "x").code, ErrorCode::OutOfMemory);
  if (fs::exists("/dev/full")) {
    const int full = ::open("/dev/full", O_WRONLY);
    ASSERT_GE(full, 0);
    EXPECT_EQ(::write(full, "x", 1), -1);
    EXPECT_EQ(systemError(errno, "Cannot write", "/dev/full").code, ErrorCode::DiskFull);
    ::close(full);
  }
}

TEST_F(Files, ReadSaysWhatIsWrong) {
  EXPECT_EQ(readFile(m_folder / "none").error().code, ErrorCode::NotFound);
  EXPECT_FALSE(readFile(m_folder).ok());
  ASSERT_TRUE(writeFileAtomic(m_folder / "a", std::string(1000, 'x')).ok());
  EXPECT_EQ(readFile(m_folder / "a", 1000)->size(), 1000u);
  EXPECT_FALSE(readFile(m_folder / "a", 999).ok());
  const std::string bytes("a\0b\xFF", 4);
  ASSERT_TRUE(writeFileAtomic(m_folder / "b", bytes).ok());
  EXPECT_EQ(readFile(m_folder / "b").value(), bytes);
}

TEST_F(Logs, LinesReachTheFileFromManyThreads) {
  log::openFile(m_folder / "log.txt");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int j = 0; j < 50; ++j) log::info("line {} of thread " + std::to_string(i));
    });
  }
  for (auto& thread : threads) thread.join();
  log::debug("too quiet for the file");
  log::setConsoleLevel(log::Level::Error);
  log::warning("last line");  // warnings flush
  const std::string text = readFile(m_folder / "log.txt").value();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 201);
  EXPECT_NE(text.find("info line {} of thread 3"), std::string::npos);
  EXPECT_EQ(text.find("too quiet"), std::string::npos);
}

TEST_F(Logs, AFolderThatCannotBeWrittenIsIgnored) {
  log::setConsoleLevel(log::Level::Error);
  log::openFile("/proc/nowhere/log.txt");
  log::info("still working");
}

TEST(ControlsTest, PauseHoldsUntilResumed) {
  Controls controls;
  controls.pause();
  std::atomic<bool> passed{false};
  std::jthread worker([&](const std::stop_token& stop) {
    controls.waitWhilePaused(stop);
    passed = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  EXPECT_FALSE(passed);
  controls.resume();
  worker.join();
  EXPECT_TRUE(passed);
}

TEST(ControlsTest, StopAndCancelEndAPause) {
  {
    Controls controls;
    controls.pause();
    std::jthread worker([&](const std::stop_token& stop) { controls.waitWhilePaused(stop); });
    controls.requestStop();
    worker.join();
    EXPECT_TRUE(controls.stopRequested());
  }
  {
    Controls controls;
    controls.pause();
    std::jthread worker([&](const std::stop_token& stop) { controls.waitWhilePaused(stop); });
    worker.request_stop();
    worker.join();
    EXPECT_FALSE(controls.stopRequested());
  }
}

TEST(ControlsTest, ARequestIsTakenOnce) {
  Controls controls;
  EXPECT_FALSE(controls.takeSampleRequest());
  controls.requestSample();
  controls.requestSample();
  controls.requestSave();
  EXPECT_TRUE(controls.takeSampleRequest());
  EXPECT_FALSE(controls.takeSampleRequest());
  EXPECT_TRUE(controls.takeSaveRequest());
  EXPECT_FALSE(controls.takeSaveRequest());
}

TEST(ErrorTest, TextIsOneLineOfSentences) {
  const Error error{ErrorCode::DiskFull, "The disk is full", "/a/b", "Free some space."};
  EXPECT_EQ(error.text(), "The disk is full (/a/b). Free some space.");
  EXPECT_STREQ(errorCodeName(error.code), "disk_full");
}

TEST(Utf8, OnlyWellFormedTextIsValid) {
  for (const char* text : {"", "plain", "закат", "夕焼け", "🌅", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(utf8::isValid(text)) << text;
  for (const char* text :
       {"\xFF", "caf\xE9", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_FALSE(utf8::isValid(text));
  }
  EXPECT_EQ(utf8::percentEscaped("caf\xE9 закат\xFF"), "caf%E9 закат%FF");
  EXPECT_EQ(utf8::repaired("a\xFFz"), "a\xEF\xBF\xBDz");
  std::string text;
  for (const char32_t point : {U'a', U'é', U'з', U'夕', U'🌅'}) utf8::append(text, point);
  EXPECT_EQ(text, "aéз夕🌅");
}

}  // namespace
}  // namespace pleinair
