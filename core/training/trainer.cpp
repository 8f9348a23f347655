#include "core/training/trainer.h"

#include <ATen/ATen.h>

#include <set>
#include <utility>

#include "core/base/cancellation.h"
#include "core/base/log.h"
#include "core/config/samplers.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/tensor/torch_error.h"
#include "core/training/resume_state.h"
#include "core/training/run_folder.h"
#include "core/training/run_schedule.h"
#include "core/training/training_run.h"
#include "core/training/training_set.h"

namespace pleinair {

namespace fs = std::filesystem;

namespace {

Error bad(const std::string& message, const std::string& where) {
  return {ErrorCode::BadConfig, message, where, "Change this setting and train again."};
}

/// Values that would fail deep inside, or train nonsense without a word.
Result<void> check(const TrainingConfig& c) {
  if (c.rank < 1 || c.rank > 1024) return bad("The rank must lie between 1 and 1024", "rank");
  if (!(c.alpha > 0)) return bad("Alpha must be above 0", "alpha");
  if (c.resolution < 64 || c.resolution > 4096)
    return bad("The resolution must lie between 64 and 4096", "resolution");
  if (c.bucketStep < 8 || c.bucketStep % 8 != 0) return bad("Sizes step in multiples of 8 pixels", "bucket_step");
  if (c.batchSize < 1) return bad("A batch holds at least one photo", "batch_size");
  if (c.accumulate < 1) return bad("A step takes at least one batch", "accumulate");
  if (c.steps < 1) return bad("A run has at least one step", "steps");
  if (!(c.learningRate >= 0) || !(c.textEncoderLearningRate >= 0))
    return bad("Learning rates are not negative", "learning_rate");
  if (!(c.timestepShift >= 0.1 && c.timestepShift <= 20))
    return bad("The shift of timesteps lies between 0.1 and 20 (1: none)", "timestep_shift");
  if (!(c.captionDropout >= 0 && c.captionDropout <= 1))
    return bad("Caption dropout lies between 0 and 1", "caption_dropout");
  if (!(c.beta1 >= 0 && c.beta1 < 1 && c.beta2 >= 0 && c.beta2 < 1))
    return bad("The betas lie between 0 and 1", "beta1, beta2");
  if (!(c.textEncoder2LearningRate >= 0)) return bad("Learning rates are not negative", "text_encoder_2_learning_rate");
  if (c.sampleEvery > 0 && findSampler(c.sampleSampler) == nullptr) {
    return bad("There is no sampler \"" + c.sampleSampler + "\"", "sample_sampler");
  }
  return {};
}

/// float16 ends at 65504 and its small gradients at zero: without a scaler that follows them a run learns nothing.
Result<void> checkPrecision(const StableDiffusion& model) {
  if (model.device.dtype != at::kHalf) return {};
  return Error{ErrorCode::BadArgument,
               "A LoRA is not trained in float16, where small gradients vanish: choose bfloat16 (bf16), which is as "
               "fast, or float32",
               "precision", ""};
}

/// Noise cannot be told from a picture of pure noise: such a schedule trains velocity only.
Result<void> checkPrediction(const StableDiffusion& model, const TrainingConfig& c) {
  if (!c.zeroTerminalSnr || runSchedule(model, c).prediction == PredictionType::Velocity) return {};
  return bad("Zero terminal SNR needs a model that predicts velocity", "zero_terminal_snr");
}

/// The stored settings of a run with what may change on the way. A caller that brings other settings than the run
/// was begun with (a default config with only the name set, say) changes the device alone.
TrainingConfig resumedConfig(const TrainingConfig& stored, const TrainingConfig& asked) {
  TrainingConfig config = stored;
  if (settingsFingerprint(asked) == settingsFingerprint(stored)) {
    config = asked;
    config.name = stored.name;
    if (config.samplePrompts.empty()) config.samplePrompts = stored.samplePrompts;
  }
  config.device = asked.device;
  if (!asked.model.empty()) config.model = asked.model;
  return config;
}

/// Samples need something to show; the run's own captions are what it learns.
std::vector<std::string> promptsFrom(const TrainingSet& set) {
  constexpr std::size_t kPrompts = 2;
  std::vector<std::string> prompts;
  std::set<std::string> seen;
  for (const TrainingPhoto& photo : set.photos) {
    if (prompts.size() < kPrompts && seen.insert(photo.caption).second) prompts.push_back(photo.caption);
  }
  return prompts;
}

struct Begun {
  RunFolder run;
  std::optional<ResumeState> state;
};

Result<Begun> begun(const fs::path& project, const TrainingConfig& config, bool resume) {
  if (!resume) {
    PLEINAIR_ASSIGN(RunFolder run, RunFolder::create(project, config));
    return Begun{std::move(run), std::nullopt};
  }
  PLEINAIR_ASSIGN(RunFolder run, RunFolder::open(project, config.name));
  PLEINAIR_ASSIGN(ResumeState state, loadResumeState(run.resumeFolder()));
  if (state.settings != settingsFingerprint(run.config())) {
    return Error{ErrorCode::BadConfig, "The run's settings were changed after it began",
                 (run.path() / "config.yaml").string(),
                 "Put the old values back, or begin a new run with the new ones."};
  }
  TrainingConfig going = resumedConfig(run.config(), config);
  going.steps = std::max(going.steps, state.step);
  PLEINAIR_TRY(run.setConfig(std::move(going)));
  return Begun{std::move(run), std::move(state)};
}

TrainingOutcome cancelledBefore(const TrainingSet& set) {
  TrainingOutcome outcome;
  outcome.end = TrainingOutcome::End::Cancelled;
  outcome.photos = static_cast<int>(set.photos.size());
  outcome.skippedPhotos = set.skippedPhotos;
  return outcome;
}

}  // namespace

Result<TrainingOutcome> trainLora(StableDiffusion& model, const fs::path& project, const TrainingConfig& config,
                                  bool resume, TrainingListener& listener, Controls& controls,
                                  const std::stop_token& stop) {
  TrainingConfig wanted = config;
  if (wanted.model.empty()) wanted.model = model.folder;
  if (resume) {
    PLEINAIR_ASSIGN(const RunFolder run, RunFolder::open(project, wanted.name));
    wanted = resumedConfig(run.config(), wanted);
  }
  PLEINAIR_TRY(check(wanted));
  PLEINAIR_TRY(checkPrecision(model));
  PLEINAIR_TRY(checkPrediction(model, wanted));
  // The photos come first: a run that cannot begin leaves no folder.
  PLEINAIR_ASSIGN(TrainingSet set, prepareTrainingSet(model, project, wanted, listener, stop));
  if (set.cancelled) return cancelledBefore(set);
  if (wanted.samplePrompts.empty()) wanted.samplePrompts = promptsFrom(set);
  PLEINAIR_ASSIGN(Begun start, begun(project, wanted, resume));
  if (start.state && start.state->photos != set.fingerprint) {
    start.run.note(
        "The photos or captions have changed since; from here on the run is another than it would have been");
    log::warning("The photos or captions changed since this run was begun");
  }
  return TrainingRun(model, std::move(start.run), std::move(set), std::move(start.state), listener, controls, stop)
      .execute();
}

Result<PreparedProject> prepareProject(StableDiffusion& model, const fs::path& project, const TrainingConfig& config,
                                       TrainingListener& listener, const std::stop_token& stop) {
  TrainingConfig wanted = config;
  if (wanted.model.empty()) wanted.model = model.folder;
  PLEINAIR_ASSIGN(const TrainingSet set, prepareTrainingSet(model, project, wanted, listener, stop));
  return PreparedProject{static_cast<int>(set.photos.size()), set.encodedPhotos, static_cast<int>(set.texts.size()),
                         set.skippedPhotos, set.cancelled};
}

}  // namespace pleinair
