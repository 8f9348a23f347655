// The original code numbers all layers of the way down in one row (input_blocks.0 is the first convolution, then each
// block's layers and its downsampler), and all layers of the way up in another. In one step .0 is the residual block,
// .1 the attention; the upsampler stands last in its block's last step.
#include "core/lora/ldm_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

namespace pleinair {
namespace {

using Names = std::pair<std::string_view, std::string_view>;  // diffusers', LDM's

constexpr std::array kResnetNames = std::to_array<Names>({{"norm1", "in_layers.0"},
                                                          {"conv1", "in_layers.2"},
                                                          {"time_emb_proj", "emb_layers.1"},
                                                          {"norm2", "out_layers.0"},
                                                          {"conv2", "out_layers.3"},
                                                          {"conv_shortcut", "skip_connection"}});
constexpr std::array kOuterNames = std::to_array<Names>({{"conv_in", "input_blocks.0.0"},
                                                         {"conv_norm_out", "out.0"},
                                                         {"conv_out", "out.2"},
                                                         {"time_embedding.linear_1", "time_embed.0"},
                                                         {"time_embedding.linear_2", "time_embed.2"},
                                                         {"add_embedding.linear_1", "label_emb.0.0"},
                                                         {"add_embedding.linear_2", "label_emb.0.2"}});

std::string flat(std::string_view path) {
  std::string text(path);
  std::ranges::replace(text, '.', '_');
  return text;
}

/// Takes "down_blocks." or a number with its separator off the front.
bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

bool takeNumber(std::string_view& text, int& number, char separator) {
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc{} || number < 0) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  if (text.front() != separator) return false;
  text.remove_prefix(1);
  return true;
}

int sum(const std::vector<int>& values, int count, int extra) {
  int total = 0;
  for (int i = 0; i < count; ++i) total += values[static_cast<std::size_t>(i)] + extra;
  return total;
}

std::string step(const char* row, int index, int place, std::string_view rest) {
  std::string path = std::string(row) + "." + std::to_string(index) + "." + std::to_string(place);
  return rest.empty() ? path : path + "." + std::string(rest);
}

std::optional<std::string> resnetName(std::string_view rest) {
  const auto found = std::ranges::find_if(kResnetNames, [&](const Names& n) { return n.first == rest; });
  if (found == kResnetNames.end()) return std::nullopt;
  return std::string(found->second);
}

std::optional<std::string> downPath(const LdmLayout& layout, std::string_view rest) {
  int block = 0, layer = 0;
  if (!takeNumber(rest, block, '.') || static_cast<std::size_t>(block) >= layout.downLayers.size()) {
    return std::nullopt;
  }
  const int first = 1 + sum(layout.downLayers, block, 1);
  if (take(rest, "resnets.") && takeNumber(rest, layer, '.')) {
    const auto name = resnetName(rest);
    return name ? std::optional(step("input_blocks", first + layer, 0, *name)) : std::nullopt;
  }
  if (take(rest, "attentions.") && takeNumber(rest, layer, '.')) return step("input_blocks", first + layer, 1, rest);
  if (rest == "downsamplers.0.conv") {
    return step("input_blocks", first + layout.downLayers[static_cast<std::size_t>(block)], 0, "op");
  }
  return std::nullopt;
}

std::optional<std::string> upPath(const LdmLayout& layout, std::string_view rest) {
  int block = 0, layer = 0;
  if (!takeNumber(rest, block, '.') || static_cast<std::size_t>(block) >= layout.upLayers.size()) return std::nullopt;
  const auto index = static_cast<std::size_t>(block);
  const int first = sum(layout.upLayers, block, 0);
  if (take(rest, "resnets.") && takeNumber(rest, layer, '.')) {
    const auto name = resnetName(rest);
    return name ? std::optional(step("output_blocks", first + layer, 0, *name)) : std::nullopt;
  }
  if (take(rest, "attentions.") && takeNumber(rest, layer, '.')) return step("output_blocks", first + layer, 1, rest);
  if (rest == "upsamplers.0.conv") {
    return step("output_blocks", first + layout.upLayers[index] - 1, layout.upAttention[index] ? 2 : 1, "conv");
  }
  return std::nullopt;
}

std::optional<std::string> midPath(std::string_view rest) {
  int layer = 0;
  if (take(rest, "attentions.") && takeNumber(rest, layer, '.')) {
    return "middle_block." + std::to_string(2 * layer + 1) + "." + std::string(rest);
  }
  if (take(rest, "resnets.") && takeNumber(rest, layer, '.')) {
    const auto name = resnetName(rest);
    if (name) return "middle_block." + std::to_string(2 * layer) + "." + *name;
  }
  return std::nullopt;
}

std::optional<std::string> neutralResnet(const std::string& prefix, std::string_view rest) {
  for (const auto& [diffusers, ldm] : kResnetNames) {
    if (rest == flat(ldm)) return prefix + "_" + std::string(diffusers);
  }
  return std::nullopt;
}

std::string blockName(const char* row, int block, const char* kind, int layer) {
  return std::string(row) + "_" + std::to_string(block) + "_" + kind + "_" + std::to_string(layer);
}

std::string joined(std::string head, std::string_view rest) {
  if (!rest.empty()) (head += '_') += rest;
  return head;
}

std::optional<std::string> neutralDown(int index, int place, std::string_view rest, int layers) {
  const int block = (index - 1) / (layers + 1), layer = (index - 1) % (layers + 1);
  if (layer == layers) {
    if (place != 0 || rest != "op") return std::nullopt;
    return blockName("down_blocks", block, "downsamplers", 0) + "_conv";
  }
  if (place == 0) return neutralResnet(blockName("down_blocks", block, "resnets", layer), rest);
  return joined(blockName("down_blocks", block, "attentions", layer), rest);
}

std::optional<std::string> neutralUp(int index, int place, std::string_view rest, int layers) {
  const int block = index / (layers + 1), layer = index % (layers + 1);
  if (place == 0) return neutralResnet(blockName("up_blocks", block, "resnets", layer), rest);
  if (rest == "conv") return blockName("up_blocks", block, "upsamplers", 0) + "_conv";
  return joined(blockName("up_blocks", block, "attentions", layer), rest);
}

}  // namespace

LdmLayout ldmLayoutOf(const std::vector<std::string>& modulePaths) {
  LdmLayout layout;
  // A file may number its blocks as it likes; there are never more of them than modules.
  const auto most = static_cast<int>(std::min<std::size_t>(modulePaths.size(), 1 << 16));
  const auto note = [most](std::vector<int>& counts, std::string_view rest, std::string_view kind) {
    int block = 0, layer = 0;
    if (!takeNumber(rest, block, '.') || !take(rest, kind) || !takeNumber(rest, layer, '.')) return -1;
    if (block >= most || layer >= most) return -1;
    const auto index = static_cast<std::size_t>(block);
    if (counts.size() <= index) counts.resize(index + 1, 0);
    counts[index] = std::max(counts[index], layer + 1);
    return block;
  };
  std::vector<int> attention;
  for (const std::string& path : modulePaths) {
    std::string_view rest = path;
    if (take(rest, "down_blocks.")) {
      note(layout.downLayers, rest, "resnets.");
    } else if (take(rest, "up_blocks.")) {
      note(layout.upLayers, rest, "resnets.");
      note(attention, rest, "attentions.");
    }
  }
  attention.resize(layout.upLayers.size(), 0);
  for (const int layers : attention) layout.upAttention.push_back(layers > 0);
  return layout;
}

std::optional<std::string> ldmUNetPath(const LdmLayout& layout, const std::string& modulePath) {
  for (const auto& [diffusers, ldm] : kOuterNames) {
    if (modulePath == diffusers) return std::string(ldm);
  }
  std::string_view rest = modulePath;
  if (take(rest, "down_blocks.")) return downPath(layout, rest);
  if (take(rest, "up_blocks.")) return upPath(layout, rest);
  if (take(rest, "mid_block.")) return midPath(rest);
  return std::nullopt;
}

std::optional<std::string> neutralPathOfLdm(std::string_view neutralPath, int layersPerBlock) {
  for (const auto& [diffusers, ldm] : kOuterNames) {
    if (neutralPath == flat(ldm)) return flat(diffusers);
  }
  int index = 0, place = 0;
  if (take(neutralPath, "middle_block_")) {
    if (!takeNumber(neutralPath, index, '_')) return std::nullopt;
    if (index % 2 == 1) return joined("mid_block_attentions_" + std::to_string(index / 2), neutralPath);
    return neutralResnet("mid_block_resnets_" + std::to_string(index / 2), neutralPath);
  }
  const bool down = take(neutralPath, "input_blocks_");
  if (!down && !take(neutralPath, "output_blocks_")) return std::nullopt;
  if (!takeNumber(neutralPath, index, '_') || !takeNumber(neutralPath, place, '_')) return std::nullopt;
  if (down && index == 0) return std::nullopt;
  return down ? neutralDown(index, place, neutralPath, layersPerBlock)
              : neutralUp(index, place, neutralPath, layersPerBlock);
}

}  // namespace pleinair
