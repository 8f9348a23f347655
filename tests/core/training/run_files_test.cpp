#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/atomic_file.h"
#include "core/training/latent_cache.h"
#include "core/training/metrics_log.h"
#include "core/training/resume_state.h"
#include "core/training/run_folder.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

class RunFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    m_folder = fs::temp_directory_path() /
               (std::string("pleinair_run_files_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  void TearDown() override { fs::remove_all(m_folder); }

  static training::Step step(int number, double loss) {
    training::Step one;
    one.step = number;
    one.loss = loss;
    return one;
  }

  fs::path m_folder;
};

TEST_F(RunFiles, MetricsAreCutBackToTheStepThatGoesOn) {
  const fs::path file = m_folder / "metrics.jsonl";
  {
    auto log = MetricsLog::open(file, 0).value();
    for (int i = 1; i <= 5; ++i) ASSERT_TRUE(log.append(step(i, 1.0 / i), 1, i * 2.0).ok());
  }
  std::ofstream(file, std::ios::app) << R"({"step": 6, "lo)";  // a kill in the midst of a line
  auto log = MetricsLog::open(file, 3).value();
  EXPECT_EQ(log.keptSeconds(), 6.0);
  ASSERT_TRUE(log.append(step(4, 0.5), 1, 7).ok());
  const std::string text = readFile(file).value();
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
  EXPECT_NE(text.find("0.3333333333333333"), std::string::npos) << "losses keep their last bit";
  EXPECT_EQ(text.find("\"step\":5"), std::string::npos);
}

TEST_F(RunFiles, TheStateBeforeIsKeptUntilTheNewOneIsWhole) {
  EXPECT_EQ(loadResumeState(m_folder).error().code, ErrorCode::NotFound);
  ResumeState state;
  state.tensors["a"] = at::arange(4, at::kFloat);
  for (const int number : {10, 20, 30}) {
    state.step = number;
    ASSERT_TRUE(saveResumeState(m_folder, state).ok());
  }
  EXPECT_EQ(loadResumeState(m_folder)->step, 30);
  EXPECT_TRUE(loadResumeState(m_folder)->tensors.at("a").equal(state.tensors.at("a")));
  fs::resize_file(m_folder / "state.safetensors", 40);
  EXPECT_EQ(loadResumeState(m_folder)->step, 20);
  fs::remove(m_folder / "state.safetensors");
  EXPECT_EQ(loadResumeState(m_folder)->step, 20) << "a kill between the two renames";
  fs::resize_file(m_folder / "state.previous.safetensors", 40);
  EXPECT_EQ(loadResumeState(m_folder).error().code, ErrorCode::CorruptFile);
}

TEST_F(RunFiles, ATakenNameIsNeverOverwritten) {
  TrainingConfig config;
  config.name = "Закат/evening";
  const auto first = RunFolder::create(m_folder, config).value();
  const auto second = RunFolder::create(m_folder, config).value();
  EXPECT_EQ(first.config().name, "Закат-evening");
  EXPECT_EQ(second.config().name, "Закат-evening-2");
  EXPECT_NE(first.path(), second.path());
  EXPECT_EQ(RunFolder::open(m_folder, second.config().name)->config().name, "Закат-evening-2");
  config.name = "../..";
  EXPECT_EQ(RunFolder::create(m_folder, config)->path().parent_path(), m_folder / "runs");
  EXPECT_EQ(RunFolder::open(m_folder, "none").error().code, ErrorCode::NotFound);
}

TEST_F(RunFiles, WhatALaterStepMadeIsForgotten) {
  TrainingConfig config;
  config.name = "run";
  const auto run = RunFolder::create(m_folder, config).value();
  for (const int number : {50, 100, 150}) {
    ASSERT_TRUE(writeFileAtomic(run.checkpointFile(number), "x").ok());
    ASSERT_TRUE(writeFileAtomic(run.sampleFile(number, 0, 1), "x").ok());
  }
  run.forgetAfter(100);
  EXPECT_TRUE(fs::exists(run.checkpointFile(100)) && fs::exists(run.sampleFile(100, 0, 1)));
  EXPECT_FALSE(fs::exists(run.checkpointFile(150)) || fs::exists(run.sampleFile(150, 0, 1).parent_path()));
  EXPECT_EQ(run.sampleFile(100, 3, 42).filename(), "03_42.png");
  EXPECT_EQ(run.sampleFile(100, 3, 42).parent_path().filename(), "step_000100");
}

TEST_F(RunFiles, CachesAreKeyedByAllThatDecidesThem) {
  const LatentCache cache(m_folder, "vae-a", "text-a"), otherModel(m_folder, "vae-b", "text-b");
  const LatentDistribution latents{at::randn({4, 8, 8}), at::rand({4, 8, 8})};
  ASSERT_TRUE(cache.storeLatents("photo", {64, 64}, latents).ok());
  ASSERT_TRUE(cache.storeText("a caption", {at::randn({77, 8}), at::randn({5})}).ok());
  ASSERT_TRUE(cache.latents("photo", {64, 64}).has_value());
  EXPECT_TRUE(cache.latents("photo", {64, 64})->mean.equal(latents.mean));
  EXPECT_TRUE(cache.latents("photo", {64, 64})->std.equal(latents.std));
  EXPECT_FALSE(cache.latents("photo", {96, 64}).has_value());
  EXPECT_FALSE(cache.latents("another", {64, 64}).has_value());
  EXPECT_FALSE(otherModel.latents("photo", {64, 64}).has_value());
  ASSERT_TRUE(cache.text("a caption").has_value());
  EXPECT_EQ(cache.text("a caption")->pooled.numel(), 5);
  EXPECT_FALSE(cache.text("another").has_value());
  EXPECT_FALSE(otherModel.text("a caption").has_value());
}

TEST_F(RunFiles, ABrokenCacheFileCountsAsMissing) {
  const LatentCache cache(m_folder, "vae", "text");
  ASSERT_TRUE(cache.storeText("a", {at::randn({77, 8}), {}}).ok());
  for (const auto& file : fs::directory_iterator(m_folder / "texts")) fs::resize_file(file, 20);
  EXPECT_FALSE(cache.text("a").has_value());
}

}  // namespace
}  // namespace pleinair
