#include "app/etude/models.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>

#include "app/etude/vocabulary.h"
#include "core/base/atomic_file.h"
#include "core/models/load_module.h"
#include "core/weights/component_weights.h"
#include "core/weights/safetensors.h"

namespace pleinair::etude {
namespace {

constexpr std::size_t kMerges = 1000;
constexpr std::size_t kVocabularyScenes = 20000;

Result<void> loadIfThere(nn::Module& module, const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) {
    return {};
  }
  PLEINAIR_ASSIGN(const ComponentWeights weights, ComponentWeights::openFile(file));
  PLEINAIR_TRY(loadModule(module, weights, DeviceSpec{}));
  return {};
}

std::string schedulerJson() {
  const ScheduleConfig schedule = noiseSchedule();
  const nlohmann::ordered_json json = {{"_class_name", "DDIMScheduler"},
                                       {"_diffusers_version", "0.30.0"},
                                       {"beta_end", schedule.betaEnd},
                                       {"beta_schedule", "scaled_linear"},
                                       {"beta_start", schedule.betaStart},
                                       {"clip_sample", false},
                                       {"num_train_timesteps", schedule.trainTimesteps},
                                       {"prediction_type", "v_prediction"},
                                       {"set_alpha_to_one", false},
                                       {"steps_offset", 1},
                                       {"timestep_spacing", "trailing"}};
  return json.dump(2) + "\n";
}

std::string indexJson() {
  const auto pair = [](const char* library, const char* type) {
    return nlohmann::ordered_json::array({library, type});
  };
  const auto none = nlohmann::ordered_json::array({nullptr, nullptr});
  const nlohmann::ordered_json json = {{"_class_name", "StableDiffusionPipeline"},
                                       {"_diffusers_version", "0.30.0"},
                                       {"feature_extractor", none},
                                       {"image_encoder", none},
                                       {"requires_safety_checker", false},
                                       {"safety_checker", none},
                                       {"scheduler", pair("diffusers", "DDIMScheduler")},
                                       {"text_encoder", pair("transformers", "CLIPTextModel")},
                                       {"tokenizer", pair("transformers", "CLIPTokenizer")},
                                       {"unet", pair("diffusers", "UNet2DConditionModel")},
                                       {"vae", pair("diffusers", "AutoencoderKL")}};
  return json.dump(2) + "\n";
}

constexpr const char* kModelCard = R"(---
license: cc0-1.0
---
# Étude

A small Stable Diffusion (256x256, latent factor 8, own vocabulary) that ships with Pleinair, so that the studio works
before any other model is there. It knows skies, seas, lakes, mountains, hills, forests, fields and city skylines at
different hours and weathers, and the colours a prompt names; a few pictures in oil or watercolour.

It was trained only on pictures that `pleinair-etude` draws itself, with captions made from what was drawn. No photo
and no one else's model was used. It knows no people, animals or objects, and its pictures are sketches.

Licence: CC0 1.0, public domain.
)";

}  // namespace

VaeConfig vaeShape() {
  VaeConfig config;
  config.sampleSize = 256;
  config.blockOutChannels = {32, 64, 96, 96};
  config.layersPerBlock = 1;
  config.normGroups = 16;
  return config;
}

UNetConfig unetShape() {
  UNetConfig config;
  config.sampleSize = 32;
  // No attention where it is dearest, over the 1024 places of the widest map; two layers a level instead.
  config.blockOutChannels = {64, 96, 128};
  config.layersPerBlock = {2, 2, 2};
  config.downAttention = {false, true, true};
  config.upAttention = {true, true, false};
  config.attentionHeads = {2, 3, 4};
  config.transformerLayers = {1, 1, 1};
  config.crossAttentionSize = 192;
  return config;
}

ClipTextConfig textShape(std::int64_t vocabularySize) {
  ClipTextConfig config;
  config.vocabularySize = vocabularySize;
  config.size = 192;
  config.feedForwardSize = 384;
  config.layers = 3;
  config.heads = 3;
  config.endToken = vocabularySize - 1;
  return config;
}

ScheduleConfig noiseSchedule() {
  ScheduleConfig config;
  config.betaEnd = 0.018;
  config.prediction = PredictionType::Velocity;
  config.spacing = TimestepSpacing::Trailing;
  config.stepsOffset = 1;  // of no effect with trailing steps, but asked for by readers of old files
  config.setAlphaToOne = false;
  config.clipSample = false;
  return config;
}

namespace {

template <typename Network>
Result<void> loadFrom(Network& network, const std::filesystem::path& folder) {
  PLEINAIR_ASSIGN(const ComponentWeights weights, ComponentWeights::open(folder));
  return loadModule(network, weights, DeviceSpec{});
}

Result<Models> openDiffusersFolder(const std::filesystem::path& folder) {
  Models models;
  PLEINAIR_ASSIGN(ClipTokenizer tokenizer, ClipTokenizer::load(folder / "tokenizer"));
  models.tokenizer = std::make_unique<ClipTokenizer>(std::move(tokenizer));
  PLEINAIR_ASSIGN(const VaeConfig vae, VaeConfig::load(folder / "vae/config.json"));
  PLEINAIR_ASSIGN(const UNetConfig unet, UNetConfig::load(folder / "unet/config.json"));
  PLEINAIR_ASSIGN(const ClipTextConfig text, ClipTextConfig::load(folder / "text_encoder/config.json"));
  PLEINAIR_ASSIGN(models.schedule, ScheduleConfig::load(folder / "scheduler/scheduler_config.json"));
  models.scalingFactor = vae.scalingFactor;
  models.vae = std::make_unique<Vae>(vae);
  models.unet = std::make_unique<UNet>(unet);
  models.text = std::make_unique<ClipText>(text);
  PLEINAIR_TRY(loadFrom(*models.vae, folder / "vae"));
  PLEINAIR_TRY(loadFrom(*models.unet, folder / "unet"));
  PLEINAIR_TRY(loadFrom(*models.text, folder / "text_encoder"));
  return models;
}

}  // namespace

Result<Models> openModels(const std::filesystem::path& folder, std::uint64_t seed) {
  if (std::filesystem::exists(folder / "model_index.json")) {
    return openDiffusersFolder(folder);
  }
  const auto tokenizerFolder = folder / "tokenizer";
  if (!std::filesystem::exists(tokenizerFolder / "vocab.json")) {
    PLEINAIR_TRY(writeVocabulary(learnVocabulary(vocabularyTexts(kVocabularyScenes), kMerges), tokenizerFolder));
  }
  Models models;
  PLEINAIR_ASSIGN(ClipTokenizer tokenizer, ClipTokenizer::load(tokenizerFolder));
  models.tokenizer = std::make_unique<ClipTokenizer>(std::move(tokenizer));
  models.vae = std::make_unique<Vae>(vaeShape());
  models.unet = std::make_unique<UNet>(unetShape());
  models.text = std::make_unique<ClipText>(textShape(static_cast<std::int64_t>(models.tokenizer->vocabularySize())));
  nn::initialize(*models.vae, seed);
  nn::initialize(*models.unet, seed + 1);
  nn::initialize(*models.text, seed + 2);
  PLEINAIR_TRY(loadIfThere(*models.vae, folder / "vae.safetensors"));
  PLEINAIR_TRY(loadIfThere(*models.unet, folder / "unet.safetensors"));
  PLEINAIR_TRY(loadIfThere(*models.text, folder / "text.safetensors"));
  if (std::filesystem::exists(folder / "vae.safetensors")) {
    PLEINAIR_ASSIGN(const SafetensorsFile file, SafetensorsFile::open(folder / "vae.safetensors"));
    const auto found = file.metadata().find("scaling_factor");
    if (found != file.metadata().end()) {
      models.scalingFactor = std::stod(found->second);
    }
  }
  return models;
}

Result<void> saveModule(nn::Module& module, const std::filesystem::path& folder, const std::string& name,
                        at::ScalarType dtype, double scalingFactor) {
  TextMap metadata;
  if (scalingFactor > 0.0) {
    metadata["scaling_factor"] = std::to_string(scalingFactor);
  }
  return writeSafetensors(folder / (name + ".safetensors"), parametersOf(module), metadata, dtype);
}

Result<void> importModels(const std::filesystem::path& folder, const std::filesystem::path& checkpoint) {
  PLEINAIR_ASSIGN(Models models, openModels(folder, 1));
  std::error_code ignored;
  std::filesystem::create_directories(checkpoint / "tokenizer", ignored);
  PLEINAIR_TRY(saveModule(*models.vae, checkpoint, "vae", at::kHalf, models.scalingFactor));
  PLEINAIR_TRY(saveModule(*models.unet, checkpoint, "unet", at::kHalf));
  PLEINAIR_TRY(saveModule(*models.text, checkpoint, "text", at::kHalf));
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"}) {
    PLEINAIR_ASSIGN(const std::string text, readFile(folder / "tokenizer" / name));
    PLEINAIR_TRY(writeFileAtomic(checkpoint / "tokenizer" / name, text));
  }
  return {};
}

Result<void> exportModels(const std::filesystem::path& checkpoint, const std::filesystem::path& folder) {
  PLEINAIR_ASSIGN(Models models, openModels(checkpoint, 1));
  VaeConfig vae = models.vae->config();
  vae.scalingFactor = models.scalingFactor;
  const TextMap format = {{"format", "pt"}};
  std::error_code ignored;
  for (const char* part : {"vae", "unet", "text_encoder", "tokenizer", "scheduler"}) {
    std::filesystem::create_directories(folder / part, ignored);
  }
  PLEINAIR_TRY(writeFileAtomic(folder / "vae/config.json", vae.toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "unet/config.json", models.unet->config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "text_encoder/config.json", models.text->config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "scheduler/scheduler_config.json", schedulerJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "model_index.json", indexJson()));
  if (!std::filesystem::exists(folder / "README.md")) {  // a card that somebody wrote figures into is kept
    PLEINAIR_TRY(writeFileAtomic(folder / "README.md", kModelCard));
  }
  PLEINAIR_TRY(writeSafetensors(folder / "vae/diffusion_pytorch_model.safetensors", parametersOf(*models.vae), format,
                                at::kHalf));
  PLEINAIR_TRY(writeSafetensors(folder / "unet/diffusion_pytorch_model.safetensors", parametersOf(*models.unet),
                                format, at::kHalf));
  PLEINAIR_TRY(
      writeSafetensors(folder / "text_encoder/model.safetensors", parametersOf(*models.text), format, at::kHalf));
  for (const char* name : {"vocab.json", "merges.txt", "tokenizer_config.json", "special_tokens_map.json"}) {
    PLEINAIR_ASSIGN(const std::string text, readFile(checkpoint / "tokenizer" / name));
    PLEINAIR_TRY(writeFileAtomic(folder / "tokenizer" / name, text));
  }
  return {};
}

}  // namespace pleinair::etude
