#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "core/base/atomic_file.h"
#include "core/dataset/photos.h"
#include "core/image/codec.h"

namespace pleinair {

/// A temporary folder with a project in it and helpers to fill another one with real JPEGs.
class DatasetTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "pleinair-dataset-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
    m_project = m_folder / "project";
    m_source = m_folder / "photos";
    std::filesystem::create_directories(m_source);
    const auto created = ProjectFolder::create(m_project);
    ASSERT_TRUE(created.ok()) << created.error().text();
  }
  void TearDown() override { std::filesystem::remove_all(m_folder); }

  /// The bytes of a small real JPEG; another `shade`, other bytes.
  static std::string jpeg(int shade) {
    Image image{96, 64, {}};
    for (int i = 0; i < 96 * 64 * 3; ++i) image.rgb.push_back(static_cast<std::uint8_t>((i * 7 + shade * 31) % 256));
    return encodeJpeg(image, 85).value();
  }
  static void write(const std::filesystem::path& file, const std::string& bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    ASSERT_TRUE(std::filesystem::exists(file)) << file;
  }
  std::filesystem::path photo(const std::string& name, int shade = 1) {
    write(m_source / name, jpeg(shade));
    return m_source / name;
  }
  Result<ImportReport> import(const std::vector<std::filesystem::path>& sources, std::stop_token stop = {}) {
    NullProgress progress;
    return importPhotos(m_project, sources, progress, stop);
  }
  std::vector<std::string> paths() {
    std::vector<std::string> all;
    const auto photos = listPhotos(m_project);
    EXPECT_TRUE(photos.ok()) << photos.error().text();
    for (const Photo& photo : photos.value()) all.push_back(photo.path);
    return all;
  }
  std::string captionOf(const std::string& path) {
    const auto photos = listPhotos(m_project);
    for (const Photo& photo : photos.value()) {
      if (photo.path == path) return photo.caption;
    }
    return "(no such photo)";
  }
  using Strings = std::vector<std::string>;
  std::filesystem::path m_folder, m_project, m_source;
};

}  // namespace pleinair
