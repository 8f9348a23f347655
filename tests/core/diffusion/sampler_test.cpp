#include "core/diffusion/sampler.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/config/samplers.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

using nlohmann::json;

const std::filesystem::path kGolden = std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15";

json goldenCases(const std::string& kind) {
  std::ifstream stream(kGolden / "cases.json");
  const json all = json::parse(stream);
  json found = json::array();
  for (const json& one : all["cases"]) {
    if (one["kind"] == kind) found.push_back(one);
  }
  return found;
}

at::Tensor goldenTensor(const std::string& name) {
  static const SafetensorsFile file = SafetensorsFile::open(kGolden / "cases.safetensors").value();
  return file.tensor(name).value();
}

ScheduleConfig stableDiffusion15() {
  ScheduleConfig config;
  config.stepsOffset = 1;
  config.setAlphaToOne = false;
  config.clipSample = false;
  return config;
}

double largestError(const at::Tensor& got, const at::Tensor& expected) {
  if (got.sizes() != expected.sizes()) return std::numeric_limits<double>::infinity();
  return (got - expected).abs().max().item<double>();
}

at::Tensor testModel(const at::Tensor& x, double t) { return 0.6 * x.tanh() + 0.1 * std::cos(t / 100); }

struct Walk {
  std::vector<at::Tensor> trajectory;
  int draws = 0;
};

Walk walk(Sampler& sampler, const at::Tensor& start, const at::Tensor& stepNoise) {
  Walk result;
  at::Tensor sample = start * sampler.initialScale();
  const NoiseSource noise = [&] { return stepNoise[result.draws++]; };
  for (std::size_t i = 0; i < sampler.timesteps().size(); ++i) {
    const at::Tensor output = testModel(sampler.scaleInput(sample, i), sampler.timesteps()[i]);
    sample = sampler.step(output, i, sample, noise);
    result.trajectory.push_back(sample);
  }
  return result;
}

TEST(Sampler, ReproducesDiffusersTrajectories) {
  const json cases = goldenCases("sampler");
  ASSERT_GE(cases.size(), 30U);
  for (const json& one : cases) {
    const json& params = one["params"];
    SCOPED_TRACE(one["name"].get<std::string>());
    ScheduleConfig config = stableDiffusion15();
    if (params["prediction_type"] == "v_prediction") config.prediction = PredictionType::Velocity;
    if (params["timestep_spacing"] == "trailing") config.spacing = TimestepSpacing::Trailing;
    if (params["timestep_spacing"] == "linspace") config.spacing = TimestepSpacing::Linspace;
    auto sampler = createSampler(params["sampler"].get<std::string>(), config, params["steps"].get<int>());
    ASSERT_TRUE(sampler.ok());
    const double tolerance = one["atol"];
    const at::Tensor timesteps = at::tensor((*sampler)->timesteps(), at::kFloat);
    EXPECT_LE(largestError(timesteps, goldenTensor(one["expected"]["timesteps"])), tolerance);
    if (one["expected"].contains("sigmas")) {
      const at::Tensor sigmas = at::tensor((*sampler)->sigmas(), at::kFloat);
      EXPECT_LE(largestError(sigmas, goldenTensor(one["expected"]["sigmas"])), tolerance);
    }
    const at::Tensor stepNoise =
        one["inputs"].contains("step_noise") ? goldenTensor(one["inputs"]["step_noise"]) : at::Tensor();
    const Walk result = walk(**sampler, goldenTensor(one["inputs"]["noise"]), stepNoise);
    const at::Tensor expected = goldenTensor(one["expected"]["trajectory"]);
    const at::Tensor got = at::stack(result.trajectory);
    const at::Tensor allowed = tolerance + one["rtol"].get<double>() * expected.abs();
    EXPECT_TRUE(((got - expected).abs() <= allowed).all().item<bool>()) << largestError(got, expected);
  }
}

TEST(Sampler, NoiseSchedulesAreDiffusers) {
  for (const json& one : goldenCases("noise_schedule")) {
    ScheduleConfig config = stableDiffusion15();
    config.rescaleZeroSnr = one["params"]["rescale_betas_zero_snr"];
    EXPECT_LE(largestError(alphasCumprod(config), goldenTensor(one["expected"]["alphas_cumprod"])), 1e-6);
  }
}

TEST(Sampler, EveryNameMakesASamplerForManyStepCounts) {
  for (const std::string& name : samplerNames()) {
    for (const int steps : {1, 2, 3, 20, 50}) {
      auto sampler = createSampler(name, stableDiffusion15(), steps);
      ASSERT_TRUE(sampler.ok()) << name;
      const at::Tensor stepNoise = at::randn({2 * steps, 1, 4, 4, 4});
      const Walk result = walk(**sampler, at::randn({1, 4, 4, 4}), stepNoise);
      EXPECT_TRUE(at::isfinite(result.trajectory.back()).all().item<bool>()) << name << " " << steps;
    }
  }
}

TEST(Sampler, TheShownNamesAreTheEnginesNames) {
  std::vector<std::string> shown;
  for (const SamplerInfo& info : samplers()) shown.emplace_back(info.id);
  std::vector<std::string> known = samplerNames();
  std::ranges::sort(shown);
  std::ranges::sort(known);
  EXPECT_EQ(shown, known);
}

TEST(Sampler, OtherProgramsWordsFindTheSampler) {
  EXPECT_EQ(samplerIdFor("DPM++ 2M", "Karras"), "dpmpp_2m_karras");
  EXPECT_EQ(samplerIdFor("DPM++ 2M Karras", ""), "dpmpp_2m_karras");
  EXPECT_EQ(samplerIdFor("DPM++ 2M", "Automatic"), "dpmpp_2m");
  EXPECT_EQ(samplerIdFor("euler A", ""), "euler_a");
  EXPECT_EQ(samplerIdFor("Restart", ""), "");
}

TEST(Sampler, UnknownNamesAndImpossibleStepCountsAreRefused) {
  const auto unknown = createSampler("magic", stableDiffusion15(), 20);
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::BadArgument);
  EXPECT_NE(unknown.error().hint.find("dpmpp_2m_karras"), std::string::npos);
  EXPECT_FALSE(createSampler("ddim", stableDiffusion15(), 0).ok());
  EXPECT_FALSE(createSampler("ddim", stableDiffusion15(), 1000).ok());
  EXPECT_FALSE(createSampler("lcm", stableDiffusion15(), 51).ok());
}

TEST(Sampler, ImageToImageBeginsAtTheRightNoiseLevel) {
  const at::Tensor clean = at::zeros({1, 4, 4, 4}), unit = at::ones({1, 4, 4, 4});
  for (const char* name : {"ddim", "euler", "dpmpp_2m_karras"}) {
    auto sampler = createSampler(name, stableDiffusion15(), 20);
    const double early = (*sampler)->noised(clean, unit, 2).max().item<double>();
    const double late = (*sampler)->noised(clean, unit, 17).max().item<double>();
    EXPECT_GT(early, late) << name;
  }
}

TEST(Schedule, AnUnknownPredictionTypeIsNamed) {
  const auto file = std::filesystem::temp_directory_path() / "pleinair_schedule_test.json";
  std::ofstream(file) << R"({"prediction_type": "flow", "beta_schedule": "scaled_linear"})";
  const auto config = ScheduleConfig::load(file);
  ASSERT_FALSE(config.ok());
  EXPECT_EQ(config.error().code, ErrorCode::UnsupportedModel);
  EXPECT_NE(config.error().message.find("flow"), std::string::npos);
  std::filesystem::remove(file);
}

TEST(Schedule, ASpacingThatOnlyRepeatsTheClassIsNotAWish) {
  const auto file = std::filesystem::temp_directory_path() / "pleinair_schedule_spacing_test.json";
  const auto customary = [&](const char* text) {
    std::ofstream(file) << text;
    return ScheduleConfig::load(file).value().customarySpacing;
  };
  EXPECT_TRUE(customary(R"({"_class_name": "PNDMScheduler"})"));
  EXPECT_TRUE(customary(R"({"_class_name": "PNDMScheduler", "timestep_spacing": "leading"})"));
  EXPECT_FALSE(customary(R"({"_class_name": "DDIMScheduler", "timestep_spacing": "trailing"})"));
  EXPECT_FALSE(customary(R"({"_class_name": "EulerDiscreteScheduler", "timestep_spacing": "leading"})"));
  std::filesystem::remove(file);
  ScheduleConfig config = stableDiffusion15();
  config.customarySpacing = true;
  EXPECT_EQ((*createSampler("euler", config, 20))->timesteps().front(), 999);
  EXPECT_EQ((*createSampler("ddim", config, 20))->timesteps().front(), 951);
}

TEST(Schedule, VelocityAndNoiseRebuildTheCleanLatents) {
  const at::Tensor alphas = alphasCumprod(stableDiffusion15());
  const at::Tensor clean = at::randn({2, 4, 3, 3}), noise = at::randn({2, 4, 3, 3});
  const at::Tensor timesteps = at::tensor({10L, 900L}, at::kLong);
  const at::Tensor noisy = addNoise(alphas, clean, noise, timesteps);
  const at::Tensor v = velocity(alphas, clean, noise, timesteps);
  const at::Tensor a = alphas.index_select(0, timesteps).view({2, 1, 1, 1});
  EXPECT_LE(largestError(a.sqrt() * noisy - (1.0 - a).sqrt() * v, clean), 1e-5);
}

}  // namespace
}  // namespace pleinair
