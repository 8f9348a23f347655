// Networks told from the shapes of their weights, for checkpoints that come without settings. Head counts and a few
// other numbers leave no trace in any shape; they follow the family's custom.
#include <algorithm>
#include <numeric>
#include <string>

#include "core/models/model_family.h"
#include "core/models/vae.h"

namespace pleinair {
namespace {

Error incomplete(const std::string& part, const std::string& key) {
  return {ErrorCode::CorruptFile, "The " + part + " in this file is not complete", key, "Get the file again."};
}

/// Reads shapes by name and remembers the first that is missing.
class Shapes {
 public:
  explicit Shapes(const ShapeMap& shapes) : m_shapes(shapes) {}
  [[nodiscard]] bool has(const std::string& name) const { return m_shapes.contains(name); }
  /// One extent of a tensor, or 1 where it is missing.
  std::int64_t at(const std::string& name, std::size_t axis) {
    const auto found = m_shapes.find(name);
    if (found != m_shapes.end() && axis < found->second.size()) return found->second[axis];
    if (m_missing.empty()) m_missing = name;
    return 1;
  }
  [[nodiscard]] std::size_t rank(const std::string& name) const {
    const auto found = m_shapes.find(name);
    return found == m_shapes.end() ? 0 : found->second.size();
  }
  /// How many of prefix0suffix, prefix1suffix, ... there are.
  [[nodiscard]] std::int64_t count(const std::string& prefix, const std::string& suffix) const {
    std::int64_t n = 0;
    while (has(prefix + std::to_string(n) + suffix)) ++n;
    return n;
  }
  [[nodiscard]] const std::string& missing() const { return m_missing; }

 private:
  const ShapeMap& m_shapes;
  std::string m_missing;
};

constexpr std::int64_t kMostBlocks = 16;

std::string block(const char* half, std::int64_t index) { return std::string(half) + std::to_string(index) + "."; }

/// Transformer layers at one level, from whichever half of the UNet has a transformer there.
std::int64_t layersAtLevel(const Shapes& shapes, std::int64_t level, std::int64_t levels) {
  for (const std::string& prefix : {block("down_blocks.", level), block("up_blocks.", levels - 1 - level)}) {
    const std::int64_t n = shapes.count(prefix + "attentions.0.transformer_blocks.", ".norm1.weight");
    if (n > 0) return n;
  }
  return 1;
}

/// Groups of the norms: 32 in every known model; fewer where the widths do not divide so.
std::int64_t normGroupsFor(const std::vector<std::int64_t>& widths) {
  std::int64_t groups = 32;
  for (const std::int64_t width : widths) groups = std::gcd(groups, width);
  return groups;
}

void setHeads(UNetConfig& config) {
  const FamilyTraits& traits = traitsOf(familyOf(config));
  config.attentionHeads.clear();
  for (const std::int64_t width : config.blockOutChannels) {
    const std::int64_t heads = traits.unetHeads > 0 ? traits.unetHeads : width / traits.unetHeadSize;
    config.attentionHeads.push_back(std::gcd(std::max<std::int64_t>(1, heads), width));
  }
  config.sampleSize = traits.latentSize;
}

}  // namespace

Result<UNetConfig> UNetConfig::detect(const ShapeMap& map) {
  Shapes shapes(map);
  UNetConfig config;
  config.inChannels = shapes.at("conv_in.weight", 1);
  config.outChannels = shapes.at("conv_out.weight", 0);
  const std::int64_t levels = shapes.count("down_blocks.", ".resnets.0.conv1.weight");
  if (levels < 1 || levels > kMostBlocks) return incomplete("UNet", "down_blocks");
  config.blockOutChannels.clear();
  config.layersPerBlock.clear();
  config.downAttention.clear();
  config.upAttention.clear();
  config.transformerLayers.clear();
  for (std::int64_t i = 0; i < levels; ++i) {
    const std::string down = block("down_blocks.", i), up = block("up_blocks.", i);
    config.blockOutChannels.push_back(shapes.at(down + "resnets.0.conv1.weight", 0));
    config.layersPerBlock.push_back(shapes.count(down + "resnets.", ".conv1.weight"));
    config.downAttention.push_back(shapes.has(down + "attentions.0.norm.weight"));
    config.upAttention.push_back(shapes.has(up + "attentions.0.norm.weight"));
    config.transformerLayers.push_back(layersAtLevel(shapes, i, levels));
  }
  const std::string mid = "mid_block.attentions.0.";
  config.transformerLayers.back() =
      std::max<std::int64_t>(1, shapes.count(mid + "transformer_blocks.", ".norm1.weight"));
  config.crossAttentionSize = shapes.at(mid + "transformer_blocks.0.attn2.to_k.weight", 1);
  config.linearProjection = shapes.rank(mid + "proj_in.weight") == 2;
  config.textTime = shapes.has("add_embedding.linear_1.weight");
  if (config.textTime) config.additionProjectionSize = shapes.at("add_embedding.linear_1.weight", 1);
  if (!shapes.missing().empty()) return incomplete("UNet", shapes.missing());
  config.normGroups = normGroupsFor(config.blockOutChannels);
  setHeads(config);
  return config;
}

Result<VaeConfig> VaeConfig::detect(const ShapeMap& map) {
  Shapes shapes(map);
  VaeConfig config;
  config.inChannels = shapes.at("encoder.conv_in.weight", 1);
  config.outChannels = shapes.at("decoder.conv_out.weight", 0);
  config.latentChannels = shapes.at("decoder.conv_in.weight", 1);
  const std::int64_t levels = shapes.count("encoder.down_blocks.", ".resnets.0.conv1.weight");
  if (levels < 1 || levels > kMostBlocks) return incomplete("VAE", "encoder");
  config.blockOutChannels.clear();
  for (std::int64_t i = 0; i < levels; ++i) {
    config.blockOutChannels.push_back(shapes.at(block("encoder.down_blocks.", i) + "resnets.0.conv1.weight", 0));
  }
  config.layersPerBlock = shapes.count("encoder.down_blocks.0.resnets.", ".conv1.weight");
  config.midAttention = shapes.has("encoder.mid_block.attentions.0.group_norm.weight");
  config.quantConv = shapes.has("quant_conv.weight");
  config.postQuantConv = shapes.has("post_quant_conv.weight");
  if (!shapes.missing().empty()) return incomplete("VAE", shapes.missing());
  if (config.inChannels != 3 || config.outChannels != 3) {
    return Error{ErrorCode::UnsupportedModel, "Only models of RGB pictures can be run", "the VAE's first layer", ""};
  }
  config.normGroups = normGroupsFor(config.blockOutChannels);
  return config;
}

Result<ClipTextConfig> ClipTextConfig::detect(const ShapeMap& map) {
  constexpr std::int64_t kHeadSize = 64;  // of every CLIP that these families use
  Shapes shapes(map);
  ClipTextConfig config;
  config.vocabularySize = shapes.at("text_model.embeddings.token_embedding.weight", 0);
  config.size = shapes.at("text_model.embeddings.token_embedding.weight", 1);
  config.positions = shapes.at("text_model.embeddings.position_embedding.weight", 0);
  config.feedForwardSize = shapes.at("text_model.encoder.layers.0.mlp.fc1.weight", 0);
  config.layers = shapes.count("text_model.encoder.layers.", ".mlp.fc1.weight");
  config.heads = std::max<std::int64_t>(1, config.size / kHeadSize);
  if (shapes.has("text_projection.weight")) config.projectionSize = shapes.at("text_projection.weight", 0);
  if (!shapes.missing().empty()) return incomplete("text encoder", shapes.missing());
  if (config.size % config.heads != 0 || config.layers > 256) {
    return Error{ErrorCode::UnsupportedModel, "The text encoder has a shape that no CLIP has",
                 "width " + std::to_string(config.size), ""};
  }
  return config;
}

}  // namespace pleinair
