#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "app/bench/case_runner.h"
#include "app/bench/cases.h"
#include "core/dataset/project_folder.h"
#include "core/engine/engine.h"
#include "core/image/png.h"

namespace pleinair::bench {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

/// An event with the moment it came.
struct TimedEvent {
  Clock::time_point at;
  Event event;
};

/// Runs one job on an engine of its own and returns everything it told, or its error.
Result<std::vector<TimedEvent>> record(Job job, const DeviceConfig& device) {
  std::mutex mutex;
  std::condition_variable ended;
  std::vector<TimedEvent> events;
  std::optional<event::Finished> finished;
  Engine engine(
      [&](const Event& e) {
        const std::lock_guard lock(mutex);
        events.push_back({Clock::now(), e});
        if (const auto* end = std::get_if<event::Finished>(&e.body)) {
          finished = *end;
          ended.notify_all();
        }
      },
      device);
  engine.submit(std::move(job));
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return finished.has_value(); });
  if (finished->outcome == event::Outcome::Failed) return finished->error;
  return events;
}

}  // namespace

Result<Figures> measureGeneration(const fs::path& model, int size, int steps, const DeviceConfig& device) {
  GenerateJob job;
  job.request.model = model;
  job.request.prompts = {"a wide sky at sunset over the sea"};
  job.request.negativePrompt = "grey";
  job.request.steps = steps;
  job.request.width = job.request.height = size;
  job.request.count = 3;
  job.folder = scratchFolder("set");
  fs::remove_all(job.folder);
  PLEINAIR_ASSIGN(const auto events, record(job, device));
  fs::remove_all(job.folder);

  double load = 0;
  std::vector<double> stepTimes, decodeTimes, pictureTimes;
  std::optional<Clock::time_point> last, lastPicture;
  bool generating = false;  // loading reports progress too, parameter by parameter
  for (const TimedEvent& e : events) {
    if (std::holds_alternative<event::ModelLoaded>(e.event.body)) load = seconds(e.at - events.front().at);
    if (const auto* begun = std::get_if<event::Stage>(&e.event.body)) generating = begun->name == stage::kGenerating;
    if (generating && std::holds_alternative<event::Progress>(e.event.body)) {
      if (last) stepTimes.push_back(seconds(e.at - *last));
      last = e.at;
    }
    if (std::holds_alternative<event::PictureReady>(e.event.body)) {
      if (last) decodeTimes.push_back(seconds(e.at - *last));
      if (lastPicture) pictureTimes.push_back(seconds(e.at - *lastPicture));
      lastPicture = e.at;
      last.reset();
    }
  }
  return Figures{{"load", load, "s"},
                 {"guided step", median(stepTimes), "s"},
                 {"decode and save", median(decodeTimes), "s"},
                 {"whole picture", median(pictureTimes), "s"}};
}

Result<Figures> measureTraining(const fs::path& model, int resolution, int steps, const DeviceConfig& device) {
  const fs::path folder = scratchFolder("project");
  fs::remove_all(folder);
  PLEINAIR_ASSIGN(const ProjectFolder project, ProjectFolder::create(folder / "project"));
  Image photo{640, 640, std::vector<std::uint8_t>(640u * 640u * 3u, 120)};
  for (std::size_t i = 0; i < photo.rgb.size(); ++i) photo.rgb[i] = static_cast<std::uint8_t>(i / 9000);
  // PNG, so that the case also runs where photo decoders are left out.
  for (int i = 0; i < 2; ++i) PLEINAIR_TRY(writePng(project.datasetFolder() / (std::to_string(i) + ".png"), photo));
  TrainJob job;
  job.project = folder / "project";
  job.config.name = "bench";
  job.config.model = model;
  job.config.resolution = resolution;
  job.config.steps = steps;
  job.config.sampleEvery = job.config.checkpointEvery = 0;
  PLEINAIR_ASSIGN(const auto events, record(job, device));
  fs::remove_all(folder);

  std::vector<double> stepTimes;
  std::optional<Clock::time_point> last;
  for (const TimedEvent& e : events) {
    if (!std::holds_alternative<event::TrainingStep>(e.event.body)) continue;
    if (last) stepTimes.push_back(seconds(e.at - *last));
    last = e.at;
  }
  return Figures{{"LoRA step", median(stepTimes), "s"}};
}

}  // namespace pleinair::bench
