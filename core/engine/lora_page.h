#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/config/lora_description.h"
#include "core/config/lora_export_choice.h"

namespace pleinair {

/// What a LoRA file is, for the window's page on it: from its keys, shapes and metadata. Any thread; reads the file's
/// header and nothing else of note.
Result<LoraDescription> describeLoraFile(const std::filesystem::path& file);

/// Writes a LoRA under other keys or in another precision, atomically; its metadata goes with it. Says FileExists and
/// writes nothing where there is a file already, unless the choice lets it go; the LoRA itself is never overwritten.
/// Any thread; holds the whole LoRA in memory.
Result<LoraExportOutcome> exportLoraFile(const std::filesystem::path& lora, const std::filesystem::path& target,
                                         const LoraExportChoice& choice);

}  // namespace pleinair
