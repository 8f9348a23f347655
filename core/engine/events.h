#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.h"
#include "core/config/generation_request.h"

namespace pleinair {

using JobId = std::uint64_t;

/// What a job tells while it runs. Events carry copies; they are sent from the engine's threads.
namespace event {

struct Started {};

/// A new stage of the job and how many items it has (0: unknown).
struct Stage {
  std::string name;  ///< one of the stage names in events.h, see stage:: below
  std::int64_t total = 0;
};

/// `done` of `total` items of the stage; secondsLeft < 0 while it cannot be told.
struct Progress {
  std::int64_t done = 0, total = 0;
  double secondsLeft = -1;
};

/// A model is in memory.
struct ModelLoaded {
  std::string name;         ///< "Étude"
  std::string family;       ///< "SD 1.x"
  std::string device;       ///< "CPU, 2 cores" or "NVIDIA H200, 139 GiB"
  std::string precision;    ///< "float32"
  std::int64_t parameters = 0;
};

/// A picture of a generation is on disk.
struct PictureReady {
  std::filesystem::path file;
  PictureRecipe recipe;
  int index = 0, total = 0;
};

/// A LoRA acts, but not with all of its layers.
struct LoraPartlyUsed {
  std::filesystem::path file;
  std::vector<std::string> unused;  ///< its layers and tensors that have no place in the model, by their keys
};

struct TrainingBegan {
  std::string runName;
  std::filesystem::path runFolder;
  std::int64_t trainableParameters = 0, totalParameters = 0;
  int firstStep = 0;  ///< > 0 for a resumed run
  int steps = 0;
  int photos = 0;
};

struct TrainingStep {
  int step = 0;  ///< 1-based optimizer step just completed
  double loss = 0;
  double learningRate = 0;
  double gradientNorm = 0;
  double stepsPerSecond = 0;
  double secondsLeft = -1;
  std::int64_t memoryBytes = 0;  ///< resident memory, or GPU memory in use
  double validationLoss = -1;    ///< on fixed noise and timesteps; < 0 when not measured at this step
};

struct SampleReady {
  int step = 0;  ///< 0: the base model, before training
  int promptIndex = 0;
  std::string prompt;
  std::filesystem::path file;
};

struct CheckpointSaved {
  int step = 0;
  std::filesystem::path file;
};

struct PausedChanged {
  bool paused = false;
};

struct PhotoImported {
  std::string path;  ///< relative to dataset/, UTF-8
};

struct PhotoSkipped {
  std::filesystem::path file;
  Error error;
};

enum class Outcome { Done, Cancelled, Failed };

/// The last event of a job. `message` says what was kept ("3 of 8 pictures").
struct Finished {
  Outcome outcome = Outcome::Done;
  Error error;  ///< only when Failed
  std::string message;
};

}  // namespace event

using EventBody =
    std::variant<event::Started, event::Stage, event::Progress, event::ModelLoaded, event::PictureReady,
                 event::LoraPartlyUsed, event::TrainingBegan, event::TrainingStep, event::SampleReady,
                 event::CheckpointSaved, event::PausedChanged, event::PhotoImported, event::PhotoSkipped,
                 event::Finished>;

struct Event {
  JobId job = 0;
  EventBody body;
};

/// Called on an engine thread; must not block and must not throw.
using EventSink = std::function<void(const Event&)>;

/// The stage names that jobs report; the bridge translates them.
namespace stage {
inline constexpr const char* kLoadingModel = "Loading the model";
inline constexpr const char* kReadingPhotos = "Reading photos";
inline constexpr const char* kEncodingPhotos = "Encoding photos";
inline constexpr const char* kEncodingCaptions = "Encoding captions";
inline constexpr const char* kTraining = "Training";
inline constexpr const char* kSampling = "Drawing samples";
inline constexpr const char* kSaving = "Saving";
inline constexpr const char* kGenerating = "Generating";
inline constexpr const char* kImporting = "Importing photos";
}  // namespace stage

}  // namespace pleinair
