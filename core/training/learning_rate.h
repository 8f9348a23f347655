#pragma once

#include "core/config/training_config.h"

namespace pleinair {

/// What the base learning rate is multiplied with at a 0-based optimizer step: a linear warm-up from 0 over
/// `warmup` steps, then constant, or down to 0 at `total` along a line or half a cosine.
double learningRateFactor(LearningRateSchedule schedule, int step, int warmup, int total);

}  // namespace pleinair
