#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/config/model_description.h"

namespace pleinair {

/// What the model at `path` is, for the window's page on it: from settings and headers, without loading a weight.
/// What cannot be run is refused in words: missing or incomplete models, pickles, LoRA files, other families. Any
/// thread.
Result<ModelDescription> describeModel(const std::filesystem::path& path, const ModelUse& use);

/// Whether a .safetensors file is to be taken as a LoRA or as a model; broken files count as models, whose page says
/// what is wrong with them. Reads the header. Any thread.
WeightsKind weightsKind(const std::filesystem::path& file);

}  // namespace pleinair
