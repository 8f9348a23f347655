#include "core/training/trainer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "core/lora/applied_lora.h"
#include "core/lora/lora_info.h"
#include "tests/core/training/tiny_project.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using testing::Recorder;

/// One tiny model for the whole program, one project for each test.
class TrainerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    s_model = fs::temp_directory_path() / ("pleinair_trainer_model_" + std::to_string(::getpid()));
    fs::remove_all(s_model);
    testing::saveTinyModel(s_model);
    s_diffusion = testing::loadTinyModel(s_model);
  }
  static void TearDownTestSuite() {
    s_diffusion.reset();
    fs::remove_all(s_model);
  }
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    m_project = fs::temp_directory_path() / ("pleinair_trainer_" + name + std::to_string(::getpid()));
    fs::remove_all(m_project);
    testing::makeTinyProject(m_project, 5);
    m_config = testing::tinyConfig(s_model);
  }
  void TearDown() override {
    EXPECT_TRUE(branchesAreGone()) << "a training must leave the model as it was";
    fs::remove_all(m_project);
  }
  Result<TrainingOutcome> train(bool resume = false) {
    return trainLora(*s_diffusion, m_project, m_config, resume, m_heard, m_controls, m_stop.get_token());
  }
  static bool branchesAreGone() {
    for (const HostLayer& host : hostLayers(s_diffusion->loraHosts())) {
      if (!host.layer->branches.empty()) return false;
    }
    return true;
  }
  std::vector<double> losses() const {
    std::vector<double> values;
    for (const auto& step : m_heard.steps) values.push_back(step.loss);
    return values;
  }

  static inline fs::path s_model;
  static inline std::unique_ptr<StableDiffusion> s_diffusion;
  fs::path m_project;
  TrainingConfig m_config;
  Recorder m_heard;
  Controls m_controls;
  std::stop_source m_stop;
};

TEST_F(TrainerTest, ARunLeavesItsFolderWhole) {
  m_config.sampleEvery = 3;
  m_config.checkpointEvery = 2;
  m_config.samplePrompts = {"SKY", "SKY, noon"};
  const auto outcome = train();
  ASSERT_TRUE(outcome.ok()) << outcome.error().text();
  EXPECT_EQ(outcome->end, TrainingOutcome::End::Finished);
  EXPECT_EQ(outcome->step, 6);
  EXPECT_EQ(outcome->photos, 5);
  const fs::path run = m_project / "runs" / "run";
  EXPECT_EQ(outcome->runFolder, run);
  for (const char* file :
       {"config.yaml", "run.log", "samples/step_000000/00_1.png", "samples/step_000000/01_1.png",
        "samples/step_000003/00_1.png", "samples/step_000006/01_1.png", "checkpoints/step_000002.safetensors",
        "checkpoints/step_000004.safetensors", "checkpoints/step_000006.safetensors", "resume/state.safetensors"}) {
    EXPECT_TRUE(fs::exists(run / file)) << file;
  }
  const auto lines = testing::metricsOf(run);
  ASSERT_EQ(lines.size(), 6U);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["step"], i + 1);
    EXPECT_EQ(lines[i]["loss"].get<double>(), m_heard.steps[i].loss);
    EXPECT_EQ(lines[i].contains("validation_loss"), (i + 1) % 3 == 0);
  }
  EXPECT_EQ(m_heard.samples.size(), 6U);
  EXPECT_EQ(m_heard.checkpoints.size(), 3U);
  EXPECT_EQ(m_heard.began.firstStep, 0);
  EXPECT_GT(m_heard.began.trainableParameters, 0);
  EXPECT_LT(m_heard.began.trainableParameters, m_heard.began.totalParameters);
  EXPECT_GT(m_heard.steps.back().memoryBytes, 0);
  EXPECT_GT(m_heard.steps.back().stepsPerSecond, 0);
  const LoraDescription info = loraInfo(outcome->checkpoint).value();
  EXPECT_EQ(info.rank, 2);
  EXPECT_EQ(info.steps, 6);
  EXPECT_EQ(info.trigger, "SKY");
}

TEST_F(TrainerTest, TheSamplesChangeAndTheFirstIsTheBaseModel) {
  m_config.sampleEvery = 6;
  m_config.samplePrompts = {"SKY"};
  m_config.learningRate = 0.1;
  ASSERT_TRUE(train().ok());
  const Image before = readPng(m_heard.samples.front().file).value();
  const Image after = readPng(m_heard.samples.back().file).value();
  EXPECT_EQ(m_heard.samples.front().step, 0);
  EXPECT_EQ(before.width, after.width);
  EXPECT_NE(before, after);
}

TEST_F(TrainerTest, TrainingLowersTheValidationLoss) {
  m_config.steps = 60;
  m_config.sampleEvery = 20;
  m_config.samplePrompts = {"SKY"};
  m_config.captionDropout = 0;
  m_config.minSnrGamma = 0;
  m_config.noiseOffset = 0;
  ASSERT_TRUE(train().ok());
  EXPECT_LT(m_heard.steps[59].validationLoss, 0.98 * m_heard.steps[19].validationLoss);
}

TEST_F(TrainerTest, TheSameSeedTrainsTheSameNumbers) {
  ASSERT_TRUE(train().ok());
  const std::vector<double> first = losses();
  m_heard = {};
  ASSERT_TRUE(train().ok());
  EXPECT_EQ(losses(), first);
  EXPECT_EQ(m_heard.began.runName, "run-2") << "a taken name is never overwritten";
  m_heard = {};
  m_config.seed = 2;
  ASSERT_TRUE(train().ok());
  EXPECT_NE(losses(), first);
}

TEST_F(TrainerTest, AStoppedRunGoesOnAsIfNothingHadHappened) {
  m_config.accumulate = 2;
  m_config.targets.textEncoderAttention = true;
  ASSERT_TRUE(train().ok());
  const std::vector<double> whole = losses();
  const auto wholeLora = SafetensorsFile::open(m_project / "runs/run/checkpoints/step_000006.safetensors").value();
  m_heard = {};
  m_config.name = "broken";
  m_heard.atStep = [this](int step) {
    if (step == 2) m_controls.requestStop();
  };
  const auto stopped = train();
  ASSERT_TRUE(stopped.ok());
  EXPECT_EQ(stopped->end, TrainingOutcome::End::Stopped);
  EXPECT_EQ(stopped->step, 2);
  std::vector<double> joined = losses();
  m_heard = {};
  Controls fresh;
  const auto rest = trainLora(*s_diffusion, m_project, m_config, true, m_heard, fresh, {});
  ASSERT_TRUE(rest.ok()) << rest.error().text();
  EXPECT_EQ(m_heard.began.firstStep, 2);
  for (const double loss : losses()) joined.push_back(loss);
  EXPECT_EQ(joined, whole);
  const auto lora = SafetensorsFile::open(rest->checkpoint).value();
  for (const auto& [name, tensor] : lora.tensors()) {
    EXPECT_TRUE(tensor.equal(wholeLora.tensor(name).value())) << name;
  }
}

TEST_F(TrainerTest, CancelEndsWithinAStepAndStaysResumable) {
  m_config.steps = 500;
  m_heard.atStep = [this](int step) {
    if (step == 3) m_stop.request_stop();
  };
  const auto outcome = train();
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(outcome->end, TrainingOutcome::End::Cancelled);
  EXPECT_EQ(outcome->step, 3);
  EXPECT_TRUE(fs::exists(outcome->checkpoint));
  m_config.steps = 5;
  m_heard = {};
  Controls fresh;
  const auto rest = trainLora(*s_diffusion, m_project, m_config, true, m_heard, fresh, {});
  ASSERT_TRUE(rest.ok()) << rest.error().text();
  EXPECT_EQ(rest->step, 5);
}

TEST_F(TrainerTest, ARunCanBeMadeLongerWhenItGoesOn) {
  m_config.schedule = LearningRateSchedule::Constant;
  ASSERT_TRUE(train().ok());
  m_config.steps = 8;
  m_heard = {};
  const auto rest = train(true);
  ASSERT_TRUE(rest.ok());
  EXPECT_EQ(m_heard.steps.size(), 2U);
  EXPECT_EQ(testing::metricsOf(rest->runFolder).size(), 8U);
}

TEST_F(TrainerTest, PauseHoldsAndRequestsAreHeeded) {
  m_config.samplePrompts = {"SKY"};
  std::jthread waker;
  m_heard.atStep = [&](int step) {
    if (step == 1) m_controls.requestSample();
    if (step == 2) m_controls.requestSave();
    if (step == 3) {
      m_controls.pause();
      waker = std::jthread([this] {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        m_controls.resume();
      });
    }
  };
  const auto outcome = train();
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(m_heard.pauses, (std::vector<bool>{true, false}));
  ASSERT_EQ(m_heard.samples.size(), 1U);
  EXPECT_EQ(m_heard.samples[0].step, 1);
  EXPECT_TRUE(fs::exists(outcome->runFolder / "checkpoints/step_000002.safetensors"));
}

TEST_F(TrainerTest, ABrokenPhotoIsNamedAndTheRestTrains) {
  std::ofstream(m_project / "dataset" / "broken.jpg") << "this is no picture";
  std::ofstream(m_project / "dataset" / "empty.png");
  const auto outcome = train();
  ASSERT_TRUE(outcome.ok()) << outcome.error().text();
  EXPECT_EQ(outcome->photos, 5);
  EXPECT_EQ(outcome->skippedPhotos, 2);
  ASSERT_EQ(m_heard.skipped.size(), 2U);
  EXPECT_EQ(m_heard.skipped[0].first.filename(), "broken.jpg");
}

TEST_F(TrainerTest, AnEmptyProjectIsSaidAndLeavesNoRun) {
  fs::remove_all(m_project / "dataset");
  const auto outcome = train();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::EmptyDataset);
  EXPECT_FALSE(fs::exists(m_project / "runs" / "run"));
}

TEST_F(TrainerTest, SettingsThatCannotWorkAreNamed) {
  m_config.rank = 0;
  EXPECT_EQ(train().error().code, ErrorCode::BadConfig);
  m_config = testing::tinyConfig(s_model);
  m_config.sampleEvery = 1;
  m_config.sampleSampler = "magic";
  const auto outcome = train();
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().message.find("magic"), std::string::npos);
}

TEST_F(TrainerTest, InFloat16NothingIsTrainedAndNoRunIsLeft) {
  s_diffusion->device.dtype = at::kHalf;
  const auto outcome = train();
  s_diffusion->device.dtype = at::kFloat;
  ASSERT_FALSE(outcome.ok());
  EXPECT_NE(outcome.error().message.find("choose bfloat16 (bf16)"), std::string::npos) << outcome.error().text();
  EXPECT_FALSE(fs::exists(m_project / "runs" / "run"));
}

TEST_F(TrainerTest, AnExplodingRateIsCaughtAndNamesStepAndPhotos) {
  m_config.learningRate = 1e30;
  m_config.maxGradientNorm = 0;
  m_config.schedule = LearningRateSchedule::Constant;
  const auto outcome = train();
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().code, ErrorCode::NotANumber);
  EXPECT_NE(outcome.error().context.find("step"), std::string::npos);
  EXPECT_NE(outcome.error().context.find(".png"), std::string::npos);
}

TEST_F(TrainerTest, PhotosWithoutCaptionTrainOnTheTrigger) {
  NullProgress progress;
  const auto prepared = prepareProject(*s_diffusion, m_project, m_config, m_heard, {});
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(prepared->photos, 5);
  EXPECT_EQ(prepared->encodedPhotos, 5);
  EXPECT_EQ(prepared->captions, 4) << "two captions, the trigger, and none for caption dropout";
}

TEST_F(TrainerTest, APreparedProjectIsNotEncodedAgain) {
  ASSERT_TRUE(prepareProject(*s_diffusion, m_project, m_config, m_heard, {}).ok());
  const auto again = prepareProject(*s_diffusion, m_project, m_config, m_heard, {});
  EXPECT_EQ(again->encodedPhotos, 0);
  // Copied to a machine without a decoder: other times, other place, same bytes.
  const fs::path elsewhere = m_project.string() + "_copy";
  fs::remove_all(elsewhere);
  fs::copy(m_project, elsewhere, fs::copy_options::recursive);
  for (const auto& file : fs::directory_iterator(elsewhere / "dataset")) {
    fs::last_write_time(file, fs::file_time_type::clock::now() + std::chrono::hours(1));
  }
  EXPECT_EQ(prepareProject(*s_diffusion, elsewhere, m_config, m_heard, {})->encodedPhotos, 0);
  m_config.resolution = 48;
  EXPECT_GT(prepareProject(*s_diffusion, elsewhere, m_config, m_heard, {})->encodedPhotos, 0);
  fs::remove_all(elsewhere);
}

TEST_F(TrainerTest, NothingToResumeIsSaid) {
  m_config.name = "never";
  EXPECT_EQ(train(true).error().code, ErrorCode::NotFound);
}

TEST_F(TrainerTest, ChangedSettingsDoNotResume) {
  ASSERT_TRUE(train().ok());
  const fs::path file = m_project / "runs/run/config.yaml";
  std::string text = readFile(file).value();
  const std::size_t at = text.find("rank: 2");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 7, "rank: 4");
  ASSERT_TRUE(writeFileAtomic(file, text).ok());
  EXPECT_EQ(train(true).error().code, ErrorCode::BadConfig);
}

TEST_F(TrainerTest, ABrokenStateFallsBackToTheOneBefore) {
  m_config.checkpointEvery = 3;
  ASSERT_TRUE(train().ok());
  const std::vector<double> whole = losses();
  fs::resize_file(m_project / "runs/run/resume/state.safetensors", 100);
  m_heard = {};
  const auto rest = train(true);
  ASSERT_TRUE(rest.ok()) << rest.error().text();
  EXPECT_EQ(m_heard.began.firstStep, 3);
  EXPECT_EQ(losses(), std::vector<double>(whole.begin() + 3, whole.end()));
}

}  // namespace
}  // namespace pleinair
