#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/lora/lora_keys.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// How an adapter layer describes its change of a weight.
enum class LoraKind {
  LowRank,    ///< up @ down (Hu et al. 2021; LoCon for convolutions)
  Hadamard,   ///< LoHa: the product, number by number, of two low-rank pairs (Hyeon-Woo et al. 2021)
  Kronecker,  ///< LoKr: the Kronecker product of two small matrices (Yeh et al. 2023)
  Full,       ///< the change itself
};

/// "LoRA", "LoHa", "LoKr" or "full difference".
const char* loraKindName(LoraKind kind) noexcept;

/// One layer of a LoRA as its file holds it. `path` is the layer's module path with '_' for '.' and without the
/// text encoder's leading "text_model_": the one spelling that all formats can be brought to. Files with the original
/// LDM block names keep these in it.
struct LoraEntry {
  LoraPart part = LoraPart::UNet;
  std::string path;
  std::string key;  ///< what the file calls the layer
  LoraKind kind = LoraKind::LowRank;
  at::Tensor down;       ///< LowRank: [rank, in] or [rank, in, k, k]; a Tucker core (lora_mid) is already in it
  at::Tensor up;         ///< LowRank: [out, rank] or [out, rank, 1, 1]
  TensorMap factors;     ///< other kinds: LyCORIS' tensors by their names, "diff" for Full
  at::Tensor magnitude;  ///< DoRA (Liu et al. 2024): the lengths of the changed weight's rows or columns
  double alpha = 0;      ///< the file's, or else the rank

  /// 0 for kinds without one.
  [[nodiscard]] std::int64_t rank() const;
  /// Width of what goes in and out, as the factors have it (a convolution's kernel not counted); 0 if not known.
  [[nodiscard]] std::int64_t inSize() const;
  [[nodiscard]] std::int64_t outSize() const;
  [[nodiscard]] std::int64_t parameterCount() const;
  /// A bare low-rank pair, as this program trains them.
  [[nodiscard]] bool isPlain() const { return kind == LoraKind::LowRank && !magnitude.defined(); }
};

/// The layer's module path under diffusers' names, with its dots; nothing where a name in it is none of a Stable
/// Diffusion's.
std::optional<std::string> modulePathOf(const LoraEntry& entry);

/// A LoRA file, read and put in order, not yet matched to any model.
struct LoraFile {
  std::filesystem::path file;
  LoraFormat format = LoraFormat::Kohya;
  std::vector<LoraEntry> entries;        ///< by part, then path
  std::vector<std::string> unknownKeys;  ///< tensors that are no part of a layer
  TextMap metadata;

  [[nodiscard]] std::int64_t parameterCount() const;
};

/// Reads kohya, PEFT, diffusers, ai-toolkit, OneTrainer and LyCORIS files (LoCon, LoHa, LoKr, DoRA, full
/// differences). UnsupportedFormat names other adapters and files that hold none; CorruptFile half a layer or shapes
/// that do not fit each other.
Result<LoraFile> readLora(const std::filesystem::path& file);

/// What the file was made for, in words: from its keys and a family's own width of its cross attention, else from its
/// metadata, else from the width; "an unknown model" where nothing tells.
std::string loraFamily(const LoraFile& lora);

/// Of a UNet without SDXL's embedding of sizes: the projection before its transformers is linear in SD 2.x and a 1x1
/// convolution in SD 1.x.
std::string familyOfProjection(const std::vector<std::int64_t>& shape);

/// "SD 1.x", "SD 2.x", "SDXL" for 768, 1024, 2048; else "a model of text width N".
std::string familyOfTextWidth(std::int64_t width);

/// What adapters the file holds, in words: "LoRA", "LoHa", "LoRA with DoRA".
std::string loraKindsText(const LoraFile& lora);

}  // namespace pleinair
