#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/config/training_config.h"

namespace pleinair {

struct ModelInfo;

struct TrainableShare {
  std::int64_t trainable = 0, total = 0;
};

/// How many parameters a run with these settings trains, of how many in UNet, text encoders and VAE together. Reads
/// the model's settings, or its file's header, only.
Result<TrainableShare> trainableShare(const std::filesystem::path& model, const TrainingConfig& config);

/// What presets and sizes of a run on this model go by; reads as little.
Result<TrainingBasis> trainingBasis(const std::filesystem::path& model);
/// The same of a model that is already understood.
TrainingBasis trainingBasis(const ModelInfo& model);

}  // namespace pleinair
