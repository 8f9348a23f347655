#include "core/lora/lora_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

#include "core/lora/ldm_names.h"
#include "core/lora/lora_change.h"
#include "core/lora/peft_settings.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

namespace {

/// The tensors of one layer as they are found, in any order.
struct Found {
  LoraKey key;
  TensorMap tensors;  ///< by LoraKey::tensor
  std::optional<double> alpha;
};

Error corrupt(const std::filesystem::path& file, const std::string& what, const std::string& key) {
  return {ErrorCode::CorruptFile, what, file.string() + ", " + key, "Get the file again from where it came."};
}

LoraKind kindOf(const TensorMap& tensors) {
  const auto holds = [&](std::string_view prefix) {
    return std::ranges::any_of(tensors, [&](const auto& item) { return item.first.starts_with(prefix); });
  };
  if (holds("hada_")) return LoraKind::Hadamard;
  if (holds("lokr_")) return LoraKind::Kronecker;
  return holds("diff") ? LoraKind::Full : LoraKind::LowRank;
}

at::Tensor taken(TensorMap& tensors, const char* name) {
  auto node = tensors.extract(name);
  return node.empty() ? at::Tensor() : node.mapped();
}

Result<LoraEntry> entryOf(const std::filesystem::path& file, Found found, const PeftSettings& peft) {
  LoraEntry entry;
  entry.key = found.key.layer;
  entry.part = found.key.part;
  entry.path = found.key.path;
  entry.kind = kindOf(found.tensors);
  entry.magnitude = taken(found.tensors, "magnitude");
  entry.down = taken(found.tensors, "down");
  entry.up = taken(found.tensors, "up");
  const at::Tensor mid = taken(found.tensors, "mid");
  entry.factors = std::move(found.tensors);
  if (auto settled = settleEntry(entry, mid); !settled) {
    return corrupt(file, settled.error().message, entry.key);
  }
  const std::int64_t rank = entry.rank();
  entry.alpha = found.alpha ? *found.alpha : peft.alphaFor(entry.part, entry.path, rank);
  return entry;
}

Result<void> refuseOtherAdapters(const SafetensorsFile& tensors) {
  for (const auto& [name, entry] : tensors.entries()) {
    const std::string_view adapter = unknownAdapterName(name);
    if (adapter.empty()) continue;
    return Error{ErrorCode::UnsupportedFormat,
                 "This file is a " + std::string(adapter) + ", which this version cannot use",
                 tensors.path().string() + ", " + name, "Use a LoRA, LoCon, LoHa, LoKr or DoRA."};
  }
  return {};
}

Result<void> collect(const SafetensorsFile& tensors, LoraFile& lora, std::map<std::string, Found>& layers) {
  for (const auto& [name, entry] : tensors.entries()) {
    auto key = parseLoraKey(name);
    if (!key) {
      lora.unknownKeys.push_back(name);
      continue;
    }
    PLEINAIR_ASSIGN(at::Tensor tensor, tensors.tensor(name));
    if (key->format) lora.format = *key->format;
    Found& found = layers[key->layer];
    if (key->tensor == "alpha") {
      if (tensor.numel() != 1) return corrupt(lora.file, "A layer's alpha is not one number", name);
      PLEINAIR_ASSIGN(found.alpha, guarded("reading alpha", [&] { return tensor.to(at::kDouble).item<double>(); }));
    } else {
      // PEFT keeps a convolution's lengths as [1, out, 1, 1]; LyCORIS' [1, in, 1, 1] means columns.
      if (key->tensor == "magnitude" && key->format == LoraFormat::Peft) tensor = tensor.flatten();
      found.tensors[std::string(key->tensor)] = tensor;
    }
    found.key = std::move(*key);
  }
  return {};
}

std::string familyOfVersion(const std::string& version) {
  if (version.starts_with("sd_v1") || version.starts_with("sd_1")) return "SD 1.x";
  if (version.starts_with("sd_v2") || version.starts_with("sd_2")) return "SD 2.x";
  if (version.starts_with("sdxl")) return "SDXL";
  return version;
}

/// Families whose networks are no UNet, by names that only their layers have.
constexpr std::array kForeignLayers = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"double_blocks", "Flux"},
    {"single_transformer_blocks", "Flux"},
    {"joint_blocks", "Stable Diffusion 3"},
    {"add_q_proj", "Stable Diffusion 3 or another transformer"},
    {"lora_prior", "Stable Cascade"},
});

/// Null where no family's cross attention takes texts of this width.
const char* knownFamilyOfTextWidth(std::int64_t width) {
  return width == 768 ? "SD 1.x" : width == 1024 ? "SD 2.x" : width == 2048 ? "SDXL" : nullptr;
}

std::string familyOfMetadata(const TextMap& metadata) {
  for (const char* key : {"ss_base_model_version", "modelspec.architecture"}) {
    const auto found = metadata.find(key);
    if (found != metadata.end() && !found->second.empty()) return familyOfVersion(found->second);
  }
  return {};
}

/// Told by the layers themselves, or by the file where their width is no family's own; empty where neither does.
std::string familyOfLayers(const LoraFile& lora) {
  for (const LoraEntry& entry : lora.entries) {
    for (const auto& [name, family] : kForeignLayers) {
      if (entry.key.find(name) != std::string::npos) return std::string(family);
    }
  }
  // Only SDXL has a second text encoder, and transformers of more than one block in its UNet; networks that are no
  // UNet have them too, at the top.
  const auto onlySdxl = [](const LoraEntry& e) {
    if (e.part != LoraPart::UNet) return e.part == LoraPart::TextEncoder2;
    const auto path = modulePathOf(e);
    return path && path->find(".transformer_blocks.1.") != std::string::npos;
  };
  if (std::ranges::any_of(lora.entries, onlySdxl)) return "SDXL";
  for (const LoraEntry& entry : lora.entries) {
    const bool crossAttention = entry.path.ends_with("attn2_to_k") || entry.path.ends_with("attn2_to_v");
    if (entry.part == LoraPart::UNet && crossAttention && entry.inSize() > 0) {
      if (const char* const family = knownFamilyOfTextWidth(entry.inSize())) return family;
      const std::string said = familyOfMetadata(lora.metadata);
      return said.empty() ? familyOfTextWidth(entry.inSize()) : said;
    }
  }
  return familyOfMetadata(lora.metadata);
}

}  // namespace

const char* loraKindName(LoraKind kind) noexcept {
  switch (kind) {
    case LoraKind::LowRank:
      return "LoRA";
    case LoraKind::Hadamard:
      return "LoHa";
    case LoraKind::Kronecker:
      return "LoKr";
    case LoraKind::Full:
      return "full difference";
  }
  return "unknown";
}

std::int64_t LoraEntry::rank() const {
  const auto rows = [&](const char* name) {
    const auto found = factors.find(name);
    return found == factors.end() ? 0 : found->second.size(0);
  };
  if (kind == LoraKind::LowRank) return down.size(0);
  if (kind == LoraKind::Hadamard) return rows("hada_w1_b");
  const std::int64_t second = rows("lokr_w2_b");
  return second > 0 ? second : rows("lokr_w1_b");
}

std::int64_t LoraEntry::inSize() const {
  const auto at = [&](const char* name) -> std::int64_t {
    const auto found = factors.find(name);
    return found == factors.end() ? 0 : found->second.size(1);
  };
  switch (kind) {
    case LoraKind::LowRank:
      return down.size(1);
    case LoraKind::Hadamard:
      return at("hada_w1_b");
    case LoraKind::Kronecker:
      return (at("lokr_w1") + at("lokr_w1_b")) * (factors.contains("lokr_w2") ? at("lokr_w2") : at("lokr_w2_b"));
    case LoraKind::Full:
      return at("diff");
  }
  return 0;
}

std::int64_t LoraEntry::outSize() const {
  const auto size = [&](const char* name, std::int64_t axis) { return factors.at(name).size(axis); };
  switch (kind) {
    case LoraKind::LowRank:
      return up.size(0);
    case LoraKind::Hadamard:
      return size("hada_w1_a", factors.contains("hada_t1") ? 1 : 0);
    case LoraKind::Kronecker: {
      const std::int64_t first = factors.contains("lokr_w1") ? size("lokr_w1", 0) : size("lokr_w1_a", 0);
      if (factors.contains("lokr_w2")) return first * size("lokr_w2", 0);
      return first * size("lokr_w2_a", factors.contains("lokr_t2") ? 1 : 0);
    }
    case LoraKind::Full:
      return size("diff", 0);
  }
  return 0;
}

std::int64_t LoraEntry::parameterCount() const {
  std::int64_t count = 0;
  for (const at::Tensor* tensor : {&down, &up, &magnitude}) {
    if (tensor->defined()) count += tensor->numel();
  }
  for (const auto& [name, tensor] : factors) count += tensor.numel();
  return count;
}

std::int64_t LoraFile::parameterCount() const {
  std::int64_t count = 0;
  for (const LoraEntry& entry : entries) count += entry.parameterCount();
  return count;
}

std::optional<std::string> modulePathOf(const LoraEntry& entry) {
  std::string path = entry.path;
  if (entry.part == LoraPart::UNet) path = neutralPathOfLdm(path).value_or(path);
  return dottedLoraPath(entry.part, path);
}

Result<LoraFile> readLora(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const SafetensorsFile tensors, SafetensorsFile::open(file));
  PLEINAIR_TRY(refuseOtherAdapters(tensors));
  LoraFile lora;
  lora.file = file;
  lora.metadata = tensors.metadata();
  std::map<std::string, Found> layers;
  PLEINAIR_TRY(collect(tensors, lora, layers));
  // An alpha or a length alone is no layer; a model may well hold a tensor of such a name.
  std::erase_if(layers, [&](const auto& layer) {
    if (!layer.second.tensors.empty() &&
        !(layer.second.tensors.size() == 1 && layer.second.tensors.contains("magnitude"))) {
      return false;
    }
    lora.unknownKeys.push_back(layer.first);
    return true;
  });
  if (layers.empty()) {
    return Error{ErrorCode::UnsupportedFormat, "This file holds no LoRA", file.string(),
                 "Choose a LoRA in kohya, PEFT or diffusers format."};
  }
  PLEINAIR_ASSIGN(const PeftSettings peft, PeftSettings::read(file, lora.metadata));
  for (auto& [key, found] : layers) {
    PLEINAIR_ASSIGN(LoraEntry entry, entryOf(file, std::move(found), peft));
    lora.entries.push_back(std::move(entry));
  }
  std::ranges::sort(lora.entries, {}, [](const LoraEntry& e) { return std::tie(e.part, e.path); });
  return lora;
}

std::string familyOfProjection(const std::vector<std::int64_t>& shape) {
  return shape.size() == 2 ? "SD 2.x" : "SD 1.x";
}

std::string familyOfTextWidth(std::int64_t width) {
  const char* const family = knownFamilyOfTextWidth(width);
  return family != nullptr ? family : "a model of text width " + std::to_string(width);
}

std::string loraFamily(const LoraFile& lora) {
  std::string family = familyOfLayers(lora);
  return family.empty() ? "an unknown model" : family;
}

std::string loraKindsText(const LoraFile& lora) {
  std::string text;
  for (const LoraKind kind : {LoraKind::LowRank, LoraKind::Hadamard, LoraKind::Kronecker, LoraKind::Full}) {
    if (std::ranges::none_of(lora.entries, [&](const LoraEntry& e) { return e.kind == kind; })) continue;
    text += (text.empty() ? "" : ", ") + std::string(loraKindName(kind));
  }
  const bool lengths = std::ranges::any_of(lora.entries, [](const LoraEntry& e) { return e.magnitude.defined(); });
  return lengths ? text + " with DoRA" : text;
}

}  // namespace pleinair
