#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/config/training_config.h"

namespace pleinair {

struct TrainableShare {
  std::int64_t trainable = 0, total = 0;
};

/// How many parameters a run with these settings trains, of how many in UNet, text encoder and VAE together.
/// Reads the model's config files only.
Result<TrainableShare> trainableShare(const std::filesystem::path& model, const TrainingConfig& config);

}  // namespace pleinair
