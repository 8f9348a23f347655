#include "core/engine/engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "core/config/yaml_codec.h"
#include "core/dataset/project_folder.h"
#include "core/image/codec.h"
#include "core/image/png.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

/// Keeps every event and lets a test wait for the one it needs.
class EventLog {
 public:
  EventSink sink() {
    return [this](const Event& e) {
      const std::lock_guard lock(m_mutex);
      m_events.push_back(e);
      m_changed.notify_all();
    };
  }

  /// Waits for the first event of this type from this job; fails the test after two minutes.
  template <typename Body>
  Body waitFor(JobId job) {
    std::unique_lock lock(m_mutex);
    Body found;
    const bool came = m_changed.wait_for(lock, 120s, [&] {
      for (const Event& e : m_events) {
        if (e.job != job) continue;
        if (const auto* body = std::get_if<Body>(&e.body)) {
          found = *body;
          return true;
        }
      }
      return false;
    });
    EXPECT_TRUE(came);
    return found;
  }

  template <typename Body>
  std::vector<Body> all(JobId job) {
    const std::lock_guard lock(m_mutex);
    std::vector<Body> found;
    for (const Event& e : m_events) {
      if (e.job != job) continue;
      if (const auto* body = std::get_if<Body>(&e.body)) found.push_back(*body);
    }
    return found;
  }

 private:
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::vector<Event> m_events;
};

class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    m_folder = fs::temp_directory_path() / ("pleinair-engine-" + std::string(info->name()) + std::to_string(::getpid()));
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(m_folder, ignored);
  }

  [[nodiscard]] GenerateJob generate(const std::string& set, int count, int steps = 2) const {
    GenerateJob job;
    job.request.model = PLEINAIR_GOLDEN_DIR "/sd15";
    job.request.prompts = {"sky"};
    job.request.width = job.request.height = 64;
    job.request.steps = steps;
    job.request.count = count;
    job.folder = m_folder / set;
    job.setName = set;
    return job;
  }

  void writePhotos(int count) const {
    fs::create_directories(m_folder / "photos");
    for (int i = 0; i < count; ++i) {
      Image image{64, 64, std::vector<std::uint8_t>(64 * 64 * 3, static_cast<std::uint8_t>(40 + 20 * i))};
      auto bytes = encodeJpeg(image, 90);
      ASSERT_TRUE(bytes.ok());
      std::ofstream(m_folder / "photos" / (std::to_string(i) + ".jpg"), std::ios::binary) << *bytes;
    }
  }

  [[nodiscard]] TrainJob train(int steps) const {
    TrainJob job;
    job.project = m_folder / "project";
    job.config.name = "run";
    job.config.model = PLEINAIR_GOLDEN_DIR "/sd15";
    job.config.resolution = 64;
    job.config.rank = 4;
    job.config.alpha = 4;
    job.config.steps = steps;
    job.config.sampleEvery = 0;
    job.config.checkpointEvery = 0;
    return job;
  }

  void importPhotos(Engine& engine) {
    writePhotos(3);
    ASSERT_TRUE(ProjectFolder::create(m_folder / "project").ok());
    const JobId id = engine.submit(ImportJob{m_folder / "project", {m_folder / "photos"}});
    ASSERT_EQ(m_log.waitFor<event::Finished>(id).outcome, event::Outcome::Done);
    EXPECT_EQ(m_log.all<event::PhotoImported>(id).size(), 3u);
  }

  fs::path m_folder;
  EventLog m_log;
};

TEST_F(EngineTest, GeneratesASetAndListsItInOrder) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  const JobId id = engine.submit(generate("set", 3));
  const auto finished = m_log.waitFor<event::Finished>(id);
  ASSERT_EQ(finished.outcome, event::Outcome::Done) << finished.error.text();
  const auto pictures = m_log.all<event::PictureReady>(id);
  ASSERT_EQ(pictures.size(), 3u);
  const auto set = yaml::loadPictureSet(m_folder / "set/set.yaml");
  ASSERT_TRUE(set.ok());
  ASSERT_EQ(set->pictures.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(set->pictures[i].recipe.seed, 1 + i);
    EXPECT_TRUE(readPng(m_folder / "set" / set->pictures[i].file).ok());
    EXPECT_EQ(pictures[i].index, static_cast<int>(i));
  }
  EXPECT_FALSE(m_log.all<event::Progress>(id).empty());
}

TEST_F(EngineTest, TellsOfALoraThatActsInPart) {
  const fs::path file = m_folder / "partly.safetensors";
  const TensorMap whole = SafetensorsFile::open(PLEINAIR_GOLDEN_DIR "/sd15/lora/kohya.safetensors").value().tensors();
  TensorMap tensors = whole;
  for (const auto& [name, tensor] : whole) tensors["lora_unet_nowhere" + name.substr(name.find('.'))] = tensor;
  ASSERT_TRUE(writeSafetensors(file, tensors).ok());
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  GenerateJob job = generate("set", 1);
  job.request.loras = {{file, 1.0}};
  const JobId id = engine.submit(job);
  ASSERT_EQ(m_log.waitFor<event::Finished>(id).outcome, event::Outcome::Done);
  const auto told = m_log.all<event::LoraPartlyUsed>(id);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].file, file);
  EXPECT_EQ(told[0].unused, std::vector<std::string>{"lora_unet_nowhere"});
}

TEST_F(EngineTest, KeepsTheModelBetweenJobs) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  const JobId first = engine.submit(generate("one", 1));
  const JobId second = engine.submit(generate("two", 1));
  EXPECT_EQ(m_log.waitFor<event::Finished>(second).outcome, event::Outcome::Done);
  const auto stages = m_log.all<event::Stage>(second);
  for (const auto& stage : stages) EXPECT_NE(stage.name, stage::kLoadingModel);
  EXPECT_FALSE(m_log.all<event::Stage>(first).empty());
}

TEST_F(EngineTest, CancelKeepsFinishedPicturesAndActsSoon) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  const JobId id = engine.submit(generate("set", 2000));
  m_log.waitFor<event::PictureReady>(id);
  const auto asked = Clock::now();
  engine.cancel(id);
  const auto finished = m_log.waitFor<event::Finished>(id);
  EXPECT_EQ(finished.outcome, event::Outcome::Cancelled);
  // Far above the 100 ms that a quiet machine needs, far below one more picture of 2,000.
  EXPECT_LT(Clock::now() - asked, 5s);
  const auto set = yaml::loadPictureSet(m_folder / "set/set.yaml");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->pictures.size(), m_log.all<event::PictureReady>(id).size());
}

TEST_F(EngineTest, AJobCancelledWhileItWaitsDoesNothing) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  const JobId running = engine.submit(generate("running", 1000));
  const JobId waiting = engine.submit(generate("waiting", 1));
  engine.cancel(waiting);
  m_log.waitFor<event::PictureReady>(running);
  engine.cancel(running);
  EXPECT_EQ(m_log.waitFor<event::Finished>(waiting).outcome, event::Outcome::Cancelled);
  EXPECT_FALSE(fs::exists(m_folder / "waiting"));
}

TEST_F(EngineTest, AFailedJobSaysWhyAndTheNextOneRuns) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  GenerateJob bad = generate("bad", 1);
  bad.request.model = m_folder / "no-such-model";
  const JobId failing = engine.submit(bad);
  const JobId good = engine.submit(generate("good", 1));
  const auto failed = m_log.waitFor<event::Finished>(failing);
  EXPECT_EQ(failed.outcome, event::Outcome::Failed);
  EXPECT_EQ(failed.error.code, ErrorCode::NotFound);
  EXPECT_EQ(m_log.waitFor<event::Finished>(good).outcome, event::Outcome::Done);
}

TEST_F(EngineTest, TrainsPausesSamplesAndStopsResumable) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  importPhotos(engine);
  TrainJob job = train(100000);
  job.config.samplePrompts = {"sky"};
  job.config.sampleSteps = 1;
  const JobId id = engine.submit(job);
  EXPECT_EQ(m_log.waitFor<event::TrainingBegan>(id).photos, 3);
  m_log.waitFor<event::TrainingStep>(id);
  engine.sampleNow(id);
  m_log.waitFor<event::SampleReady>(id);
  engine.saveNow(id);
  m_log.waitFor<event::CheckpointSaved>(id);
  engine.pause(id);
  EXPECT_TRUE(m_log.waitFor<event::PausedChanged>(id).paused);
  engine.stopTraining(id);
  const auto finished = m_log.waitFor<event::Finished>(id);
  EXPECT_EQ(finished.outcome, event::Outcome::Done) << finished.error.text();
  const int reached = m_log.all<event::TrainingStep>(id).back().step;

  job.resume = true;
  job.config.steps = 100000;
  const JobId again = engine.submit(job);
  EXPECT_EQ(m_log.waitFor<event::TrainingBegan>(again).firstStep, reached);
  EXPECT_EQ(m_log.waitFor<event::TrainingStep>(again).step, reached + 1);
  engine.cancel(again);
  EXPECT_EQ(m_log.waitFor<event::Finished>(again).outcome, event::Outcome::Cancelled);
}

TEST_F(EngineTest, ImportsRunBesideATraining) {
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  importPhotos(engine);
  const JobId training = engine.submit(train(100000));
  m_log.waitFor<event::TrainingStep>(training);
  ASSERT_TRUE(ProjectFolder::create(m_folder / "second").ok());
  const JobId import = engine.submit(ImportJob{m_folder / "second", {m_folder / "photos"}});
  EXPECT_EQ(m_log.waitFor<event::Finished>(import).outcome, event::Outcome::Done);
  EXPECT_TRUE(m_log.all<event::Finished>(training).empty());
  engine.cancel(training);
  m_log.waitFor<event::Finished>(training);
}

TEST_F(EngineTest, DestroyingTheEngineDuringATrainingLeavesItResumable) {
  JobId id = 0;
  {
    Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
    importPhotos(engine);
    id = engine.submit(train(100000));
    m_log.waitFor<event::TrainingStep>(id);
  }
  EXPECT_EQ(m_log.waitFor<event::Finished>(id).outcome, event::Outcome::Cancelled);
  Engine engine(m_log.sink(), {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  TrainJob job = train(100000);
  job.resume = true;
  const JobId again = engine.submit(job);
  EXPECT_GE(m_log.waitFor<event::TrainingBegan>(again).firstStep, 1);
}

}  // namespace
}  // namespace pleinair
