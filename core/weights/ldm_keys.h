#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/weights/component_weights.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// The parts of a checkpoint in a single file, each under diffusers' and transformers' names.
struct LdmComponents {
  StoredMap unet, vae;
  std::vector<StoredMap> texts;       ///< in the order in which the model joins them
  std::vector<std::string> leftOver;  ///< keys with no meaning to us, outside the parts
};

/// Sorts the keys of an original (CompVis, Stability) checkpoint into components and renames them: SD 1.x with
/// CLIP's keys, SD 2.x with OpenCLIP's, SDXL with both. Which block is which is read off the keys, so any depth passes.
/// EMA copies, training state and buffers are left out. Whatever holds no such checkpoint (a LoRA, a DiT, a part of a
/// model) is an UnsupportedModel or UnsupportedFormat error that says what it is.
Result<LdmComponents> sortLdmKeys(const SafetensorsFile& file);

}  // namespace pleinair
