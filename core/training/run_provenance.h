#pragma once

#include <cstdint>
#include <string>

#include "core/lora/lora_writer.h"
#include "core/training/draws.h"
#include "core/training/training_set.h"

namespace pleinair {

/// What a checkpoint of this run tells about itself.
LoraProvenance runProvenance(const StableDiffusion& model, const TrainingConfig& config, const TrainingSet& set,
                             const BatchPlan& plan, int step, std::int64_t startedAt, const std::string& sessionId);

}  // namespace pleinair
