#pragma once

#include <ATen/ATen.h>

#include <map>
#include <string>

#include "core/models/load_module.h"
#include "core/models/model_family.h"
#include "core/models/vae.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// Our names into those of original checkpoints, counted forwards from the config: the way in the engine goes backwards
/// and reads the numbers off the keys.
class LdmNames {
 public:
  LdmNames(UNetConfig unet, std::size_t vaeBlocks) : m_unet(std::move(unet)), m_vaeBlocks(vaeBlocks) {}

  [[nodiscard]] std::string unet(const std::string& name) const {
    static const std::map<std::string, std::string> ends{
        {"conv_in.", "input_blocks.0.0."},          {"time_embedding.linear_1.", "time_embed.0."},
        {"time_embedding.linear_2.", "time_embed.2."}, {"add_embedding.linear_1.", "label_emb.0.0."},
        {"add_embedding.linear_2.", "label_emb.0.2."}, {"conv_norm_out.", "out.0."},
        {"conv_out.", "out.2."},                       {"mid_block.attentions.0.", "middle_block.1."}};
    for (const auto& [ours, theirs] : ends) {
      if (name.starts_with(ours)) return kPrefix + theirs + name.substr(ours.size());
    }
    if (name.starts_with("mid_block.resnets.0.")) return kPrefix + "middle_block.0." + resnet(name.substr(20));
    if (name.starts_with("mid_block.resnets.1.")) return kPrefix + "middle_block.2." + resnet(name.substr(20));
    const bool down = name.starts_with("down_blocks.");
    const auto rest = name.substr(down ? 12 : 10);
    const auto block = static_cast<std::size_t>(std::stoi(rest));
    const std::string inBlock = rest.substr(rest.find('.') + 1);
    return kPrefix + (down ? input(block, inBlock) : output(block, inBlock));
  }

  [[nodiscard]] std::string vae(const std::string& name) const {
    std::string text = "first_stage_model." + name;
    const auto replace = [&](const std::string& from, const std::string& to) {
      if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
    };
    replace("mid_block.resnets.0.", "mid.block_1.");
    replace("mid_block.resnets.1.", "mid.block_2.");
    replace("mid_block.attentions.0.", "mid.attn_1.");
    replace("group_norm.", "norm.");
    replace("to_q.", "q.");
    replace("to_k.", "k.");
    replace("to_v.", "v.");
    replace("to_out.0.", "proj_out.");
    replace("conv_norm_out.", "norm_out.");
    replace("conv_shortcut.", "nin_shortcut.");
    replace("down_blocks.", "down.");
    replace("resnets.", "block.");
    replace("downsamplers.0.", "downsample.");
    replace("upsamplers.0.", "upsample.");
    if (const auto at = text.find("up_blocks."); at != std::string::npos) {
      const std::size_t number = at + 10;
      const auto block = static_cast<std::size_t>(std::stoi(text.substr(number)));
      text.replace(number, text.find('.', number) - number, std::to_string(m_vaeBlocks - 1 - block));
      text.replace(at, 10, "up.");
    }
    return text;
  }

 private:
  static std::string resnet(std::string name) {
    static const std::map<std::string, std::string> parts{
        {"norm1.", "in_layers.0."},         {"conv1.", "in_layers.2."},          {"norm2.", "out_layers.0."},
        {"conv2.", "out_layers.3."},        {"time_emb_proj.", "emb_layers.1."}, {"conv_shortcut.", "skip_connection."}};
    for (const auto& [ours, theirs] : parts) {
      if (name.starts_with(ours)) return theirs + name.substr(ours.size());
    }
    return name;
  }

  [[nodiscard]] std::string input(std::size_t block, const std::string& name) const {
    std::int64_t first = 1;
    for (std::size_t i = 0; i < block; ++i) first += m_unet.layersPerBlock[i] + 1;
    if (name.starts_with("downsamplers.0.conv.")) {
      return "input_blocks." + std::to_string(first + m_unet.layersPerBlock[block]) + ".0.op." + name.substr(20);
    }
    return "input_blocks." + layer(first, name);
  }

  [[nodiscard]] std::string output(std::size_t block, const std::string& name) const {
    std::int64_t first = 0;
    const std::size_t levels = m_unet.layersPerBlock.size();
    for (std::size_t i = 0; i < block; ++i) first += m_unet.layersPerBlock[levels - 1 - i] + 1;
    if (name.starts_with("upsamplers.0.conv.")) {
      const std::int64_t last = first + m_unet.layersPerBlock[levels - 1 - block];
      return "output_blocks." + std::to_string(last) + (m_unet.upAttention[block] ? ".2.conv." : ".1.conv.") +
             name.substr(18);
    }
    return "output_blocks." + layer(first, name);
  }

  static std::string layer(std::int64_t first, const std::string& name) {
    const bool isResnet = name.starts_with("resnets.");
    const std::string rest = name.substr(isResnet ? 8 : 11);
    const std::string tail = rest.substr(rest.find('.') + 1);
    return std::to_string(first + std::stoi(rest)) + (isResnet ? ".0." + resnet(tail) : ".1." + tail);
  }

  const std::string kPrefix = "model.diffusion_model.";
  UNetConfig m_unet;
  std::size_t m_vaeBlocks;
};

/// A text encoder under OpenCLIP's names: queries, keys and values fused, the projection turned.
inline void addOpenClip(TensorMap& file, const std::string& prefix, ClipText& text) {
  TensorMap own = parametersOf(text);
  const std::map<std::string, std::string> ends{
      {"text_model.embeddings.token_embedding.weight", "token_embedding.weight"},
      {"text_model.embeddings.position_embedding.weight", "positional_embedding"},
      {"text_model.final_layer_norm.weight", "ln_final.weight"},
      {"text_model.final_layer_norm.bias", "ln_final.bias"}};
  for (const auto& [ours, theirs] : ends) file[prefix + theirs] = own.at(ours);
  if (own.contains("text_projection.weight")) {
    file[prefix + "text_projection"] = own.at("text_projection.weight").t().contiguous();
  }
  for (std::int64_t i = 0; i < text.config().layers; ++i) {
    const std::string from = "text_model.encoder.layers." + std::to_string(i) + ".";
    const std::string to = prefix + "transformer.resblocks." + std::to_string(i) + ".";
    for (const std::string kind : {"weight", "bias"}) {
      file[to + "attn.in_proj_" + kind] = at::cat({own.at(from + "self_attn.q_proj." + kind),
                                                   own.at(from + "self_attn.k_proj." + kind),
                                                   own.at(from + "self_attn.v_proj." + kind)});
      file[to + "attn.out_proj." + kind] = own.at(from + "self_attn.out_proj." + kind);
      file[to + "ln_1." + kind] = own.at(from + "layer_norm1." + kind);
      file[to + "ln_2." + kind] = own.at(from + "layer_norm2." + kind);
      file[to + "mlp.c_fc." + kind] = own.at(from + "mlp.fc1." + kind);
      file[to + "mlp.c_proj." + kind] = own.at(from + "mlp.fc2." + kind);
    }
  }
}

/// Random networks of one family, and the checkpoint they make.
struct TinyCheckpoint {
  UNetConfig unetConfig;
  VaeConfig vaeConfig;
  std::vector<ClipTextConfig> textConfigs;
  std::unique_ptr<UNet> unet;
  std::unique_ptr<Vae> vae;
  std::vector<std::unique_ptr<ClipText>> texts;

  void initialize() {
    unet = std::make_unique<UNet>(unetConfig);
    vae = std::make_unique<Vae>(vaeConfig);
    nn::initialize(*unet, 1);
    nn::initialize(*vae, 2);
    for (const ClipTextConfig& config : textConfigs) {
      texts.push_back(std::make_unique<ClipText>(config));
      nn::initialize(*texts.back(), 3 + texts.size());
    }
  }

  [[nodiscard]] TensorMap tensors() const {
    const LdmNames names(unetConfig, vaeConfig.blockOutChannels.size());
    TensorMap file;
    for (const auto& [name, tensor] : parametersOf(*unet)) file[names.unet(name)] = tensor;
    for (const auto& [name, tensor] : parametersOf(*vae)) file[names.vae(name)] = tensor;
    const ModelFamily family = familyOf(unetConfig);
    if (family == ModelFamily::Sd2) {
      addOpenClip(file, "cond_stage_model.model.", *texts[0]);
      return file;
    }
    const std::string prefix = family == ModelFamily::Sdxl ? "conditioner.embedders.0.transformer."
                                                           : "cond_stage_model.transformer.";
    for (const auto& [name, tensor] : parametersOf(*texts[0])) file[prefix + name] = tensor;
    if (family == ModelFamily::Sdxl) addOpenClip(file, "conditioner.embedders.1.model.", *texts[1]);
    return file;
  }
};

/// Small, and with depths and widths that none of the real models has.
inline TinyCheckpoint tinyCheckpoint(ModelFamily family) {
  TinyCheckpoint tiny;
  UNetConfig& unet = tiny.unetConfig;
  unet.blockOutChannels = {32, 64, 128};
  unet.layersPerBlock = {1, 3, 2};
  const bool xl = family == ModelFamily::Sdxl;
  unet.downAttention = {!xl, true, false};
  unet.upAttention = {false, true, !xl};
  unet.transformerLayers = {1, 2, family == ModelFamily::Sd1 ? 1 : 3};
  unet.attentionHeads = {1, 1, 2};
  if (family == ModelFamily::Sd1) unet.attentionHeads = {8, 8, 8};
  unet.linearProjection = family != ModelFamily::Sd1;
  unet.sampleSize = traitsOf(family).latentSize;
  tiny.vaeConfig.blockOutChannels = {32, 32, 64};
  tiny.vaeConfig.layersPerBlock = 1;
  tiny.vaeConfig.scalingFactor = traitsOf(family).vaeScalingFactor;
  ClipTextConfig text;
  text.vocabularySize = 49408;
  text.size = 32;
  text.feedForwardSize = 48;
  text.layers = 2;
  text.heads = 1;
  text.activation = traitsOf(family).activations[0];
  tiny.textConfigs = {text};
  unet.crossAttentionSize = 32;
  if (xl) {
    text.size = 64;
    text.layers = 3;
    text.projectionSize = 40;
    text.activation = traitsOf(family).activations[1];
    tiny.textConfigs.push_back(text);
    unet.crossAttentionSize = 96;
    unet.textTime = true;
    unet.additionTimeSize = 16;
    unet.additionProjectionSize = 40 + 6 * 16;
  }
  tiny.initialize();
  return tiny;
}

}  // namespace pleinair
