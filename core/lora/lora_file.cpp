#include "core/lora/lora_file.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <tuple>

#include "core/tensor/torch_error.h"

namespace pleinair {

namespace {

enum class Role { Down, Up, Alpha };

struct Suffix {
  std::string_view text;
  Role role;
  std::optional<LoraFormat> format;  ///< none: the suffix is used by several
};

constexpr std::array<Suffix, 11> kSuffixes{{
    {".lora_down.weight", Role::Down, LoraFormat::Kohya},
    {".lora_up.weight", Role::Up, LoraFormat::Kohya},
    {".lora_A.weight", Role::Down, LoraFormat::Peft},
    {".lora_B.weight", Role::Up, LoraFormat::Peft},
    {".lora_A.default.weight", Role::Down, LoraFormat::Peft},
    {".lora_B.default.weight", Role::Up, LoraFormat::Peft},
    {".lora.down.weight", Role::Down, LoraFormat::Diffusers},
    {".lora.up.weight", Role::Up, LoraFormat::Diffusers},
    {".lora_linear_layer.down.weight", Role::Down, LoraFormat::Diffusers},
    {".lora_linear_layer.up.weight", Role::Up, LoraFormat::Diffusers},
    {".alpha", Role::Alpha, std::nullopt},
}};

/// Adapters that are more than one low-rank pair, by a part of their keys.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kOtherAdapters{{
    {".hada_", "LoHa"},
    {".lokr_", "LoKr"},
    {".dora_scale", "DoRA"},
    {".lora_magnitude_vector", "DoRA"},
    {".lora_mid", "LoCon with a Tucker core"},
    {".oft_", "OFT"},
}};

struct Prefix {
  std::string_view text;
  LoraPart part;
};

// Longer ones first where one begins like another.
constexpr std::array<Prefix, 9> kPrefixes{{
    {"lora_unet_", LoraPart::UNet},
    {"lora_te1_", LoraPart::TextEncoder},
    {"lora_te2_", LoraPart::TextEncoder2},
    {"lora_te_", LoraPart::TextEncoder},
    {"unet.", LoraPart::UNet},
    {"text_encoder_2.", LoraPart::TextEncoder2},
    {"text_encoder.", LoraPart::TextEncoder},
    {"base_model.model.", LoraPart::UNet},
    {"", LoraPart::UNet},
}};

std::optional<std::pair<LoraPart, std::string>> locate(std::string_view key) {
  for (const Prefix& prefix : kPrefixes) {
    if (key.starts_with(prefix.text)) {
      return std::pair{prefix.part, neutralLoraPath(prefix.part, std::string(key.substr(prefix.text.size())))};
    }
  }
  return std::nullopt;
}

struct Found {
  at::Tensor down, up;
  std::optional<double> alpha;
};

Error corrupt(const std::filesystem::path& file, const std::string& what, const std::string& key) {
  return {ErrorCode::CorruptFile, what, file.string() + ", " + key, "Get the file again from where it came."};
}

Result<LoraEntry> entryOf(const std::filesystem::path& file, const std::string& key, const Found& found) {
  if (!found.down.defined() || !found.up.defined()) {
    return corrupt(file, "This LoRA lacks one half of a layer's pair", key);
  }
  const bool shapesFit = found.down.dim() >= 2 && found.down.dim() == found.up.dim() && found.down.size(0) > 0 &&
                         found.down.size(0) == found.up.size(1);
  if (!shapesFit) return corrupt(file, "The two halves of a layer of this LoRA do not fit each other", key);
  LoraEntry entry;
  entry.key = key;
  std::tie(entry.part, entry.path) = *locate(key);
  entry.down = found.down;
  entry.up = found.up;
  entry.alpha = found.alpha.value_or(static_cast<double>(found.down.size(0)));
  return entry;
}

Result<void> refuseOtherAdapters(const SafetensorsFile& tensors) {
  for (const auto& [name, entry] : tensors.entries()) {
    for (const auto& [part, adapter] : kOtherAdapters) {
      if (name.find(part) == std::string::npos) continue;
      return Error{ErrorCode::UnsupportedFormat,
                   "This file is a " + std::string(adapter) + ", which this version cannot use",
                   tensors.path().string() + ", " + name, "Use a plain LoRA (kohya, PEFT or diffusers)."};
    }
  }
  return {};
}

/// PEFT keeps alpha in the metadata of some writers, as JSON that holds "lora_alpha".
std::optional<double> alphaFromMetadata(const TextMap& metadata) {
  const auto found = metadata.find("lora_alpha");
  if (found == metadata.end()) return std::nullopt;
  try {
    return std::stod(found->second);
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace

const char* loraFormatName(LoraFormat format) noexcept {
  switch (format) {
    case LoraFormat::Kohya:
      return "kohya";
    case LoraFormat::Peft:
      return "PEFT";
    case LoraFormat::Diffusers:
      return "diffusers";
  }
  return "unknown";
}

std::int64_t LoraFile::parameterCount() const {
  std::int64_t count = 0;
  for (const LoraEntry& entry : entries) count += entry.down.numel() + entry.up.numel();
  return count;
}

std::string neutralLoraPath(LoraPart part, const std::string& modulePath) {
  std::string path = modulePath;
  std::ranges::replace(path, '.', '_');
  constexpr std::string_view kTextModel = "text_model_";
  if (part != LoraPart::UNet && path.starts_with(kTextModel)) path.erase(0, kTextModel.size());
  return path;
}

Result<LoraFile> readLora(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const SafetensorsFile tensors, SafetensorsFile::open(file));
  PLEINAIR_TRY(refuseOtherAdapters(tensors));

  LoraFile lora;
  lora.file = file;
  lora.metadata = tensors.metadata();
  std::map<std::string, Found> layers;
  for (const auto& [name, entry] : tensors.entries()) {
    const auto suffix = std::ranges::find_if(kSuffixes, [&n = name](const Suffix& s) { return n.ends_with(s.text); });
    if (suffix == kSuffixes.end()) {
      lora.unknownKeys.push_back(name);
      continue;
    }
    PLEINAIR_ASSIGN(const at::Tensor tensor, tensors.tensor(name));
    Found& found = layers[name.substr(0, name.size() - suffix->text.size())];
    if (suffix->format) lora.format = *suffix->format;
    if (suffix->role == Role::Down) found.down = tensor;
    if (suffix->role == Role::Up) found.up = tensor;
    if (suffix->role == Role::Alpha) {
      if (tensor.numel() != 1) return corrupt(file, "A layer's alpha is not one number", name);
      PLEINAIR_ASSIGN(found.alpha, guarded("reading alpha", [&] { return tensor.to(at::kDouble).item<double>(); }));
    }
  }
  if (layers.empty()) {
    return Error{ErrorCode::UnsupportedFormat, "This file holds no LoRA", file.string(),
                 "Choose a LoRA in kohya, PEFT or diffusers format."};
  }
  const std::optional<double> sharedAlpha = alphaFromMetadata(lora.metadata);
  for (auto& [key, found] : layers) {
    if (!found.alpha) found.alpha = sharedAlpha;
    PLEINAIR_ASSIGN(LoraEntry entry, entryOf(file, key, found));
    lora.entries.push_back(std::move(entry));
  }
  std::ranges::sort(lora.entries, {}, [](const LoraEntry& e) { return std::tie(e.part, e.path); });
  return lora;
}

std::string familyOfTextWidth(std::int64_t width) {
  if (width == 768) return "SD 1.x";
  if (width == 1024) return "SD 2.x";
  if (width == 2048) return "SDXL";
  return "a model of text width " + std::to_string(width);
}

std::string loraFamily(const LoraFile& lora) {
  for (const LoraEntry& entry : lora.entries) {
    if (entry.part == LoraPart::UNet && (entry.path.ends_with("attn2_to_k") || entry.path.ends_with("attn2_to_v"))) {
      return familyOfTextWidth(entry.down.size(1));
    }
  }
  const auto version = lora.metadata.find("ss_base_model_version");
  if (version != lora.metadata.end() && !version->second.empty()) return version->second;
  const auto architecture = lora.metadata.find("modelspec.architecture");
  if (architecture != lora.metadata.end() && !architecture->second.empty()) return architecture->second;
  return "an unknown model";
}

}  // namespace pleinair
