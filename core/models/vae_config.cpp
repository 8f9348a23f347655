#include <nlohmann/json.hpp>

#include "core/models/config_reader.h"
#include "core/models/vae.h"

namespace pleinair {
namespace {

void onlyBlocks(ConfigReader& reader, const char* field, const char* kind, std::size_t count) {
  const std::vector<std::string> names = reader.texts(field, std::vector<std::string>(count, kind));
  if (names.size() != count) {
    reader.fail(ErrorCode::BadConfig, "The list must have one name for each block", field);
  }
  for (const std::string& name : names) {
    if (name != kind) {
      reader.fail(ErrorCode::UnsupportedModel, "This kind of model cannot be run: it has a " + name.substr(0, 60),
                  field);
    }
  }
}

}  // namespace

Result<VaeConfig> VaeConfig::load(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(ConfigReader reader, ConfigReader::open(file));
  VaeConfig config;
  config.inChannels = reader.integer("in_channels", 3);
  config.outChannels = reader.integer("out_channels", 3);
  config.latentChannels = reader.integer("latent_channels", 4);
  config.sampleSize = reader.integer("sample_size", 512);
  config.blockOutChannels = reader.integers("block_out_channels", config.blockOutChannels);
  config.layersPerBlock = reader.integer("layers_per_block", 1);
  config.normGroups = reader.integer("norm_num_groups", 32);
  config.midAttention = reader.flag("mid_block_add_attention", true);
  config.quantConv = reader.flag("use_quant_conv", true);
  config.postQuantConv = reader.flag("use_post_quant_conv", true);
  config.forceUpcast = reader.flag("force_upcast", true);
  config.scalingFactor = reader.number("scaling_factor", 0.18215);
  reader.only("act_fn", "silu");
  for (const char* name : {"latents_mean", "latents_std", "shift_factor"}) reader.only(name, nullptr);
  onlyBlocks(reader, "down_block_types", "DownEncoderBlock2D", config.blockOutChannels.size());
  onlyBlocks(reader, "up_block_types", "UpDecoderBlock2D", config.blockOutChannels.size());
  reader.checkSize("norm_num_groups", config.normGroups);
  for (const std::int64_t channels : config.blockOutChannels) {
    reader.checkSize("block_out_channels", channels, config.normGroups);
  }
  reader.checkSize("layers_per_block", config.layersPerBlock);
  reader.checkSize("latent_channels", config.latentChannels);
  reader.checkSize("sample_size", config.sampleSize);
  if (config.inChannels != 3 || config.outChannels != 3) {
    reader.fail(ErrorCode::UnsupportedModel, "Only models of RGB pictures can be run", "in_channels");
  }
  if (!(config.scalingFactor > 0)) reader.fail(ErrorCode::BadConfig, "The factor must be positive", "scaling_factor");
  PLEINAIR_TRY(reader.finish());
  return config;
}

std::string VaeConfig::toJson() const {
  const std::size_t blocks = blockOutChannels.size();
  const nlohmann::ordered_json json{{"_class_name", "AutoencoderKL"},
                                    {"_diffusers_version", "0.30.0"},
                                    {"act_fn", "silu"},
                                    {"block_out_channels", blockOutChannels},
                                    {"down_block_types", std::vector<std::string>(blocks, "DownEncoderBlock2D")},
                                    {"force_upcast", forceUpcast},
                                    {"in_channels", inChannels},
                                    {"latent_channels", latentChannels},
                                    {"layers_per_block", layersPerBlock},
                                    {"mid_block_add_attention", midAttention},
                                    {"norm_num_groups", normGroups},
                                    {"out_channels", outChannels},
                                    {"sample_size", sampleSize},
                                    {"scaling_factor", scalingFactor},
                                    {"up_block_types", std::vector<std::string>(blocks, "UpDecoderBlock2D")},
                                    {"use_post_quant_conv", postQuantConv},
                                    {"use_quant_conv", quantConv}};
  return json.dump(2) + "\n";
}

}  // namespace pleinair
