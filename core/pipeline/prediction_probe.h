#pragma once

#include "core/base/result.h"
#include "core/diffusion/schedule.h"

namespace pleinair {

struct StableDiffusion;

/// Tells from a loaded model's own behaviour what its UNet predicts. At the last timestep the input is nearly all
/// noise: a network that predicts noise hands most of it back, one that predicts velocity says nearly the opposite of
/// the picture, which has little to do with the input.
Result<PredictionType> probePrediction(const StableDiffusion& model);

}  // namespace pleinair
