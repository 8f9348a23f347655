#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/config/lora_description.h"

namespace pleinair {

/// Reads what a LoRA file tells about itself. No model is needed and no tensor is computed with.
Result<LoraDescription> loraInfo(const std::filesystem::path& file);

}  // namespace pleinair
