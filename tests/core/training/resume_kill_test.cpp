// A run that is killed with SIGKILL in its midst and resumed must leave the very numbers of a run that was not.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

#include "core/weights/safetensors.h"
#include "tests/core/training/tiny_project.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolderVariable = "PLEINAIR_KILL_TEST_FOLDER";
constexpr const char* kResumeVariable = "PLEINAIR_KILL_TEST_RESUME";

TrainingConfig killConfig(const fs::path& folder) {
  TrainingConfig config = testing::tinyConfig(folder / "model");
  config.steps = 40;
  config.accumulate = 2;
  config.checkpointEvery = 5;
  config.targets.textEncoderAttention = true;
  return config;
}

/// What the child process runs: this program again, with this one test.
TEST(KilledRun, DISABLED_Child) {
  const fs::path folder = std::getenv(kFolderVariable);
  const auto model = testing::loadTinyModel(folder / "model");
  testing::Recorder heard;
  // Slow enough that the parent's signal falls between two saves.
  heard.atStep = [](int) { std::this_thread::sleep_for(std::chrono::milliseconds(15)); };
  Controls controls;
  const bool resume = std::getenv(kResumeVariable) != nullptr;
  const auto outcome = trainLora(*model, folder / "project", killConfig(folder), resume, heard, controls, {});
  ASSERT_TRUE(outcome.ok()) << outcome.error().text();
}

pid_t startChild(const fs::path& folder, bool resume) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv(kFolderVariable, folder.c_str(), 1);
  if (resume) ::setenv(kResumeVariable, "1", 1);
  ::execl("/proc/self/exe", "test_core_training", "--gtest_also_run_disabled_tests",
          "--gtest_filter=KilledRun.DISABLED_Child", static_cast<char*>(nullptr));
  ::_exit(127);
}

std::size_t linesIn(const fs::path& file) {
  const auto text = readFile(file);
  return text ? static_cast<std::size_t>(std::ranges::count(*text, '\n')) : 0;
}

/// Kills the child once the metrics hold this many lines; false when it ended before.
bool killAfter(pid_t child, const fs::path& metrics, std::size_t lines) {
  for (int waited = 0; waited < 60'000; ++waited) {
    if (linesIn(metrics) >= lines) {
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      return WIFSIGNALED(status);
    }
    int status = 0;
    if (::waitpid(child, &status, WNOHANG) == child) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(KilledRun, GoesOnToTheBit) {
  const fs::path folder = fs::temp_directory_path() / ("pleinair_killed_run_" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::create_directories(folder);
  testing::saveTinyModel(folder / "model");
  testing::makeTinyProject(folder / "project", 5);
  const fs::path run = folder / "project/runs/run", whole = folder / "project/runs/whole";

  // Two kills, so that a resumed run is killed too.
  ASSERT_TRUE(killAfter(startChild(folder, false), run / "metrics.jsonl", 12));
  ASSERT_TRUE(killAfter(startChild(folder, true), run / "metrics.jsonl", 23));
  int status = 0;
  ::waitpid(startChild(folder, true), &status, 0);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);

  const auto model = testing::loadTinyModel(folder / "model");
  TrainingConfig config = killConfig(folder);
  config.name = "whole";
  testing::Recorder heard;
  Controls controls;
  ASSERT_TRUE(trainLora(*model, folder / "project", config, false, heard, controls, {}).ok());

  const auto got = testing::metricsOf(run), expected = testing::metricsOf(whole);
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    for (const char* key : {"step", "epoch", "loss", "learning_rate", "gradient_norm"}) {
      EXPECT_EQ(got[i][key], expected[i][key]) << key << " of line " << i + 1;
    }
  }
  const auto lora = SafetensorsFile::open(run / "checkpoints/step_000040.safetensors").value();
  const auto reference = SafetensorsFile::open(whole / "checkpoints/step_000040.safetensors").value();
  ASSERT_EQ(lora.entries().size(), reference.entries().size());
  EXPECT_TRUE(std::ranges::equal(lora.data(), reference.data()));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace pleinair
