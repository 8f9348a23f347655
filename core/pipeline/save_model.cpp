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
  if (schedule.rescaleZeroSnr) json["rescale_betas_zero_snr"] = true;
  return text(json);
}

std::string indexJson(const std::string& name) {
  const ordered_json nothing = ordered_json::array({nullptr, nullptr});
  ordered_json json{{"_class_name", "StableDiffusionPipeline"}, {"_diffusers_version", "0.30.0"}};
  if (!name.empty()) json["_pleinair_name"] = name;
  json["feature_extractor"] = nothing;
  json["image_encoder"] = nothing;
  json["requires_safety_checker"] = false;
  json["safety_checker"] = nothing;
  json["scheduler"] = {"diffusers", "DDIMScheduler"};
  json["text_encoder"] = {"transformers", "CLIPTextModel"};
  json["tokenizer"] = {"transformers", "CLIPTokenizer"};
  json["unet"] = {"diffusers", "UNet2DConditionModel"};
  json["vae"] = {"diffusers", "AutoencoderKL"};
  return text(json);
}

std::string specialTokensJson(std::int64_t maxLength) {
  ordered_json json{{"bos_token", "<|startoftext|>"},
                    {"eos_token", "<|endoftext|>"},
                    {"unk_token", "<|endoftext|>"},
                    {"pad_token", "<|endoftext|>"}};
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

}  // namespace

Result<void> saveModel(const fs::path& folder, const ModelParts& parts, at::ScalarType dtype) {
  // Written first: writeFileAtomic makes the folders that the weights go into.
  PLEINAIR_TRY(writeFileAtomic(folder / "unet" / "config.json", parts.unet.config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "vae" / "config.json", parts.vae.config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "text_encoder" / "config.json", parts.textEncoder.config().toJson()));
  PLEINAIR_TRY(writeFileAtomic(folder / "scheduler" / "scheduler_config.json", schedulerJson(parts.schedule)));
  PLEINAIR_TRY(writeFileAtomic(folder / "tokenizer" / "vocab.json", parts.tokenizer.vocabularyJson));
  PLEINAIR_TRY(writeFileAtomic(folder / "tokenizer" / "merges.txt", parts.tokenizer.merges));
  PLEINAIR_TRY(writeFileAtomic(folder / "tokenizer" / "special_tokens_map.json", specialTokensJson(0)));
  PLEINAIR_TRY(writeFileAtomic(folder / "tokenizer" / "tokenizer_config.json",
                               specialTokensJson(parts.textEncoder.config().positions)));
  PLEINAIR_TRY(saveWeights(folder / "unet" / "diffusion_pytorch_model.safetensors", parts.unet, dtype));
  PLEINAIR_TRY(saveWeights(folder / "vae" / "diffusion_pytorch_model.safetensors", parts.vae, dtype));
  PLEINAIR_TRY(saveWeights(folder / "text_encoder" / "model.safetensors", parts.textEncoder, dtype));
  return writeFileAtomic(folder / "model_index.json", indexJson(parts.name));
}

}  // namespace pleinair
