#include "core/diffusion/schedule.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace pleinair {
namespace {

using nlohmann::json;

class ScheduleFile : public testing::Test {
 protected:
  void SetUp() override {
    m_file = std::filesystem::path(testing::TempDir()) /
             (std::string(testing::UnitTest::GetInstance()->current_test_info()->name()) + ".json");
  }
  void TearDown() override { std::filesystem::remove(m_file); }
  Result<ScheduleConfig> loaded(const json& settings) {
    std::ofstream(m_file) << settings;
    return ScheduleConfig::load(m_file);
  }
  std::filesystem::path m_file;
};

TEST_F(ScheduleFile, TrainedBetasAreTakenForTheSchedule) {
  const auto config =
      loaded({{"beta_schedule", "linear"}, {"num_train_timesteps", 3}, {"trained_betas", {0.1, 0.5, 0.2}}});
  ASSERT_TRUE(config) << config.error().text();
  const at::Tensor alphas = alphasCumprod(config.value());
  EXPECT_TRUE(at::allclose(alphas, at::tensor({0.9, 0.45, 0.36}, at::kFloat), 1e-6, 0));
}

TEST_F(ScheduleFile, TrainedBetasThatMakeNoSenseAreRefused) {
  EXPECT_FALSE(loaded({{"num_train_timesteps", 3}, {"trained_betas", {0.1, 0.5}}}));
  EXPECT_FALSE(loaded({{"num_train_timesteps", 2}, {"trained_betas", {0.1, 1.5}}}));
  EXPECT_FALSE(loaded({{"num_train_timesteps", 2}, {"trained_betas", "many"}}));
  EXPECT_TRUE(loaded({{"num_train_timesteps", 1000}, {"trained_betas", nullptr}}));
}

TEST_F(ScheduleFile, FlowMatchingIsRefusedByName) {
  const auto config = loaded({{"_class_name", "FlowMatchEulerDiscreteScheduler"}, {"num_train_timesteps", 1000}});
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code, ErrorCode::UnsupportedModel);
  EXPECT_NE(config.error().message.find("FlowMatchEulerDiscreteScheduler"), std::string::npos)
      << config.error().text();
}

}  // namespace
}  // namespace pleinair
