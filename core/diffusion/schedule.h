#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "core/base/result.h"

namespace pleinair {

/// What the UNet was trained to predict: the noise (Ho et al. 2020) or the velocity (Salimans and Ho 2022).
enum class PredictionType { Epsilon, Velocity };

/// How a sampler picks its timesteps out of the training ones (Lin et al. 2023, table 2).
enum class TimestepSpacing { Leading, Trailing, Linspace };

enum class BetaSchedule { Linear, ScaledLinear, SquaredCosine };

/// A model's `scheduler/scheduler_config.json`. The optionals are unset where the file does not say; then SD 1.5's
/// values hold (both false), whichever sampler walks.
struct ScheduleConfig {
  int trainTimesteps = 1000;
  double betaStart = 0.00085;
  double betaEnd = 0.012;
  BetaSchedule betaSchedule = BetaSchedule::ScaledLinear;
  std::vector<double> trainedBetas;  ///< one for each training timestep; not empty, it is taken for the schedule
  PredictionType prediction = PredictionType::Epsilon;
  TimestepSpacing spacing = TimestepSpacing::Leading;
  /// The file does not ask for a spacing (it names none, or only repeats what its scheduler class does anyway): each
  /// sampler then takes the one it is customarily run with, and `spacing` is not read.
  bool customarySpacing = false;
  int stepsOffset = 0;
  std::optional<bool> setAlphaToOne;
  std::optional<bool> clipSample;
  bool rescaleZeroSnr = false;

  /// Reads the file; a schedule or prediction type that is not known is UnsupportedModel and named.
  static Result<ScheduleConfig> load(const std::filesystem::path& file);
  friend bool operator==(const ScheduleConfig&, const ScheduleConfig&) = default;
};

/// The cumulative products of 1 - beta, float32 [trainTimesteps] on the CPU. With rescaleZeroSnr the betas are
/// shifted so that the last step is pure noise (Lin et al. 2023, algorithm 1).
at::Tensor alphasCumprod(const ScheduleConfig& config);

/// sqrt(a_t) * latents + sqrt(1 - a_t) * noise for a timestep per row; timesteps int64 [B] on any device.
at::Tensor addNoise(const at::Tensor& alphasCumprod, const at::Tensor& latents, const at::Tensor& noise,
                    const at::Tensor& timesteps);

/// The velocity target sqrt(a_t) * noise - sqrt(1 - a_t) * latents.
at::Tensor velocity(const at::Tensor& alphasCumprod, const at::Tensor& latents, const at::Tensor& noise,
                    const at::Tensor& timesteps);

}  // namespace pleinair
