#include "core/parity/parity.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "sd15";

std::string problems(const Result<ParityReport>& report) {
  if (!report) return report.error().text();
  std::string text;
  for (const ParityResult& result : report->cases) {
    if (result.status != ParityResult::Status::Passed) text += parityLine(result) + "\n";
  }
  return text + paritySummary(*report);
}

TEST(Parity, EveryGoldenCaseMatchesTheReference) {
  const auto report = runParity(kGolden, {});
  ASSERT_TRUE(report) << report.error().text();
  EXPECT_TRUE(report->ok()) << problems(report);
  EXPECT_EQ(report->cases.size(), 53u);
}

/// A copy of the golden folder in which one thing is changed.
class AlteredParity : public testing::Test {
 protected:
  AlteredParity() : folder(fs::path(testing::TempDir()) / ("parity_" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::copy(kGolden, folder, fs::copy_options::recursive);
  }
  ~AlteredParity() override { fs::remove_all(folder); }

  void alter(const fs::path& file, const std::string& name, double by) const {
    const SafetensorsFile stored = SafetensorsFile::open(folder / file).value();
    TensorMap tensors = stored.tensors();
    at::Tensor changed = tensors.at(name).clone();
    at::Tensor first = changed.view(-1).select(0, 0);
    first.copy_(first.to(at::kDouble) + by);
    tensors[name] = changed;
    ASSERT_TRUE(writeSafetensors(folder / file, tensors, stored.metadata()));
  }
  bool passes(const std::string& only) const {
    const auto report = runParity(folder, {.only = only});
    return report && report->ok();
  }

  fs::path folder;
};

TEST_F(AlteredParity, OneChangedWeightFails) {
  ASSERT_TRUE(passes("unet_t500"));
  alter("unet/diffusion_pytorch_model.safetensors", "mid_block.resnets.0.conv1.bias", 0.5);
  EXPECT_FALSE(passes("unet_t500"));
  alter("text_encoder/model.safetensors", "encoder.layers.0.mlp.fc1.bias", 0.5);
  EXPECT_FALSE(passes("text_encoder"));
  alter("vae/diffusion_pytorch_model.safetensors", "decoder.conv_out.bias", 0.01);
  EXPECT_FALSE(passes("vae_decode"));
  EXPECT_TRUE(passes("vae_encode"));
  alter("vae/diffusion_pytorch_model.safetensors", "encoder.conv_in.bias", 0.05);
  EXPECT_FALSE(passes("vae_encode"));
}

TEST_F(AlteredParity, OneChangedExpectedValueFails) {
  for (const char* name : {"tokenize_1.out.ids", "sampler_ddim.out.final", "scaled_linear.out.alphas_cumprod",
                           "vae_encode.out.std", "lora_kohya_1.0.out.text_1"}) {
    const std::string only = std::string(name).substr(0, std::string(name).find(".out"));
    ASSERT_TRUE(passes(only)) << name;
    alter("cases.safetensors", name, 1.0);
    EXPECT_FALSE(passes(only)) << name;
  }
}

TEST_F(AlteredParity, NanNeverPasses) {
  alter("cases.safetensors", "vae_decode.out.image", std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(passes("vae_decode"));
  alter("vae/diffusion_pytorch_model.safetensors", "encoder.conv_in.bias", std::numeric_limits<double>::quiet_NaN());
  EXPECT_FALSE(passes("vae_encode"));
}

TEST_F(AlteredParity, AChangedEndOfTrainingFails) {
  ASSERT_TRUE(passes("train_adamw"));
  const SafetensorsFile end = SafetensorsFile::open(folder / "training/adamw.end.safetensors").value();
  alter("training/adamw.end.safetensors", end.entries().begin()->first, 0.01);
  EXPECT_FALSE(passes("train_adamw"));
}

TEST_F(AlteredParity, UnknownKindsAndMissingTensorsCountAsFailed) {
  std::ifstream in(folder / "cases.json");
  nlohmann::json cases = nlohmann::json::parse(in);
  nlohmann::json unknown = cases["cases"][0];
  unknown["name"] = "strange";
  unknown["kind"] = "strange";
  nlohmann::json missing = cases["cases"][1];
  missing["name"] = "lost";
  missing["expected"]["pooled"] = "not.there";
  cases["cases"] = {unknown, missing};
  std::ofstream(folder / "cases.json") << cases;
  const auto report = runParity(folder, {});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->ok());
  EXPECT_EQ(report->cases[0].status, ParityResult::Status::NotSupported);
  EXPECT_EQ(report->cases[1].status, ParityResult::Status::Failed);
}

TEST_F(AlteredParity, TolerancesThatAreNoPositiveNumbersAreRefused) {
  const std::string cases = readFile(folder / "cases.json").value();
  for (const char* name : {"atol", "rtol"}) {
    // NaN is no JSON, but some programs write it.
    for (const char* value : {"-1e-4", "NaN", "null", "\"0.1\""}) {
      nlohmann::json changed = nlohmann::json::parse(cases);
      changed["cases"][0][name] = "here";
      std::string text = changed.dump();
      text.replace(text.find("\"here\""), 6, value);
      std::ofstream(folder / "cases.json") << text;
      const auto report = runParity(folder, {});
      ASSERT_FALSE(report) << name << " " << value;
      EXPECT_EQ(report.error().code, ErrorCode::CorruptFile);
    }
  }
}

TEST(ParityFolder, InSixteenBitsGuidanceWidensAPicturesBound) {
  const auto boundOf = [](const char* name, PrecisionChoice precision) {
    ParityOptions options{.only = name};
    options.device.precision = precision;
    const auto report = runParity(kGolden, options);
    return report && !report->cases.empty() ? report->cases[0].relativeBound : -1.0;
  };
  EXPECT_NEAR(boundOf("txt2img_euler", PrecisionChoice::BFloat16), 0.02 * std::hypot(5.0, 4.0), 1e-9);
  EXPECT_EQ(boundOf("txt2img_ddim", PrecisionChoice::BFloat16), 0.08);  // guidance 1
  EXPECT_EQ(boundOf("txt2img_euler", PrecisionChoice::Float32), 0);
}

TEST(ParityFolder, OnACpuTheTolerancesAreTheFixtures) {
  const auto report = runParity(kGolden, {.only = "sampler_ddim"});
  ASSERT_TRUE(report && !report->cases.empty());
  const nlohmann::json json = nlohmann::json::parse(readFile(kGolden / "cases.json").value());
  std::map<std::string, nlohmann::json> cases;
  for (const auto& item : json["cases"]) cases[item["name"]] = item;
  for (const ParityResult& result : report->cases) {
    EXPECT_EQ(result.atol, cases[result.name]["atol"]) << result.name;
    EXPECT_EQ(result.rtol, cases[result.name]["rtol"]) << result.name;
    EXPECT_EQ(result.relativeBound, 0) << result.name;
  }
}

TEST(ParityFolder, NothingChosenIsNotAPass) {
  const auto report = runParity(kGolden, {.only = "no such case"});
  ASSERT_TRUE(report);
  EXPECT_FALSE(report->ok());
  EXPECT_FALSE(runParity("/nowhere", {}));
}

/// For fixtures that are not part of the repository.
TEST(ParityFolder, AnyFolderNamedByTheEnvironment) {
  const char* folder = std::getenv("PLEINAIR_FIXTURE");
  if (folder == nullptr) GTEST_SKIP() << "PLEINAIR_FIXTURE is not set";
  const char* only = std::getenv("PLEINAIR_ONLY");
  const auto report = runParity(folder, {.only = only != nullptr ? only : ""},
                                [](const ParityResult& result) { std::cout << parityLine(result) << std::endl; });
  EXPECT_TRUE(report && report->ok()) << problems(report);
}

}  // namespace
}  // namespace pleinair
