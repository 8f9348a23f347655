#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/config/device_config.h"
#include "core/config/generation_request.h"

namespace pleinair {

enum class LearningRateSchedule { Constant, Linear, Cosine };

/// Which weights get an adapter. Attention projections are to_q, to_k, to_v and to_out.0; the feed-forward layers are
/// those of the transformer blocks; convolutions are those of the resnets and the resampling layers.
struct LoraTargets {
  bool unetAttention = true;
  bool unetFeedForward = false;
  bool unetConvolutions = false;
  bool textEncoderAttention = false;
  bool textEncoder2Attention = false;  ///< of SDXL
  [[nodiscard]] bool anyTextEncoder() const { return textEncoderAttention || textEncoder2Attention; }
  friend bool operator==(const LoraTargets&, const LoraTargets&) = default;
};

/// All settings of one LoRA run; `runs/<name>/config.yaml` holds them.
struct TrainingConfig {
  std::string name;             ///< the run's folder name
  std::filesystem::path model;  ///< a diffusers folder or a checkpoint file

  int rank = 16;
  double alpha = 16;  ///< the change is scaled by alpha / rank
  LoraTargets targets;

  int resolution = 256;   ///< pictures are sized to at most resolution^2 pixels, in their own aspect
  int bucketStep = 16;    ///< sizes are multiples of this, in pixels (8 or more)
  int batchSize = 1;
  int accumulate = 1;     ///< micro batches for one optimizer step
  int steps = 300;        ///< optimizer steps

  double learningRate = 1e-3;
  double textEncoderLearningRate = 1e-4;
  double textEncoder2LearningRate = 1e-4;
  LearningRateSchedule schedule = LearningRateSchedule::Cosine;
  int warmupSteps = 0;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double weightDecay = 0.01;
  double maxGradientNorm = 1.0;  ///< 0: no clipping
  double minSnrGamma = 0;        ///< 0: off
  double noiseOffset = 0;        ///< 0: off
  double timestepShift = 1;      ///< above 1: noisy timesteps, where colours and composition are decided, come oftener
  bool zeroTerminalSnr = false;  ///< the noise schedule ends in pure noise; for velocity models
  PredictionChoice prediction = PredictionChoice::Automatic;
  double captionDropout = 0.1;   ///< share of steps that see an empty caption, so that guidance keeps working

  std::uint64_t seed = 1;

  int sampleEvery = 50;  ///< steps; 0: never
  int checkpointEvery = 100;  ///< steps; 0: only at the end
  std::vector<std::string> samplePrompts;
  std::string sampleNegativePrompt;
  std::uint64_t sampleSeed = 1;
  int sampleSteps = 20;
  double sampleGuidance = 5.0;
  std::string sampleSampler = "dpmpp_2m_karras";

  DeviceConfig device;
  friend bool operator==(const TrainingConfig&, const TrainingConfig&) = default;
};

/// What the model to be trained has to do with its settings. Until one is known, a small model's.
struct TrainingBasis {
  int nativeSize = 256;  ///< pixels a side that it was made for
  bool small = true;     ///< a UNet of under 100 million parameters, which learns fast and bears high rates
  bool twoTextEncoders = false;
  friend bool operator==(const TrainingBasis&, const TrainingBasis&) = default;
};

/// The three choices in plain words; each only changes numbers that the settings list shows.
enum class TrainingPreset { Quick, Balanced, Thorough };

/// `base` with the preset's rank, batch, steps, rate, shift of timesteps, sampling and checkpoint intervals for such a
/// model.
TrainingConfig withPreset(TrainingConfig base, TrainingPreset preset, const TrainingBasis& basis);

/// The Balanced preset at the model's own size: what a run has that nobody chose anything for.
TrainingConfig defaultTraining(const TrainingBasis& basis);

/// A run's settings when another model takes the place of the one they were made for: a preset stays that preset, and
/// the native size the native size; what was chosen otherwise stays as it is.
TrainingConfig movedTo(const TrainingConfig& config, const TrainingBasis& from, const TrainingBasis& to);

}  // namespace pleinair
