#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/controls.h"
#include "core/base/result.h"
#include "core/lora/trainable_lora.h"
#include "core/nn/packed_convolutions.h"
#include "core/training/draws.h"
#include "core/training/listener.h"
#include "core/training/metrics_log.h"
#include "core/training/resume_state.h"
#include "core/training/run_folder.h"
#include "core/training/trainer.h"
#include "core/training/training_set.h"
#include "core/training/training_step.h"

namespace pleinair {

/// One training from its first to its last step: what trainLora() runs once model, folder and photos are there. It
/// is used once.
class TrainingRun {
 public:
  /// `resumed` is the state to go on from, if any. All references must outlive the run.
  TrainingRun(StableDiffusion& model, RunFolder run, TrainingSet set, std::optional<ResumeState> resumed,
              TrainingListener& listener, Controls& controls, const std::stop_token& stop);
  Result<TrainingOutcome> execute();

 private:
  using Clock = std::chrono::steady_clock;

  Result<void> begin();
  Result<TrainingOutcome> loop();
  /// True when the run is to end now.
  Result<bool> heedControls();
  /// The samples of the step that is done.
  Result<void> drawNow();
  /// For the steps to come, where there is memory for it.
  void packConvolutions();
  /// One optimizer step; nothing when it was cancelled on the way.
  Result<std::optional<training::Step>> oneStep();
  Result<std::optional<double>> gradients();
  Result<void> afterStep(training::Step step);
  Result<TrainingOutcome> end(TrainingOutcome::End how);

  MicroInput microInput(std::int64_t micro);
  /// What the UNet is told beside the noisy latents, for these captions and photos.
  void tellText(MicroInput& input, const std::vector<std::string>& captions,
                const std::vector<std::size_t>& photos) const;
  double validationLoss();
  Error notANumber(const std::string& tensor, std::int64_t firstMicro) const;
  Result<void> saveCheckpoint();
  Result<void> saveState();
  [[nodiscard]] bool adapterIsFinite() const;
  [[nodiscard]] double elapsedSeconds() const;
  void measure(training::Step& step, double seconds);
  /// Whether something that happens every `interval` steps happens after the current one.
  [[nodiscard]] bool due(int interval) const { return interval > 0 && m_step % interval == 0; }

  StableDiffusion& m_model;
  RunFolder m_run;
  TrainingSet m_set;
  std::optional<ResumeState> m_resumed;
  TrainingListener& m_listener;
  Controls& m_controls;
  const std::stop_token& m_stop;

  TrainableLora m_lora;
  std::unique_ptr<TrainingStep> m_training;
  std::optional<nn::PackedConvolutions> m_packed;
  BucketSize m_sampleSize;
  BatchPlan m_plan;
  std::optional<MetricsLog> m_metrics;
  int m_step = 0;             ///< completed
  int m_savedStep = -1;       ///< of the resume state on disk
  int m_checkpointStep = -1;  ///< of the newest checkpoint on disk
  std::int64_t m_startedAt = 0;
  std::string m_sessionId;
  double m_stepSeconds = 0;  ///< smoothed
  Clock::time_point m_began, m_lastSave;
};

/// The fingerprint of the settings that a run's numbers depend on; how long it is and what it shows do not count.
std::string settingsFingerprint(const TrainingConfig& config);

}  // namespace pleinair
