#pragma once

#include <cstdint>

#include "core/config/model_description.h"
#include "core/pipeline/model_source.h"

namespace pleinair {

/// How many parameters take part; what a network's configs do not say themselves.
struct ParameterCounts {
  std::int64_t model = 0;    ///< UNet, text encoders and VAE
  std::int64_t unet = 0;     ///< of them the UNet's
  std::int64_t adapter = 0;  ///< trained by a run
};

/// About the memory that one guided picture takes at its peak: the program, the weights, and what UNet or VAE hold at
/// their widest moment. From shapes alone; within a third of what was measured.
std::int64_t estimateGenerationBytes(const ModelSource& source, const ParameterCounts& counts, const ModelUse& use);

/// About the memory of a LoRA run at its peak: weights, adapter with its gradients and moments, and what the backward
/// pass keeps of every layer. From shapes alone.
std::int64_t estimateTrainingBytes(const ModelSource& source, const ParameterCounts& counts, const ModelUse& use);

}  // namespace pleinair
