// SD 2.x with velocity prediction and SDXL, as a folder and as a single file: models whose weights come from a rule,
// so that the repository holds only what the reference implementations computed with them.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/parity/parity.h"
#include "core/weights/safetensors.h"
#include "tests/golden_model.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

class GoldenFamily : public testing::TestWithParam<const char*> {
 protected:
  GoldenFamily()
      : golden(fs::path(PLEINAIR_GOLDEN_DIR) / GetParam()),
        folder(fs::path(testing::TempDir()) / (GetParam() + std::to_string(::getpid()))) {
    fs::remove_all(folder);
  }
  ~GoldenFamily() override { fs::remove_all(folder); }

  void complete(const test::GoldenModelOptions& options = {}) const {
    const auto done = test::completeGoldenModel(golden, folder, options);
    ASSERT_TRUE(done) << done.error().text();
  }
  void expectAll(bool singleFile, const std::string& only = "") const {
    const auto report = runParity(folder, {.only = only, .singleFile = singleFile});
    ASSERT_TRUE(report) << report.error().text();
    for (const ParityResult& result : report->cases) {
      EXPECT_EQ(result.status, ParityResult::Status::Passed) << parityLine(result);
    }
    EXPECT_TRUE(report->ok()) << paritySummary(*report);
    EXPECT_GE(report->cases.size(), only.empty() ? 24u : 1u);
  }
  [[nodiscard]] bool passes(const std::string& only, bool singleFile) const {
    const auto report = runParity(folder, {.only = only, .singleFile = singleFile});
    return report && report->ok();
  }
  void alter(const fs::path& file, const std::string& name) const {
    TensorMap tensors = SafetensorsFile::open(folder / file)->tensors();
    ASSERT_TRUE(tensors.contains(name)) << name;
    tensors[name] = tensors[name].clone();
    tensors[name].view(-1).select(0, 0).add_(0.5);
    ASSERT_TRUE(writeSafetensors(folder / file, tensors));
  }

  fs::path golden, folder;
};

TEST_P(GoldenFamily, TheRuleGivesTheReferencesWeightsToTheBit) {
  const auto sums = test::goldenWeightSums(golden);
  ASSERT_TRUE(sums) << sums.error().text();
  const nlohmann::json wanted = nlohmann::json::parse(*readFile(golden / "weights.json"));
  ASSERT_EQ(sums->size(), wanted.size());
  for (const auto& [part, sum] : *sums) {
    EXPECT_EQ(sum,
              std::to_string(wanted[part]["tensors"].get<int>()) + " " + wanted[part]["sha256"].get<std::string>())
        << part;
  }
}

TEST_P(GoldenFamily, EveryCasePassesOnTheFolder) {
  complete();
  expectAll(false);
}

TEST_P(GoldenFamily, EveryCasePassesOnTheSingleFile) {
  complete();
  expectAll(true);
}

TEST_P(GoldenFamily, FilesInHalfPrecisionGiveTheSame) {
  complete({.half = true});
  for (const char* only : {"unet_t500", "text_encoder", "vae_decode"}) {
    expectAll(false, only);
    expectAll(true, only);
  }
}

TEST_P(GoldenFamily, OneChangedWeightFails) {
  complete();
  alter("unet/diffusion_pytorch_model.safetensors", "up_blocks.0.resnets.1.conv2.bias");
  EXPECT_FALSE(passes("unet_t500", false));
  EXPECT_TRUE(passes("unet_t500", true));
  alter("vae/diffusion_pytorch_model.safetensors", "encoder.conv_in.bias");
  EXPECT_FALSE(passes("vae_encode", false));
  EXPECT_TRUE(passes("vae_decode", false));
  const bool xl = fs::exists(folder / "text_encoder_2");
  alter(xl ? "text_encoder_2/model.safetensors" : "text_encoder/model.safetensors",
        "text_model.encoder.layers.2.mlp.fc1.bias");
  EXPECT_FALSE(passes(xl ? "text_encoder_2" : "text_encoder_1", false));
  const std::string openClip = xl ? "conditioner.embedders.1.model." : "cond_stage_model.model.";
  alter("single_file.safetensors", openClip + "transformer.resblocks.0.attn.in_proj_bias");
  EXPECT_FALSE(passes(xl ? "text_encoder_2" : "text_encoder_1", true));
  alter("single_file.safetensors", "model.diffusion_model.middle_block.2.out_layers.3.bias");
  EXPECT_FALSE(passes("unet_t500", true));
}

INSTANTIATE_TEST_SUITE_P(Families, GoldenFamily, testing::Values("sd21v", "sdxl"));

}  // namespace
}  // namespace pleinair
