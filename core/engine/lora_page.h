#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/config/lora_description.h"

namespace pleinair {

/// What a LoRA file is, for the window's page on it: from its keys, shapes and metadata. Any thread; reads the file's
/// header and nothing else of note.
Result<LoraDescription> describeLoraFile(const std::filesystem::path& file);

}  // namespace pleinair
