#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/image/codec.h"
#include "core/image/image.h"

namespace pleinair::test {

namespace fs = std::filesystem;

struct ProgramResult {
  int exitCode = -1;
  std::string output;  ///< standard output and standard error together
};

/// Runs pleinair-cli through the shell; `prefix` goes before it ("ulimit -v 500000; ").
inline ProgramResult runCli(const std::string& arguments, const std::string& prefix = {}) {
  const std::string command = prefix + PLEINAIR_CLI " " + arguments + " 2>&1";
  ProgramResult result;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), count);
  }
  const int status = ::pclose(pipe);
  result.exitCode = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

/// A folder of its own for each test, removed at the end.
class CliTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    m_folder = fs::temp_directory_path() /
               ("pleinair-cli-" + std::string(info->name()) + "-" + std::to_string(::getpid()));
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(m_folder, ignored);
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return m_folder / name; }
  [[nodiscard]] std::string quoted(const std::string& name) const { return "'" + path(name).string() + "'"; }
  static std::string tinyModel() { return "'" PLEINAIR_GOLDEN_DIR "/sd15'"; }

  static void write(const fs::path& file, const std::string& bytes) {
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
  }

  /// A real JPEG: an evening gradient that differs with `variant`.
  static std::string jpeg(int width, int height, int variant) {
    Image image{width, height, {}};
    image.rgb.reserve(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
    for (int y = 0; y < height; ++y) {
      for (int x = 0; x < width; ++x) {
        image.rgb.push_back(static_cast<std::uint8_t>((90 + 150 * y / height + 7 * variant) % 256));
        image.rgb.push_back(static_cast<std::uint8_t>((60 + 60 * y / height + x % 9) % 256));
        image.rgb.push_back(static_cast<std::uint8_t>((160 - 100 * y / height + 3 * variant) % 256));
      }
    }
    auto bytes = encodeJpeg(image, 90);
    EXPECT_TRUE(bytes.ok());
    return bytes ? *bytes : std::string();
  }

  void writePhotos(const std::string& folder, int count) const {
    for (int i = 0; i < count; ++i) {
      write(path(folder) / ("photo-" + std::to_string(i) + ".jpg"), jpeg(96, 64 + 16 * (i % 2), i));
    }
  }

  fs::path m_folder;
};

/// One sentence for a person: a failure exit, the words expected, and nothing that looks like a crash.
inline void expectSentence(const ProgramResult& result, const std::string& words) {
  EXPECT_EQ(result.exitCode, 1) << result.output;
  EXPECT_NE(result.output.find(words), std::string::npos) << "expected \"" << words << "\" in: " << result.output;
  EXPECT_EQ(result.output.find("terminate called"), std::string::npos) << result.output;
  EXPECT_EQ(result.output.find("Exception raised from"), std::string::npos) << result.output;
}

}  // namespace pleinair::test
