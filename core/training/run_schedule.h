#pragma once

#include "core/config/generation_request.h"
#include "core/config/training_config.h"
#include "core/diffusion/schedule.h"

namespace pleinair {

struct StableDiffusion;

/// What of a run's settings changes how its model is sampled: its samples are drawn as it is trained.
SamplingOptions runSampling(const TrainingConfig& config);

/// The noise schedule and prediction that a run trains on: the model's, with what the run's settings change about it.
ScheduleConfig runSchedule(const StableDiffusion& model, const TrainingConfig& config);

}  // namespace pleinair
