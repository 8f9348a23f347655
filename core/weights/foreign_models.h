#pragma once

#include "core/base/result.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// Passes files that hold a whole Stable Diffusion checkpoint. Everything else is refused with what it is: a LoRA, a
/// part of a model, a refiner, an inpainting or depth model, a transformer model (SD 3, Flux).
Result<void> refuseForeignModel(const SafetensorsFile& file);

}  // namespace pleinair
