// Original checkpoints number a UNet's layers through (input_blocks.0 ... 11, each with a resnet at .0, a transformer
// at .1, or a resampling convolution alone); diffusers counts blocks and layers within them. A resampling layer ends a
// block, so the numbers follow from the keys alone.
#include "core/weights/ldm_keys.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "core/weights/foreign_models.h"

namespace pleinair {
namespace {

using Entries = std::map<std::string, TensorEntry>;
using Renames = std::vector<std::pair<std::string_view, std::string_view>>;

constexpr std::string_view kUNet = "model.diffusion_model.";
constexpr std::string_view kVae = "first_stage_model.";

/// Replaces the first of the pairs whose left side begins `key`; nothing when none does.
std::optional<std::string> renamedStart(std::string_view key, const Renames& renames) {
  for (const auto& [from, to] : renames) {
    if (key.starts_with(from)) return std::string(to) + std::string(key.substr(from.size()));
  }
  return std::nullopt;
}

/// Reads "12.rest": the number, and what follows its dot.
std::optional<std::pair<std::size_t, std::string_view>> numbered(std::string_view key) {
  std::size_t value = 0, at = 0;
  while (at < key.size() && at < 6 && key[at] >= '0' && key[at] <= '9') value = value * 10 + std::size_t(key[at++] - '0');
  if (at == 0 || at >= key.size() || key[at] != '.') return std::nullopt;
  return std::pair{value, key.substr(at + 1)};
}

std::string indexed(std::string_view name, std::size_t index) {
  return std::string(name) + "." + std::to_string(index) + ".";
}

std::string resnetName(std::string_view key) {
  static const Renames kResnet{{"in_layers.0.", "norm1."},          {"in_layers.2.", "conv1."},
                               {"out_layers.0.", "norm2."},         {"out_layers.3.", "conv2."},
                               {"emb_layers.1.", "time_emb_proj."}, {"skip_connection.", "conv_shortcut."}};
  return renamedStart(key, kResnet).value_or(std::string(key));
}

/// Which block and which layer in it each of the numbered entries of one half of the UNet is.
struct Place {
  std::size_t block = 0, layer = 0;
};
using Places = std::map<std::size_t, Place>;

bool contains(const Entries& entries, const std::string& key) { return entries.contains(key); }

Places inputPlaces(const Entries& entries) {
  Places places;
  Place next;
  const std::string base = std::string(kUNet) + "input_blocks.";
  for (std::size_t i = 1;; ++i) {
    const std::string prefix = base + std::to_string(i) + ".0.";
    const bool down = contains(entries, prefix + "op.weight");
    if (!down && !contains(entries, prefix + "in_layers.0.weight")) return places;
    places[i] = next;
    next = down ? Place{next.block + 1, 0} : Place{next.block, next.layer + 1};
  }
}

Places outputPlaces(const Entries& entries) {
  Places places;
  Place next;
  const std::string base = std::string(kUNet) + "output_blocks.";
  for (std::size_t i = 0;; ++i) {
    const std::string prefix = base + std::to_string(i) + ".";
    if (!contains(entries, prefix + "0.in_layers.0.weight")) return places;
    places[i] = next;
    const bool up = contains(entries, prefix + "1.conv.weight") || contains(entries, prefix + "2.conv.weight");
    next = up ? Place{next.block + 1, 0} : Place{next.block, next.layer + 1};
  }
}

/// "input_blocks.4.1.rest" without its half's name -> the layer's name in diffusers.
std::string blockName(std::string_view half, std::string_view key, const Places& places) {
  const auto entry = numbered(key);
  const auto part = entry ? numbered(entry->second) : std::nullopt;
  const auto place = entry ? places.find(entry->first) : places.end();
  if (!part || place == places.end()) return std::string(half) + "?." + std::string(key);
  const std::string block = indexed(half, place->second.block);
  const std::string_view rest = part->second;
  if (rest.starts_with("op.")) return block + "downsamplers.0.conv." + std::string(rest.substr(3));
  if (part->first > 0 && rest.starts_with("conv.")) return block + "upsamplers.0." + std::string(rest);
  if (part->first == 0) return block + indexed("resnets", place->second.layer) + resnetName(rest);
  return block + indexed("attentions", place->second.layer) + std::string(rest);
}

std::string unetName(std::string_view key, const Places& inputs, const Places& outputs) {
  static const Renames kEnds{{"input_blocks.0.0.", "conv_in."},
                             {"time_embed.0.", "time_embedding.linear_1."},
                             {"time_embed.2.", "time_embedding.linear_2."},
                             {"label_emb.0.0.", "add_embedding.linear_1."},
                             {"label_emb.0.2.", "add_embedding.linear_2."},
                             {"out.0.", "conv_norm_out."},
                             {"out.2.", "conv_out."},
                             {"middle_block.1.", "mid_block.attentions.0."}};
  if (auto name = renamedStart(key, kEnds)) return *name;
  constexpr std::string_view kMiddle = "middle_block.", kInput = "input_blocks.", kOutput = "output_blocks.";
  if (key.starts_with("middle_block.0.")) return "mid_block.resnets.0." + resnetName(key.substr(kMiddle.size() + 2));
  if (key.starts_with("middle_block.2.")) return "mid_block.resnets.1." + resnetName(key.substr(kMiddle.size() + 2));
  if (key.starts_with(kInput)) return blockName("down_blocks", key.substr(kInput.size()), inputs);
  if (key.starts_with(kOutput)) return blockName("up_blocks", key.substr(kOutput.size()), outputs);
  return std::string(key);
}

std::string vaeLayerName(std::string_view key) {
  static const Renames kLayer{{"norm.", "group_norm."},
                              {"q.", "to_q."},
                              {"k.", "to_k."},
                              {"v.", "to_v."},
                              {"proj_out.", "to_out.0."},
                              {"nin_shortcut.", "conv_shortcut."}};
  return renamedStart(key, kLayer).value_or(std::string(key));
}

/// A decoder counts its blocks from the picture's end; `blocks` turns that round.
std::string vaeName(std::string_view key, std::size_t blocks) {
  const auto dot = key.find('.');
  const std::string side(key.substr(0, dot + 1));
  if (side != "encoder." && side != "decoder.") return std::string(key);
  std::string_view rest = key.substr(dot + 1);
  static const Renames kMid{{"mid.block_1.", "mid_block.resnets.0."},
                            {"mid.block_2.", "mid_block.resnets.1."},
                            {"mid.attn_1.", "mid_block.attentions.0."}};
  for (const auto& [from, to] : kMid) {
    if (rest.starts_with(from)) return side + std::string(to) + vaeLayerName(rest.substr(from.size()));
  }
  if (rest.starts_with("norm_out.")) return side + "conv_" + std::string(rest);
  const bool down = rest.starts_with("down."), up = rest.starts_with("up.");
  const auto block = down || up ? numbered(rest.substr(down ? 5 : 3)) : std::nullopt;
  if (!block) return side + std::string(rest);
  const std::size_t index = down ? block->first : blocks - 1 - std::min(block->first, blocks - 1);
  const std::string name = side + indexed(down ? "down_blocks" : "up_blocks", index);
  rest = block->second;
  if (rest.starts_with("downsample.")) return name + "downsamplers.0." + std::string(rest.substr(11));
  if (rest.starts_with("upsample.")) return name + "upsamplers.0." + std::string(rest.substr(9));
  const auto layer = rest.starts_with("block.") ? numbered(rest.substr(6)) : std::nullopt;
  if (!layer) return name + std::string(rest);
  return name + indexed("resnets", layer->first) + vaeLayerName(layer->second);
}

std::size_t vaeBlocks(const Entries& entries) {
  std::size_t blocks = 0;
  const std::string base = std::string(kVae) + "encoder.down.";
  while (contains(entries, base + std::to_string(blocks) + ".block.0.conv1.weight")) ++blocks;
  return std::max<std::size_t>(blocks, 1);
}

StoredTensor whole(const std::string& key, const TensorEntry& entry) { return {key, entry.shape, 0, 1, false}; }

/// CLIP's keys in transformers' spelling, with or without the leading "text_model.".
void addClip(StoredMap& text, std::string_view name, const std::string& key, const TensorEntry& entry) {
  if (name.ends_with("position_ids")) return;
  const bool bare = !name.starts_with("text_model.") && !name.starts_with("text_projection.");
  text[(bare ? "text_model." : "") + std::string(name)] = whole(key, entry);
}

/// OpenCLIP's keys, which keep queries, keys and values in one tensor.
void addOpenClip(StoredMap& text, std::string_view name, const std::string& key, const TensorEntry& entry) {
  static const Renames kEnds{{"token_embedding.", "text_model.embeddings.token_embedding."},
                             {"positional_embedding", "text_model.embeddings.position_embedding.weight"},
                             {"ln_final.", "text_model.final_layer_norm."}};
  static const Renames kLayer{{"ln_1.", "layer_norm1."},
                              {"ln_2.", "layer_norm2."},
                              {"mlp.c_fc.", "mlp.fc1."},
                              {"mlp.c_proj.", "mlp.fc2."},
                              {"attn.out_proj.", "self_attn.out_proj."}};
  if (name == "logit_scale" || name == "attn_mask" || name.ends_with("position_ids")) return;
  if (name.starts_with("transformer.")) name.remove_prefix(std::string_view("transformer.").size());
  if (auto end = renamedStart(name, kEnds)) {
    text[*end] = whole(key, entry);
    return;
  }
  if (name == "text_projection" && entry.shape.size() == 2) {  // stored for x @ P
    text["text_projection.weight"] = {key, {entry.shape[1], entry.shape[0]}, 0, 1, true};
    return;
  }
  const auto layer = name.starts_with("resblocks.") ? numbered(name.substr(10)) : std::nullopt;
  if (!layer) {
    text[std::string(name)] = whole(key, entry);
    return;
  }
  const std::string prefix = indexed("text_model.encoder.layers", layer->first);
  const std::string_view rest = layer->second;
  constexpr std::string_view kFused = "attn.in_proj_";
  if (!rest.starts_with(kFused)) {
    text[prefix + renamedStart(rest, kLayer).value_or(std::string(rest))] = whole(key, entry);
    return;
  }
  std::vector<std::int64_t> shape = entry.shape;
  if (!shape.empty()) shape[0] /= 3;
  constexpr std::array<std::string_view, 3> kParts{"q_proj", "k_proj", "v_proj"};
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    text[prefix + "self_attn." + std::string(kParts[i]) + "." + std::string(rest.substr(kFused.size()))] = {
        key, shape, static_cast<std::int64_t>(i), 3, false};
  }
}

/// SD 2.x reads its prompts from the layer before the last, and so the last one of a complete OpenCLIP is never run.
void dropUnusedLayer(StoredMap& text) {
  constexpr std::int64_t kWidth = 1024;
  constexpr std::size_t kLayers = 24;
  std::size_t layers = 0;
  const std::string base = "text_model.encoder.layers.";
  while (text.contains(base + std::to_string(layers) + ".layer_norm1.weight")) ++layers;
  const auto norm = text.find("text_model.final_layer_norm.weight");
  const bool standard = norm != text.end() && !norm->second.shape.empty() && norm->second.shape[0] == kWidth;
  const bool complete = standard ? layers == kLayers : text.contains("text_projection.weight");
  text.erase("text_projection.weight");
  if (!complete || layers < 2) return;
  const std::string last = base + std::to_string(layers - 1) + ".";
  std::erase_if(text, [&](const auto& item) { return item.first.starts_with(last); });
}

}  // namespace

Result<LdmComponents> sortLdmKeys(const SafetensorsFile& file) {
  const Entries& entries = file.entries();
  PLEINAIR_TRY(refuseForeignModel(file));
  const Places inputs = inputPlaces(entries), outputs = outputPlaces(entries);
  const std::size_t blocks = vaeBlocks(entries);
  LdmComponents parts;
  StoredMap first, second;
  bool openClip = false;
  for (const auto& [key, entry] : entries) {
    const std::string_view name = key;
    const auto after = [&](std::string_view prefix) { return name.substr(prefix.size()); };
    const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
    if (begins(kUNet)) {
      parts.unet[unetName(after(kUNet), inputs, outputs)] = whole(key, entry);
    } else if (begins("first_stage_model.loss.") || begins("first_stage_model.model_ema.")) {
      continue;
    } else if (begins(kVae)) {
      parts.vae[vaeName(after(kVae), blocks)] = whole(key, entry);
    } else if (begins("cond_stage_model.transformer.")) {
      addClip(first, after("cond_stage_model.transformer."), key, entry);
    } else if (begins("cond_stage_model.model.")) {
      openClip = true;
      addOpenClip(first, after("cond_stage_model.model."), key, entry);
    } else if (begins("conditioner.embedders.0.transformer.")) {
      addClip(first, after("conditioner.embedders.0.transformer."), key, entry);
    } else if (begins("conditioner.embedders.1.model.")) {
      addOpenClip(second, after("conditioner.embedders.1.model."), key, entry);
    } else {
      parts.leftOver.push_back(key);
    }
  }
  if (openClip && second.empty()) dropUnusedLayer(first);
  parts.texts.push_back(std::move(first));
  if (!second.empty()) parts.texts.push_back(std::move(second));
  return parts;
}

}  // namespace pleinair
