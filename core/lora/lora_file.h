#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// How a LoRA file names its tensors.
enum class LoraFormat { Kohya, Peft, Diffusers };

/// "kohya", "PEFT" or "diffusers".
const char* loraFormatName(LoraFormat format) noexcept;

/// Which network of a model an adapter layer belongs to.
enum class LoraPart { UNet, TextEncoder, TextEncoder2 };

/// One layer of a LoRA as its file holds it. `path` is the layer's module path with '_' for '.' and without the
/// text encoder's leading "text_model_": the one spelling that all formats can be brought to.
struct LoraEntry {
  LoraPart part = LoraPart::UNet;
  std::string path;
  std::string key;   ///< what the file calls the layer
  at::Tensor down;   ///< [rank, in] or [rank, in, k, k]
  at::Tensor up;     ///< [out, rank] or [out, rank, 1, 1]
  double alpha = 0;  ///< the file's, or else the rank

  [[nodiscard]] std::int64_t rank() const { return down.size(0); }
};

/// A LoRA file, read and put in order, not yet matched to any model.
struct LoraFile {
  std::filesystem::path file;
  LoraFormat format = LoraFormat::Kohya;
  std::vector<LoraEntry> entries;        ///< by part, then path
  std::vector<std::string> unknownKeys;  ///< tensors that are no part of a LoRA layer
  TextMap metadata;

  [[nodiscard]] std::int64_t parameterCount() const;
};

/// Reads kohya, PEFT and diffusers files. UnsupportedFormat names adapters that are not plain low-rank pairs (LoHa,
/// LoKr, DoRA) and files that hold no LoRA; CorruptFile a half pair or shapes that do not fit each other.
Result<LoraFile> readLora(const std::filesystem::path& file);

/// What the file was made for, in words: from its metadata, else from the width of its cross attention; "an unknown
/// model" where neither tells.
std::string loraFamily(const LoraFile& lora);

/// "SD 1.x", "SD 2.x", "SDXL" for 768, 1024, 2048; else "a model of text width N".
std::string familyOfTextWidth(std::int64_t width);

/// The neutral spelling of a module path ("a.b.0.to_q" -> "a_b_0_to_q"), see LoraEntry::path.
std::string neutralLoraPath(LoraPart part, const std::string& modulePath);

}  // namespace pleinair
