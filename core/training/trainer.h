#pragma once

#include <filesystem>
#include <stop_token>

#include "core/base/controls.h"
#include "core/base/result.h"
#include "core/config/training_config.h"
#include "core/training/listener.h"

namespace pleinair {

struct StableDiffusion;

/// How a run ended and what it left.
struct TrainingOutcome {
  enum class End {
    Finished,   ///< all steps are done
    Stopped,    ///< the user asked to stop; resumable
    Cancelled,  ///< the stop token asked; resumable
  };
  End end = End::Finished;
  int step = 0;  ///< the last completed step
  std::filesystem::path runFolder;
  std::filesystem::path checkpoint;  ///< the LoRA of that step; empty when none was written
  int photos = 0, skippedPhotos = 0;
};

/// Trains a LoRA on a project's photos in `project/runs/<config.name>/` (a taken name gets "-2", "-3", …; onBegan
/// tells which). With `resume` the named run goes on from its last saved state with its own settings, except steps,
/// samples, checkpoints and device, which may be changed; on a CPU its losses are those of a run that was never
/// interrupted, to the bit. The model's base weights are frozen for the time and unchanged afterwards.
///
/// Photos that are not in the caches need the photo decoder; without it (PLEINAIR_PHOTOS off) they are skipped and
/// named. Errors: EmptyDataset, NotFound (no model of that kind, nothing to resume), DiskFull, OutOfMemory,
/// NotANumber (names the photos and the step; the last good checkpoint stays), BadConfig. Call from the engine's
/// worker thread.
Result<TrainingOutcome> trainLora(StableDiffusion& model, const std::filesystem::path& project,
                                  const TrainingConfig& config, bool resume, TrainingListener& listener,
                                  Controls& controls, const std::stop_token& stop);

struct PreparedProject {
  int photos = 0;         ///< with latents in the cache
  int encodedPhotos = 0;  ///< of these, encoded now
  int captions = 0;       ///< distinct texts in the cache
  int skippedPhotos = 0;
  bool cancelled = false;
};

/// Fills the project's caches for this config (latents and text embeddings), so that a machine without photo
/// decoders can train it.
Result<PreparedProject> prepareProject(StableDiffusion& model, const std::filesystem::path& project,
                                       const TrainingConfig& config, TrainingListener& listener,
                                       const std::stop_token& stop);

}  // namespace pleinair
