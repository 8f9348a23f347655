#pragma once

#include <stop_token>

#include "core/base/result.h"
#include "core/dataset/buckets.h"
#include "core/training/listener.h"
#include "core/training/run_folder.h"

namespace pleinair {

struct StableDiffusion;

/// The size that most photos are trained at; of equally many the first one met. {0, 0} without photos.
BucketSize commonSize(const std::vector<BucketSize>& sizes);

/// Draws the run's sample prompts with the model as it is now, by the same code that makes pictures for the gallery,
/// in the aspect of `size`, and keeps them under the step's name. What `stop` leaves undone is simply not there. A
/// picture that is no picture (NaN) is noted in the run's log and left out.
Result<void> drawSamples(const StableDiffusion& model, const RunFolder& run, int step, BucketSize size,
                         TrainingListener& listener, const std::stop_token& stop);

}  // namespace pleinair
