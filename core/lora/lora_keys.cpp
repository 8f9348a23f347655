#include "core/lora/lora_keys.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pleinair {
namespace {

struct Suffix {
  std::string_view text;
  std::string_view tensor;
  std::optional<LoraFormat> format;
};

constexpr auto kKohya = LoraFormat::Kohya;
constexpr auto kPeft = LoraFormat::Peft;
constexpr auto kDiffusers = LoraFormat::Diffusers;

// Longer ones first where one ends like another.
constexpr std::array kSuffixes = std::to_array<Suffix>({
    {".lora_down.weight", "down", kKohya},
    {".lora_up.weight", "up", kKohya},
    {".lora_mid.weight", "mid", kKohya},
    {".lora_A.weight", "down", kPeft},
    {".lora_B.weight", "up", kPeft},
    {".lora_A.default.weight", "down", kPeft},
    {".lora_B.default.weight", "up", kPeft},
    {".lora_magnitude_vector", "magnitude", kPeft},
    {".lora_magnitude_vector.weight", "magnitude", kPeft},
    {".lora_magnitude_vector.default", "magnitude", kPeft},
    {".lora_magnitude_vector.default.weight", "magnitude", kPeft},
    {".lora.down.weight", "down", kDiffusers},
    {".lora.up.weight", "up", kDiffusers},
    {".lora_linear_layer.down.weight", "down", kDiffusers},
    {".lora_linear_layer.up.weight", "up", kDiffusers},
    {"_lora.down.weight", "down", kDiffusers},  // behind ".processor.to_q"
    {"_lora.up.weight", "up", kDiffusers},
    {".alpha", "alpha", std::nullopt},
    {".dora_scale", "magnitude", std::nullopt},
    {".diff", "diff", kKohya},
    {".hada_w1_a", "hada_w1_a", kKohya},
    {".hada_w1_b", "hada_w1_b", kKohya},
    {".hada_w2_a", "hada_w2_a", kKohya},
    {".hada_w2_b", "hada_w2_b", kKohya},
    {".hada_t1", "hada_t1", kKohya},
    {".hada_t2", "hada_t2", kKohya},
    {".lokr_w1", "lokr_w1", kKohya},
    {".lokr_w1_a", "lokr_w1_a", kKohya},
    {".lokr_w1_b", "lokr_w1_b", kKohya},
    {".lokr_w2", "lokr_w2", kKohya},
    {".lokr_w2_a", "lokr_w2_a", kKohya},
    {".lokr_w2_b", "lokr_w2_b", kKohya},
    {".lokr_t2", "lokr_t2", kKohya},
});

struct Prefix {
  std::string_view text;
  LoraPart part;
};

// Longer ones first where one begins like another.
constexpr std::array kPrefixes = std::to_array<Prefix>({
    {"lora_unet_", LoraPart::UNet},
    {"lora_unet.", LoraPart::UNet},
    {"lora_te1_", LoraPart::TextEncoder},
    {"lora_te1.", LoraPart::TextEncoder},
    {"lora_te2_", LoraPart::TextEncoder2},
    {"lora_te2.", LoraPart::TextEncoder2},
    {"lora_te_", LoraPart::TextEncoder},
    {"lora_te.", LoraPart::TextEncoder},
    {"unet.base_model.model.", LoraPart::UNet},
    {"unet.", LoraPart::UNet},
    {"text_encoder_2.", LoraPart::TextEncoder2},
    {"text_encoder.", LoraPart::TextEncoder},
    {"base_model.model.text_model.", LoraPart::TextEncoder},
    {"base_model.model.", LoraPart::UNet},
    {"model.diffusion_model.", LoraPart::UNet},
    {"diffusion_model.", LoraPart::UNet},
    {"", LoraPart::UNet},
});

/// Adapters that are no change of one weight, by a part of their keys.
constexpr std::array kUnknownAdapters = std::to_array<std::pair<std::string_view, std::string_view>>({
    {".oft_", "OFT"},
    {".oft_R", "OFT"},
    {".boft_", "BOFT"},
    {".on_input", "IA3"},
    {".a1.weight", "GLoRA"},
    {".vera_lambda", "VeRA"},
});

// The names that module paths are made of.
constexpr std::array<std::string_view, 38> kUNetNames{"down_blocks",
                                                      "up_blocks",
                                                      "mid_block",
                                                      "attentions",
                                                      "resnets",
                                                      "downsamplers",
                                                      "upsamplers",
                                                      "transformer_blocks",
                                                      "attn1",
                                                      "attn2",
                                                      "to_q",
                                                      "to_k",
                                                      "to_v",
                                                      "to_out",
                                                      "ff",
                                                      "net",
                                                      "proj_in",
                                                      "proj_out",
                                                      "proj",
                                                      "conv1",
                                                      "conv2",
                                                      "conv_shortcut",
                                                      "conv_in",
                                                      "conv_out",
                                                      "conv",
                                                      "linear_1",
                                                      "linear_2",
                                                      "time_emb_proj",
                                                      "time_embedding",
                                                      "add_embedding",
                                                      "conv_norm_out",
                                                      "norm1",
                                                      "norm2",
                                                      "norm3",
                                                      "norm",
                                                      "op",
                                                      "class_embedding",
                                                      "time_proj"};
constexpr std::array<std::string_view, 18> kTextNames{"text_model",
                                                      "encoder",
                                                      "layers",
                                                      "self_attn",
                                                      "q_proj",
                                                      "k_proj",
                                                      "v_proj",
                                                      "out_proj",
                                                      "mlp",
                                                      "fc1",
                                                      "fc2",
                                                      "embeddings",
                                                      "token_embedding",
                                                      "position_embedding",
                                                      "final_layer_norm",
                                                      "layer_norm1",
                                                      "layer_norm2",
                                                      "text_projection"};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// The longest name that the text begins with and that ends at a '_' or with the text; a number counts as a name.
template <std::size_t N>
std::string_view nameAt(std::string_view text, const std::array<std::string_view, N>& names) {
  const auto endsThere = [&](std::size_t length) { return length == text.size() || text[length] == '_'; };
  const auto digits = static_cast<std::size_t>(std::ranges::find_if_not(text, isDigit) - text.begin());
  if (digits > 0 && endsThere(digits)) return text.substr(0, digits);
  std::string_view best;
  for (const std::string_view name : names) {
    if (name.size() > best.size() && text.starts_with(name) && endsThere(name.size())) best = name;
  }
  return best;
}

template <std::size_t N>
std::optional<std::string> dotted(std::string_view text, const std::array<std::string_view, N>& names) {
  std::string path;
  while (true) {
    const std::string_view name = nameAt(text, names);
    if (name.empty()) return std::nullopt;  // also behind a '_' that ends the text
    if (!path.empty()) path += '.';
    path += name;
    if (name.size() == text.size()) return path;
    text.remove_prefix(name.size() + 1);
  }
}

/// diffusers before 0.22 hung its pairs on attention processors: "attn1.processor.to_q".
std::string withoutProcessor(std::string path) {
  constexpr std::string_view kProcessor = ".processor.";
  const auto found = path.find(kProcessor);
  if (found == std::string::npos) return path;
  path = path.substr(0, found) + "." + path.substr(found + kProcessor.size());
  if (path.ends_with(".to_out")) path += ".0";
  return path;
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

std::optional<LoraKey> parseLoraKey(std::string_view key) {
  const auto suffix = std::ranges::find_if(kSuffixes, [&](const Suffix& s) { return key.ends_with(s.text); });
  if (suffix == kSuffixes.end()) return std::nullopt;
  const std::string_view layer = key.substr(0, key.size() - suffix->text.size());
  const auto prefix = std::ranges::find_if(kPrefixes, [&](const Prefix& p) { return layer.starts_with(p.text); });
  std::string path(layer.substr(prefix->text.size()));
  if (path.empty()) return std::nullopt;
  return LoraKey{prefix->part, neutralLoraPath(prefix->part, withoutProcessor(std::move(path))), std::string(layer),
                 suffix->tensor, suffix->format};
}

std::string_view unknownAdapterName(std::string_view key) {
  for (const auto& [part, name] : kUnknownAdapters) {
    if (key.find(part) != std::string_view::npos) return name;
  }
  return {};
}

std::string neutralLoraPath(LoraPart part, const std::string& modulePath) {
  std::string path = modulePath;
  std::ranges::replace(path, '.', '_');
  constexpr std::string_view kTextModel = "text_model_";
  if (part != LoraPart::UNet && path.starts_with(kTextModel)) path.erase(0, kTextModel.size());
  return path;
}

std::optional<std::string> dottedLoraPath(LoraPart part, std::string_view neutralPath) {
  if (neutralPath.empty()) return std::nullopt;
  if (part == LoraPart::UNet) return dotted(neutralPath, kUNetNames);
  auto path = dotted(neutralPath, kTextNames);
  // The projection of the second encoder stands beside the text model, not in it.
  if (path && !path->starts_with("text_projection")) path->insert(0, "text_model.");
  return path;
}

}  // namespace pleinair
