#pragma once

#include <c10/core/ScalarType.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/lora/lora_file.h"

namespace pleinair {

/// "kohya", "diffusers" or "peft"; nothing for other words.
std::optional<LoraFormat> loraFormatFromName(const std::string& name);

struct LoraSaveOptions {
  LoraFormat format = LoraFormat::Kohya;
  std::optional<at::ScalarType> dtype;  ///< none: each tensor keeps its own
};

/// The tensors of a LoRA under a format's own keys. kohya: diffusers' block names with lora_te for SD 1.x and 2.x,
/// LDM's with lora_te1 and lora_te2 for SDXL, one alpha a layer. diffusers and PEFT know no alpha: the scale is
/// folded into the upper half. UnsupportedFormat where the format cannot hold a layer (LoHa, LoKr, a column's
/// lengths) or a layer's name is not known.
Result<TensorMap> loraTensors(const LoraFile& lora, LoraFormat format);

/// Says in a sentence that `target` is the LoRA's own file, which is never written over.
Result<void> refuseOwnFile(const std::filesystem::path& lora, const std::filesystem::path& target);

/// Writes a LoRA with its metadata, atomically; the hashes that others check and the minimum of texts are brought up
/// to date.
Result<void> saveLora(const std::filesystem::path& file, const LoraFile& lora, const LoraSaveOptions& options);

/// Writes tensors and texts with `sshs_model_hash`, `sshs_legacy_hash` and `modelspec.hash_sha256` computed from what
/// is written.
Result<void> writeHashedLora(const std::filesystem::path& file, const TensorMap& tensors, TextMap metadata);

}  // namespace pleinair
