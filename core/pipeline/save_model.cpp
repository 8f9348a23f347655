#include "core/pipeline/save_model.h"

#include <ATen/core/Tensor.h>

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/models/load_module.h"
#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string text(const ordered_json& json) { return json.dump(2) + "\n"; }

std::string schedulerJson(const ScheduleConfig& schedule) {
  const char* betas = schedule.betaSchedule == BetaSchedule::Linear          ? "linear"
                      : schedule.betaSchedule == BetaSchedule::SquaredCosine ? "squaredcos_cap_v2"
                                                                             : "scaled_linear";
  const char* spacing = schedule.spacing == TimestepSpacing::Trailing   ? "trailing"
                        : schedule.spacing == TimestepSpacing::Linspace ? "linspace"
                                                                        : "leading";
  ordered_json json{{"_class_name", "DDIMScheduler"},
                    {"_diffusers_version", "0.30.0"},
                    {"beta_end", schedule.betaEnd},
                    {"beta_schedule", betas},
                    {"beta_start", schedule.betaStart},
                    {"clip_sample", schedule.clipSample.value_or(false)},
                    {"num_train_timesteps", schedule.trainTimesteps},
                    {"prediction_type", schedule.prediction == PredictionType::Velocity ? "v_prediction" : "epsilon"},
                    {"set_alpha_to_one", schedule.setAlphaToOne.value_or(false)},
                    {"steps_offset", schedule.stepsOffset},
                    {"timestep_spacing", spacing}};
  if (!schedule.trainedBetas.empty()) json["trained_betas"] = schedule.trainedBetas;
  if (schedule.rescaleZeroSnr) json["rescale_betas_zero_snr"] = true;
  return text(json);
}

std::string indexJson(const ModelParts& parts) {
  const ordered_json nothing = ordered_json::array({nullptr, nullptr});
  const bool xl = parts.textEncoder2 != nullptr;
  ordered_json json{{"_class_name", xl ? "StableDiffusionXLPipeline" : "StableDiffusionPipeline"},
                    {"_diffusers_version", "0.30.0"}};
  if (!parts.name.empty()) json["_pleinair_name"] = parts.name;
  json["feature_extractor"] = nothing;
  json["image_encoder"] = nothing;
  if (xl) {
    json["force_zeros_for_empty_prompt"] = true;
  } else {
    json["requires_safety_checker"] = false;
    json["safety_checker"] = nothing;
  }
  json["scheduler"] = {"diffusers", "DDIMScheduler"};
  json["text_encoder"] = {"transformers", "CLIPTextModel"};
  if (xl) json["text_encoder_2"] = {"transformers", "CLIPTextModelWithProjection"};
  json["tokenizer"] = {"transformers", "CLIPTokenizer"};
  if (xl) json["tokenizer_2"] = {"transformers", "CLIPTokenizer"};
  json["unet"] = {"diffusers", "UNet2DConditionModel"};
  json["vae"] = {"diffusers", "AutoencoderKL"};
  return text(json);
}

std::string specialTokensJson(std::int64_t maxLength, const char* padding) {
  ordered_json json{{"bos_token", "<|startoftext|>"},
                    {"eos_token", "<|endoftext|>"},
                    {"unk_token", "<|endoftext|>"},
                    {"pad_token", padding}};
  if (maxLength > 0) {
    json["add_prefix_space"] = false;
    json["do_lower_case"] = true;
    json["model_max_length"] = maxLength;
    json["tokenizer_class"] = "CLIPTokenizer";
  }
  return text(json);
}

Result<void> saveWeights(const fs::path& file, nn::Module& module, at::ScalarType dtype) {
  return writeSafetensors(file, parametersOf(module), {{"format", "pt"}}, dtype);
}

Result<void> saveTextEncoder(const fs::path& folder, const std::string& suffix, ClipText& encoder,
                             const TokenizerFiles& tokenizer, const char* padding, at::ScalarType dtype) {
  const fs::path words = folder / ("tokenizer" + suffix), network = folder / ("text_encoder" + suffix);
  PLEINAIR_TRY(writeFileAtomic(words / "vocab.json", tokenizer.vocabularyJson));
  PLEINAIR_TRY(writeFileAtomic(words / "merges.txt", tokenizer.merges));
  PLEINAIR_TRY(writeFileAtomic(words / "special_tokens_map.json", specialTokensJson(0, padding)));
  PLEINAIR_TRY(
      writeFileAtomic(words / "tokenizer_config.json", specialTokensJson(encoder.config().positions, padding)));
  PLEINAIR_TRY(writeFileAtomic(network / "config.json", encoder.config().toJson()));
  return saveWeights(network / "model.safetensors", encoder, dtype);
}

}  // namespace

Result<void> saveModel(const fs::path& folder, const ModelParts& parts, at::ScalarType dtype) {
  // The settings first: writeFileAtomic makes the folders that the weights go into.
  PLEINAIR_TRY(writeFileAtomic(folder / "unet" / "config.json", parts.unet.config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "vae" / "config.json", parts.vae.config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "scheduler" / "scheduler_config.json", schedulerJson(parts.schedule)));
  PLEINAIR_TRY(saveWeights(folder / "unet" / "diffusion_pytorch_model.safetensors", parts.unet, dtype));
  PLEINAIR_TRY(saveWeights(folder / "vae" / "diffusion_pytorch_model.safetensors", parts.vae, dtype));
  PLEINAIR_TRY(saveTextEncoder(folder, "", parts.textEncoder, parts.tokenizer, "<|endoftext|>", dtype));
  if (parts.textEncoder2 != nullptr) {
    PLEINAIR_TRY(saveTextEncoder(folder, "_2", *parts.textEncoder2, parts.tokenizer2, "!", dtype));
  }
  return writeFileAtomic(folder / "model_index.json", indexJson(parts));
}

}  // namespace pleinair
