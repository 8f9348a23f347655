#include "core/lora/lora_export.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/lora/ldm_names.h"
#include "core/tensor/torch_error.h"
#include "core/weights/hash.h"

namespace pleinair {
namespace {

/// The blocks of every SDXL there is: two layers each, attention wherever an upsampler stands.
const LdmLayout kSdxlLayout{{2, 2, 2, 2}, {3, 3, 3, 3}, {true, true, true, true}};

Error unsupported(const LoraEntry& entry, const std::string& what,
                  const char* hint = "Keep it in kohya's keys, or resize it to a plain LoRA first.") {
  return {ErrorCode::UnsupportedFormat, what, entry.key, hint};
}

/// The module path under diffusers' names.
Result<std::string> knownPathOf(const LoraEntry& entry) {
  auto dotted = modulePathOf(entry);
  if (!dotted) {
    return unsupported(entry, "This LoRA has a layer whose place in the model is not known",
                       "Keep it in kohya's keys.");
  }
  return std::move(*dotted);
}

/// LDM's own block names, which a kohya file of SDXL has.
bool isLdmPath(std::string_view path) {
  return path.starts_with("input_blocks_") || path.starts_with("middle_block_") || path.starts_with("output_blocks_");
}

Result<std::string> kohyaName(const LoraEntry& entry, bool sdxl) {
  // A layer that kohya's keys name already keeps its name, whatever it is and however the model's blocks are laid out.
  const auto known = knownPathOf(entry);
  const bool ldm = sdxl && entry.part == LoraPart::UNet && isLdmPath(entry.path);
  if (entry.key.starts_with("lora_") && (!known || ldm)) return entry.key;
  PLEINAIR_ASSIGN(const std::string path, known);
  std::string flat = path;
  if (entry.part == LoraPart::UNet && sdxl) flat = ldmUNetPath(kSdxlLayout, path).value_or(path);
  std::ranges::replace(flat, '.', '_');
  const char* prefix = entry.part == LoraPart::UNet           ? "lora_unet_"
                       : entry.part == LoraPart::TextEncoder2 ? "lora_te2_"
                       : sdxl                                 ? "lora_te1_"
                                                              : "lora_te_";
  return prefix + flat;
}

Result<void> addKohya(TensorMap& tensors, const LoraEntry& entry, bool sdxl) {
  PLEINAIR_ASSIGN(const std::string name, kohyaName(entry, sdxl));
  if (entry.kind == LoraKind::LowRank) {
    tensors[name + ".lora_down.weight"] = entry.down;
    tensors[name + ".lora_up.weight"] = entry.up;
  }
  for (const auto& [factor, value] : entry.factors) tensors[name + "." + factor] = value;
  if (entry.kind != LoraKind::Full) tensors[name + ".alpha"] = at::scalar_tensor(entry.alpha, at::kFloat);
  if (!entry.magnitude.defined()) return {};
  // PEFT's [out] is written as LyCORIS' [out, 1, ...].
  std::vector<std::int64_t> shape(static_cast<std::size_t>(entry.kind == LoraKind::LowRank ? entry.down.dim() : 2),
                                  1);
  shape[0] = entry.magnitude.numel();
  tensors[name + ".dora_scale"] = entry.magnitude.dim() > 1 ? entry.magnitude : entry.magnitude.reshape(shape);
  return {};
}

Result<void> addDotted(TensorMap& tensors, const LoraEntry& entry, LoraFormat format) {
  if (entry.kind != LoraKind::LowRank) {
    return unsupported(entry, std::string(loraKindName(entry.kind)) + " cannot be written in " +
                                  loraFormatName(format) + "'s format");
  }
  const at::Tensor& m = entry.magnitude;
  if (m.defined() && (format == LoraFormat::Diffusers || (m.dim() > 1 && m.size(0) != m.numel()))) {
    return unsupported(entry,
                       std::string("This kind of DoRA cannot be written in ") + loraFormatName(format) + "'s format");
  }
  PLEINAIR_ASSIGN(const std::string path, knownPathOf(entry));
  const char* prefix = entry.part == LoraPart::UNet          ? "unet."
                       : entry.part == LoraPart::TextEncoder ? "text_encoder."
                                                             : "text_encoder_2.";
  const std::string name = prefix + path;
  const double scale = entry.alpha / static_cast<double>(entry.rank());
  // Folded in float32, and left there: rounding to half would change the LoRA.
  const at::Tensor up = scale == 1.0 ? entry.up : entry.up.to(at::kFloat) * scale;
  const at::Tensor down = scale == 1.0 ? entry.down : entry.down.to(at::kFloat);
  const bool peft = format == LoraFormat::Peft, text = entry.part != LoraPart::UNet;
  tensors[name + (peft ? ".lora_A.weight" : text ? ".lora_linear_layer.down.weight" : ".lora.down.weight")] = down;
  tensors[name + (peft ? ".lora_B.weight" : text ? ".lora_linear_layer.up.weight" : ".lora.up.weight")] = up;
  if (!m.defined()) return {};
  const at::Tensor lengths = m.flatten();
  tensors[name + ".lora_magnitude_vector"] = entry.down.dim() == 4 ? lengths.reshape({1, -1, 1, 1}) : lengths;
  return {};
}

void addMinimum(TextMap& texts, const LoraFile& lora) {
  std::int64_t rank = 0;
  double alpha = 0;
  for (const LoraEntry& entry : lora.entries) {
    if (entry.rank() <= rank) continue;
    rank = entry.rank();
    alpha = entry.alpha;
  }
  const std::string family = loraFamily(lora);
  texts.try_emplace("ss_network_module", loraKindsText(lora) == "LoRA" ? "networks.lora" : "lycoris.kohya");
  texts.try_emplace("ss_network_dim", std::to_string(rank));
  texts.try_emplace("ss_network_alpha", nlohmann::json(alpha).dump());
  texts.try_emplace("ss_network_args", "{}");
  texts.try_emplace("ss_v2", family == "SD 2.x" ? "True" : "False");
  if (family == "SD 1.x") texts.try_emplace("ss_base_model_version", "sd_v1");
  if (family == "SD 2.x") texts.try_emplace("ss_base_model_version", "sd_v2");
  if (family == "SDXL") texts.try_emplace("ss_base_model_version", "sdxl_base_v1-0");
}

/// The bytes behind a safetensors header.
std::string_view behindHeader(std::string_view bytes) {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return bytes.substr(sizeof length + length);
}

}  // namespace

std::optional<LoraFormat> loraFormatFromName(const std::string& name) {
  if (name == "kohya") return LoraFormat::Kohya;
  if (name == "diffusers") return LoraFormat::Diffusers;
  if (name == "peft" || name == "PEFT") return LoraFormat::Peft;
  return std::nullopt;
}

Result<TensorMap> loraTensors(const LoraFile& lora, LoraFormat format) {
  TensorMap tensors;
  const bool sdxl = loraFamily(lora) == "SDXL";
  for (const LoraEntry& entry : lora.entries) {
    PLEINAIR_TRY(format == LoraFormat::Kohya ? addKohya(tensors, entry, sdxl) : addDotted(tensors, entry, format));
  }
  return tensors;
}

Result<void> refuseOwnFile(const std::filesystem::path& lora, const std::filesystem::path& target) {
  std::error_code ignored;
  if (!std::filesystem::equivalent(lora, target, ignored)) return {};
  return Error{ErrorCode::BadArgument, "This is the LoRA itself, which would be written over itself", target.string(),
               "Choose another name or folder; originals stay as they are."};
}

Result<void> saveLora(const std::filesystem::path& file, const LoraFile& lora, const LoraSaveOptions& options) {
  PLEINAIR_ASSIGN(auto made, guarded("writing a LoRA", [&] { return loraTensors(lora, options.format); }));
  PLEINAIR_ASSIGN(TensorMap tensors, std::move(made));
  for (auto& [name, tensor] : tensors) {
    if (options.dtype && tensor.is_floating_point()) tensor = tensor.to(*options.dtype);
  }
  TextMap metadata = lora.metadata;
  // PEFT's settings speak of alphas that are folded in now.
  metadata.erase("lora_adapter_metadata");
  metadata.erase("lora_alpha");
  addMinimum(metadata, lora);
  return writeHashedLora(file, tensors, std::move(metadata));
}

Result<void> writeHashedLora(const std::filesystem::path& file, const TensorMap& tensors, TextMap metadata) {
  TextMap hashed = metadata;  // other programs hash the file as it is with the training texts alone
  std::erase_if(hashed, [](const auto& text) { return !text.first.starts_with("ss_"); });
  PLEINAIR_ASSIGN(const std::string bytes, encodeSafetensors(tensors, hashed));
  constexpr std::size_t kLegacyStart = 0x100000, kLegacyLength = 0x10000;
  metadata["sshs_model_hash"] = sha256Hex(behindHeader(bytes));
  const std::string_view whole = bytes;
  metadata["sshs_legacy_hash"] =
      sha256Hex(whole.substr(std::min(kLegacyStart, whole.size()), kLegacyLength)).substr(0, 8);
  metadata["modelspec.hash_sha256"] = "0x" + metadata["sshs_model_hash"];
  return writeSafetensors(file, tensors, metadata);
}

}  // namespace pleinair
