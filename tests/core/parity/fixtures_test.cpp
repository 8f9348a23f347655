// The full fixtures are not part of the repository. Where they are (PLEINAIR_FIXTURES, or shared/fixtures beside the
// repository), every family passes as a folder and as a single file.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "core/parity/parity.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

fs::path fixtures() {
  if (const char* given = std::getenv("PLEINAIR_FIXTURES"); given != nullptr && *given != 0) return given;
  return fs::path(PLEINAIR_GOLDEN_DIR).parent_path().parent_path().parent_path() / "shared" / "fixtures";
}

class Fixtures : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    folder = fixtures() / GetParam();
    if (!fs::exists(folder / "cases.json")) GTEST_SKIP() << "no fixtures at " << folder;
  }
  static void expectAll(const fs::path& folder, bool singleFile, const std::string& only = "") {
    ParityOptions options;
    options.singleFile = singleFile;
    options.only = only;
    const auto report = runParity(folder, options);
    ASSERT_TRUE(report) << report.error().text();
    for (const ParityResult& result : report->cases) {
      EXPECT_EQ(result.status, ParityResult::Status::Passed) << parityLine(result);
    }
    EXPECT_TRUE(report->ok()) << paritySummary(*report);
  }
  fs::path folder;
};

TEST_P(Fixtures, EveryCasePassesOnTheFolder) { expectAll(folder, false); }

TEST_P(Fixtures, EveryCasePassesOnTheSingleFile) { expectAll(folder, true); }

TEST_P(Fixtures, TheSingleFileNeedsNoneOfTheFoldersModelSettings) {
  const fs::path bare = fs::path(testing::TempDir()) / ("bare_" + std::to_string(::getpid()));
  fs::remove_all(bare);
  fs::create_directories(bare);
  for (const char* name : {"cases.json", "cases.safetensors", "single_file.safetensors", "scheduler", "tokenizer",
                           "tokenizer_2", "model_index.json"}) {
    if (fs::exists(folder / name)) fs::copy(folder / name, bare / name, fs::copy_options::recursive);
  }
  for (const char* only : {"unet", "text_encoder", "vae", "txt2img"}) {
    expectAll(bare, true, only);
  }
  fs::remove_all(bare);
}

TEST_P(Fixtures, OneChangedWeightOfTheSingleFileFails) {
  const fs::path copy = fs::path(testing::TempDir()) / ("altered_" + std::to_string(::getpid()));
  fs::remove_all(copy);
  fs::copy(folder, copy, fs::copy_options::recursive);
  const fs::path file = copy / "single_file.safetensors";
  TensorMap tensors = SafetensorsFile::open(file)->tensors();
  const std::string name = "model.diffusion_model.middle_block.0.in_layers.2.bias";
  tensors[name] = tensors.at(name).clone();
  tensors[name].view(-1).select(0, 0).add_(0.5);
  ASSERT_TRUE(writeSafetensors(file, tensors));
  const auto report = runParity(copy, {.only = "unet_t500", .singleFile = true});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_FALSE(report->ok());
  EXPECT_TRUE(runParity(copy, {.only = "unet_t500"})->ok());
  fs::remove_all(copy);
}

INSTANTIATE_TEST_SUITE_P(Families, Fixtures, testing::Values("sd15", "sd21v", "sdxl"));

}  // namespace
}  // namespace pleinair
