#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/models/config_reader.h"
#include "core/models/unet.h"

namespace pleinair {
namespace {

constexpr const char* kCrossDown = "CrossAttnDownBlock2D";
constexpr const char* kPlainDown = "DownBlock2D";
constexpr const char* kCrossUp = "CrossAttnUpBlock2D";
constexpr const char* kPlainUp = "UpBlock2D";

std::vector<std::string> names(const std::vector<bool>& attention, const char* cross, const char* plain) {
  std::vector<std::string> list;
  for (const bool with : attention) list.emplace_back(with ? cross : plain);
  return list;
}

/// One number where all blocks agree, as published configs have it: other programs' converters take no list there.
nlohmann::ordered_json oneOrAll(const std::vector<std::int64_t>& values) {
  const bool same = !values.empty() && std::ranges::count(values, values.front()) == std::ssize(values);
  return same ? nlohmann::ordered_json(values.front()) : nlohmann::ordered_json(values);
}

std::vector<bool> attentionOf(ConfigReader& reader, const char* field, const std::vector<bool>& fallback,
                              const char* cross, const char* plain) {
  std::vector<bool> attention;
  for (const std::string& name : reader.texts(field, names(fallback, cross, plain))) {
    if (name != cross && name != plain) {
      reader.fail(ErrorCode::UnsupportedModel, "This kind of model cannot be run: it has a " + name.substr(0, 60),
                  field);
    }
    attention.push_back(name == cross);
  }
  return attention;
}

/// Options of UNet2DConditionModel that none of the supported families uses.
void refuseForeignOptions(ConfigReader& reader) {
  for (const char* name :
       {"class_embed_type", "encoder_hid_dim", "encoder_hid_dim_type", "num_class_embeds", "time_cond_proj_dim",
        "time_embedding_dim", "time_embedding_act_fn", "timestep_post_act", "cross_attention_norm",
        "mid_block_only_cross_attention", "reverse_transformer_layers_per_block"}) {
    reader.only(name, nullptr);
  }
  for (const char* name : {"center_input_sample", "dual_cross_attention", "only_cross_attention",
                           "resnet_skip_time_act", "class_embeddings_concat"}) {
    reader.only(name, false);
  }
  reader.only("act_fn", "silu");
  reader.only("attention_type", "default");
  reader.only("mid_block_type", "UNetMidBlock2DCrossAttn");
  reader.only("resnet_time_scale_shift", "default");
  reader.only("time_embedding_type", "positional");
  reader.only("conv_in_kernel", 3);
  reader.only("conv_out_kernel", 3);
  reader.only("downsample_padding", 1);
  reader.only("mid_block_scale_factor", 1);
  reader.only("resnet_out_scale_factor", 1);
}

void checkBlocks(ConfigReader& reader, const UNetConfig& config) {
  const std::size_t blocks = config.blockOutChannels.size();
  if (config.downAttention.size() != blocks) {
    reader.fail(ErrorCode::BadConfig, "The list must have one name for each block", "down_block_types");
    return;
  }
  if (config.upAttention.size() != blocks) {
    reader.fail(ErrorCode::BadConfig, "The list must have one name for each block", "up_block_types");
    return;
  }
  for (std::size_t i = 0; i < blocks; ++i) {
    reader.checkSize("block_out_channels", config.blockOutChannels[i], config.normGroups);
    reader.checkSize("layers_per_block", config.layersPerBlock[i]);
    reader.checkSize("transformer_layers_per_block", config.transformerLayers[i]);
    reader.checkSize("attention_head_dim", config.attentionHeads[i]);
    const bool attends = config.downAttention[i] || config.upAttention[blocks - 1 - i] || i + 1 == blocks;
    if (attends && config.attentionHeads[i] > 0 && config.blockOutChannels[i] % config.attentionHeads[i] != 0) {
      reader.fail(ErrorCode::BadConfig, "The number of heads does not divide the block's channels",
                  "attention_head_dim");
    }
  }
}

}  // namespace

Result<UNetConfig> UNetConfig::load(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(ConfigReader reader, ConfigReader::open(file));
  refuseForeignOptions(reader);
  UNetConfig config;
  config.inChannels = reader.integer("in_channels", 4);
  config.outChannels = reader.integer("out_channels", 4);
  config.sampleSize = reader.integer("sample_size", 64);
  config.blockOutChannels = reader.integers("block_out_channels", config.blockOutChannels);
  const std::size_t blocks = config.blockOutChannels.size();
  config.layersPerBlock = reader.integerOrList("layers_per_block", blocks, 2);
  config.downAttention = attentionOf(reader, "down_block_types", config.downAttention, kCrossDown, kPlainDown);
  config.upAttention = attentionOf(reader, "up_block_types", config.upAttention, kCrossUp, kPlainUp);
  // diffusers' attention_head_dim has always meant the number of heads in these models.
  config.attentionHeads = reader.integerOrList(
      reader.has("num_attention_heads") ? "num_attention_heads" : "attention_head_dim", blocks, 8);
  config.transformerLayers = reader.integerOrList("transformer_layers_per_block", blocks, 1);
  const std::vector<std::int64_t> context = reader.integerOrList("cross_attention_dim", blocks, 1280);
  config.crossAttentionSize = context.front();
  for (const std::int64_t size : context) {
    if (size != context.front()) {
      reader.fail(ErrorCode::UnsupportedModel, "Blocks with different text widths cannot be run",
                  "cross_attention_dim");
    }
  }
  config.linearProjection = reader.flag("use_linear_projection", false);
  config.cosineFirst = reader.flag("flip_sin_to_cos", true);
  config.frequencyShift = reader.number("freq_shift", 0);
  config.normGroups = reader.integer("norm_num_groups", 32);
  config.normEpsilon = reader.number("norm_eps", 1e-5);
  if (reader.has("addition_embed_type")) {
    reader.only("addition_embed_type", "text_time");
    config.textTime = true;
    config.additionTimeSize = reader.integer("addition_time_embed_dim", 256);
    config.additionProjectionSize = reader.integer("projection_class_embeddings_input_dim", 2816);
    reader.checkSize("addition_time_embed_dim", config.additionTimeSize);
    reader.checkSize("projection_class_embeddings_input_dim", config.additionProjectionSize);
  }
  reader.checkSize("in_channels", config.inChannels);
  reader.checkSize("out_channels", config.outChannels);
  reader.checkSize("sample_size", config.sampleSize);
  reader.checkSize("cross_attention_dim", config.crossAttentionSize);
  reader.checkSize("norm_num_groups", config.normGroups);
  checkBlocks(reader, config);
  PLEINAIR_TRY(reader.finish());
  return config;
}

std::string UNetConfig::toJson() const {
  nlohmann::ordered_json json{{"_class_name", "UNet2DConditionModel"},
                              {"_diffusers_version", "0.30.0"},
                              {"act_fn", "silu"},
                              {"attention_head_dim", oneOrAll(attentionHeads)},
                              {"block_out_channels", blockOutChannels},
                              {"center_input_sample", false},
                              {"cross_attention_dim", crossAttentionSize},
                              {"down_block_types", names(downAttention, kCrossDown, kPlainDown)},
                              {"downsample_padding", 1},
                              {"flip_sin_to_cos", cosineFirst},
                              {"freq_shift", frequencyShift},
                              {"in_channels", inChannels},
                              {"layers_per_block", oneOrAll(layersPerBlock)},
                              {"mid_block_scale_factor", 1},
                              {"mid_block_type", "UNetMidBlock2DCrossAttn"},
                              {"norm_eps", normEpsilon},
                              {"norm_num_groups", normGroups},
                              {"out_channels", outChannels},
                              {"sample_size", sampleSize},
                              {"transformer_layers_per_block", oneOrAll(transformerLayers)},
                              {"up_block_types", names(upAttention, kCrossUp, kPlainUp)},
                              {"use_linear_projection", linearProjection}};
  if (textTime) {
    json["addition_embed_type"] = "text_time";
    json["addition_time_embed_dim"] = additionTimeSize;
    json["projection_class_embeddings_input_dim"] = additionProjectionSize;
  }
  return json.dump(2) + "\n";
}

}  // namespace pleinair
