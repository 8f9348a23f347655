#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/error.h"
#include "core/base/progress.h"

namespace pleinair {

/// What a training tells while it runs; the fields are those of the events of the same name in core/engine/events.h.
namespace training {

struct Began {
  std::string runName;
  std::filesystem::path runFolder;
  std::int64_t trainableParameters = 0, totalParameters = 0;
  int firstStep = 0;  ///< > 0 for a resumed run
  int steps = 0;
  int photos = 0;
};

struct Step {
  int step = 0;  ///< 1-based optimizer step just completed
  double loss = 0;
  double learningRate = 0;
  double gradientNorm = 0;
  double stepsPerSecond = 0;
  double secondsLeft = -1;
  std::int64_t memoryBytes = 0;
  double validationLoss = -1;  ///< < 0 when not measured at this step
};

struct Sample {
  int step = 0;  ///< 0: the base model, before training
  int promptIndex = 0;
  std::string prompt;
  std::filesystem::path file;
};

struct Checkpoint {
  int step = 0;
  std::filesystem::path file;
};

/// The stage names, spelled as in core/engine/events.h.
namespace stage {
inline constexpr const char* kReadingPhotos = "Reading photos";
inline constexpr const char* kEncodingPhotos = "Encoding photos";
inline constexpr const char* kEncodingCaptions = "Encoding captions";
inline constexpr const char* kTraining = "Training";
inline constexpr const char* kSampling = "Drawing samples";
inline constexpr const char* kSaving = "Saving";
}  // namespace stage

}  // namespace training

/// Listens to a training, on the thread that trains. Must be cheap and must not throw.
class TrainingListener : public ProgressSink {
 public:
  virtual void onBegan(const training::Began&) {}
  virtual void onStep(const training::Step&) {}
  virtual void onSample(const training::Sample&) {}
  virtual void onCheckpoint(const training::Checkpoint&) {}
  /// A photo that cannot be used; the rest trains.
  virtual void onPhotoSkipped(const std::filesystem::path&, const Error&) {}
  virtual void onPaused(bool) {}
};

}  // namespace pleinair
