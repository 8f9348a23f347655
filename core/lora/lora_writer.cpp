#include "core/lora/lora_writer.h"

#include <ATen/ATen.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "core/lora/lora_export.h"

namespace pleinair {

namespace {

using nlohmann::json;

std::string number(double value) { return json(value).dump(); }

const char* scheduleName(LearningRateSchedule schedule) {
  switch (schedule) {
    case LearningRateSchedule::Constant:
      return "constant";
    case LearningRateSchedule::Linear:
      return "linear";
    case LearningRateSchedule::Cosine:
      return "cosine";
  }
  return "constant";
}

/// kohya's word for the family, and modelspec's.
std::pair<std::string, std::string> familyWords(const std::string& family, bool velocity) {
  if (family == "SD 1.x") return {"sd_v1", "stable-diffusion-v1/lora"};
  if (family == "SD 2.x")
    return {"sd_v2", velocity ? "stable-diffusion-v2-768-v/lora" : "stable-diffusion-v2-512/lora"};
  if (family == "SDXL") return {"sdxl_base_v1-0", "stable-diffusion-xl-v1-base/lora"};
  return {"sd_v1", "stable-diffusion-v1/lora"};
}

std::string isoDate(std::int64_t unixSeconds) {
  const auto time = static_cast<std::time_t>(unixSeconds);
  std::tm parts{};
  gmtime_r(&time, &parts);
  char text[32];
  return std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts));
}

void addDataset(TextMap& texts, const LoraProvenance& p) {
  json folders = json::object(), buckets = json::object();
  for (const auto& [group, count] : p.groups) {
    folders[group.empty() ? "dataset" : group] = {{"n_repeats", 1}, {"img_count", count}};
  }
  json tags = json::object();
  for (const auto& [group, counts] : p.tags) tags[group.empty() ? "dataset" : group] = counts;
  int index = 0;
  for (const auto& [size, count] : p.buckets) {
    const std::size_t cross = size.find('x');
    buckets[std::to_string(index++)] = {
        {"resolution", {std::stoi(size.substr(0, cross)), std::stoi(size.substr(cross + 1))}}, {"count", count}};
  }
  texts["ss_dataset_dirs"] = folders.dump();
  texts["ss_tag_frequency"] = tags.dump();
  texts["ss_bucket_info"] = json{{"buckets", buckets}}.dump();
  texts["ss_num_train_images"] = std::to_string(p.photos);
  texts["ss_num_reg_images"] = "0";
}

void addSettings(TextMap& texts, const LoraProvenance& p) {
  const TrainingConfig& c = p.config;
  texts["ss_network_module"] = "networks.lora";
  texts["ss_network_dim"] = std::to_string(c.rank);
  texts["ss_network_alpha"] = number(c.alpha);
  texts["ss_network_args"] = "{}";
  texts["ss_steps"] = std::to_string(p.step);
  texts["ss_epoch"] = std::to_string(p.epoch);
  texts["ss_num_epochs"] = std::to_string(p.epochs);
  texts["ss_max_train_steps"] = std::to_string(c.steps);
  texts["ss_seed"] = std::to_string(c.seed);
  texts["ss_learning_rate"] = number(c.learningRate);
  texts["ss_unet_lr"] = c.targets.unetAttention ? number(c.learningRate) : "None";
  texts["ss_text_encoder_lr"] = c.targets.textEncoderAttention ? number(c.textEncoderLearningRate) : "None";
  texts["ss_optimizer"] = "AdamW(weight_decay=" + number(c.weightDecay) + ",betas=(" + number(c.beta1) + ", " +
                          number(c.beta2) + "),eps=" + number(c.epsilon) + ")";
  texts["ss_lr_scheduler"] = scheduleName(c.schedule);
  texts["ss_lr_warmup_steps"] = std::to_string(c.warmupSteps);
  texts["ss_mixed_precision"] = p.precision == "bfloat16" ? "bf16" : "no";
  texts["ss_noise_offset"] = c.noiseOffset > 0 ? number(c.noiseOffset) : "None";
  texts["ss_min_snr_gamma"] = c.minSnrGamma > 0 ? number(c.minSnrGamma) : "None";
  texts["ss_zero_terminal_snr"] = c.zeroTerminalSnr ? "True" : "False";
  texts["ss_caption_dropout_rate"] = number(c.captionDropout);
  texts["ss_clip_skip"] = "None";
  texts["ss_gradient_accumulation_steps"] = std::to_string(c.accumulate);
  texts["ss_max_grad_norm"] = number(c.maxGradientNorm);
  texts["ss_batch_size_per_device"] = std::to_string(c.batchSize);
  texts["ss_resolution"] = "(" + std::to_string(c.resolution) + ", " + std::to_string(c.resolution) + ")";
}

}  // namespace

TextMap loraMetadata(const LoraProvenance& p) {
  TextMap texts;
  const auto [version, architecture] = familyWords(p.family, p.velocity);
  texts["ss_v2"] = p.family == "SD 2.x" ? "True" : "False";
  texts["ss_base_model_version"] = version;
  texts["ss_output_name"] = p.config.name;
  texts["ss_sd_model_name"] = p.modelName;
  texts["ss_session_id"] = p.sessionId;
  if (!p.modelHash.empty()) {
    texts["ss_new_sd_model_hash"] = p.modelHash;
    texts["ss_sd_model_hash"] = p.modelHash.substr(0, 8);
  }
  if (p.startedAt > 0) texts["ss_training_started_at"] = std::to_string(p.startedAt);
  if (p.finishedAt > 0) texts["ss_training_finished_at"] = std::to_string(p.finishedAt);
  addSettings(texts, p);
  addDataset(texts, p);

  texts["modelspec.sai_model_spec"] = "1.0.1";
  texts["modelspec.architecture"] = architecture;
  texts["modelspec.implementation"] = "diffusers";
  texts["modelspec.title"] = p.config.name;
  texts["modelspec.resolution"] = std::to_string(p.config.resolution) + "x" + std::to_string(p.config.resolution);
  texts["modelspec.prediction_type"] = p.velocity ? "v" : "epsilon";
  if (!p.trigger.empty()) texts["modelspec.trigger_phrase"] = p.trigger;
  if (p.finishedAt > 0) texts["modelspec.date"] = isoDate(p.finishedAt);
  return texts;
}

Result<void> writeKohyaLora(const std::filesystem::path& file, const TrainableLora& lora,
                            const LoraProvenance& provenance) {
  TensorMap tensors = lora.tensors();
  for (const TrainableLora::Layer& layer : lora.layers()) {
    tensors[kohyaLayerName(layer.host) + ".alpha"] = at::scalar_tensor(lora.spec().alpha, at::kFloat);
  }
  return writeHashedLora(file, tensors, loraMetadata(provenance));
}

}  // namespace pleinair
