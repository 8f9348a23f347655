#include "core/lora/lora_info.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/lora/lora_file.h"

namespace pleinair {

namespace {

using nlohmann::json;

std::string text(const TextMap& metadata, const char* key) {
  const auto found = metadata.find(key);
  // kohya writes Python's None for what was not set.
  return found == metadata.end() || found->second == "None" ? std::string() : found->second;
}

template <typename Number>
Number number(const TextMap& metadata, const char* key) {
  const std::string value = text(metadata, key);
  Number parsed{};
  std::from_chars(value.data(), value.data() + value.size(), parsed);
  return parsed;
}

/// `ss_tag_frequency`: {folder: {tag: count}}, summed over the folders.
std::vector<std::pair<std::string, int>> tagsOf(const TextMap& metadata) {
  std::map<std::string, int> counts;
  const json folders = json::parse(text(metadata, "ss_tag_frequency"), nullptr, false);
  if (!folders.is_object()) return {};
  for (const auto& [folder, tags] : folders.items()) {
    if (!tags.is_object()) continue;
    for (const auto& [tag, count] : tags.items()) {
      if (count.is_number_integer()) counts[tag] += count.get<int>();
    }
  }
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::ranges::stable_sort(sorted, [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

void addSettings(LoraDescription& info) {
  constexpr std::array kKeys = std::to_array<const char*>({"ss_resolution",
                                                           "ss_batch_size_per_device",
                                                           "ss_gradient_accumulation_steps",
                                                           "ss_optimizer",
                                                           "ss_learning_rate",
                                                           "ss_unet_lr",
                                                           "ss_text_encoder_lr",
                                                           "ss_lr_scheduler",
                                                           "ss_lr_warmup_steps",
                                                           "ss_seed",
                                                           "ss_mixed_precision",
                                                           "ss_min_snr_gamma",
                                                           "ss_noise_offset",
                                                           "ss_zero_terminal_snr",
                                                           "ss_caption_dropout_rate",
                                                           "ss_clip_skip",
                                                           "ss_max_grad_norm",
                                                           "ss_network_module",
                                                           "ss_network_args",
                                                           "modelspec.prediction_type",
                                                           "modelspec.implementation",
                                                           "modelspec.license",
                                                           "modelspec.usage_hint"});
  for (const char* key : kKeys) {
    const std::string value = text(info.metadata, key);
    if (!value.empty() && value != "{}") info.settings.emplace_back(key, value);
  }
}

void addLayers(LoraDescription& info, const LoraFile& lora) {
  info.format = loraFormatName(lora.format);
  info.kind = loraKindsText(lora);
  info.family = loraFamily(lora);
  info.unknownKeys = lora.unknownKeys;
  for (const LoraEntry& entry : lora.entries) {
    if (!modulePathOf(entry)) {
      info.unknownKeys.push_back(entry.key);
      continue;
    }
    ++(entry.part == LoraPart::UNet ? info.unetLayers : info.textEncoderLayers);
    const auto rank = static_cast<int>(entry.rank());
    if (rank > 0 && (info.smallestRank == 0 || rank < info.smallestRank)) info.smallestRank = rank;
    if (rank <= info.rank) continue;
    info.rank = rank;
    info.alpha = entry.alpha;
  }
  info.parameters = lora.parameterCount();
}

}  // namespace

Result<LoraDescription> loraInfo(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const LoraFile lora, readLora(file));
  LoraDescription info;
  addLayers(info, lora);
  info.metadata = lora.metadata;
  std::error_code ignored;
  info.bytes = static_cast<std::int64_t>(std::filesystem::file_size(file, ignored));
  info.trigger = text(lora.metadata, "modelspec.trigger_phrase");
  info.title = text(lora.metadata, "modelspec.title");
  if (info.title.empty()) info.title = text(lora.metadata, "ss_output_name");
  info.description = text(lora.metadata, "modelspec.description");
  info.author = text(lora.metadata, "modelspec.author");
  info.baseModel = text(lora.metadata, "ss_sd_model_name");
  info.tags = tagsOf(lora.metadata);
  info.trainedAt = static_cast<std::int64_t>(number<double>(lora.metadata, "ss_training_finished_at"));
  info.photos = number<int>(lora.metadata, "ss_num_train_images");
  info.steps = number<int>(lora.metadata, "ss_steps");
  info.epochs = number<int>(lora.metadata, "ss_epoch");
  addSettings(info);
  return info;
}

}  // namespace pleinair
