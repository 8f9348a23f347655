#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.h"
#include "core/config/device_config.h"
#include "core/config/generation_request.h"
#include "core/config/training_config.h"
#include "core/engine/events.h"

namespace pleinair {

/// Copies photos into a project; runs beside the other jobs, on the file lane.
struct ImportJob {
  std::filesystem::path project;
  std::vector<std::filesystem::path> sources;  ///< files and folders
};

/// Fills a project's latent and text caches for `config`, so that training needs no photo decoder.
struct PrepareJob {
  std::filesystem::path project;
  TrainingConfig config;
};

/// Trains a LoRA in `project/runs/<config.name>/`. With `resume`, continues that run exactly where it stopped.
struct TrainJob {
  std::filesystem::path project;
  TrainingConfig config;
  bool resume = false;
};

/// Generates request.prompts x request.count pictures into `folder` and keeps set.yaml there up to date
/// after each picture.
struct GenerateJob {
  GenerationRequest request;
  std::filesystem::path folder;
  std::string setName;
};

using Job = std::variant<ImportJob, PrepareJob, TrainJob, GenerateJob>;

/// What the machine offers and uses, for the status strip.
struct DeviceStatus {
  std::string name;         ///< "CPU, 2 cores" or the GPU's name
  bool isGpu = false;
  bool halfPrecision = false;  ///< 16-bit weights
  DeviceConfig own;  ///< where a job without wishes of its own runs, settled; Automatic until that was opened
  std::int64_t memoryUsedBytes = 0, memoryTotalBytes = 0;
  std::int64_t memoryFreeBytes = 0;  ///< what the program could hold in all, beside everything else that runs now
};

/// The engine behind the window and the command line: one worker thread owns device, models and
/// optimizer and runs jobs in the order they were submitted; imports run beside it on the file lane.
/// All methods may be called from any thread and return at once. No torch type is reachable from here.
class Engine {
 public:
  explicit Engine(EventSink sink, DeviceConfig device = {});
  /// Cancels what runs (a training stays resumable) and joins the threads.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  JobId submit(Job job);
  /// Asks a queued or running job to end; its Finished event says Cancelled. Unknown ids are ignored.
  void cancel(JobId job);

  // For a running training; ignored by other jobs.
  void pause(JobId job);
  void resume(JobId job);
  void sampleNow(JobId job);
  void saveNow(JobId job);
  /// Ends a training after its current step, saved and resumable.
  void stopTraining(JobId job);

  [[nodiscard]] DeviceStatus deviceStatus() const;

  /// Runs `work` on the file lane (one thread, in order): for writes and scans the GUI must not wait on.
  void post(std::function<void()> work);

 private:
  class Implementation;
  std::unique_ptr<Implementation> m_implementation;
};

/// The folder of the starter model that came with the program, or empty when it is not installed.
std::filesystem::path starterModelFolder();

}  // namespace pleinair
