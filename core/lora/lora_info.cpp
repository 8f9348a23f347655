#include "core/lora/lora_info.h"

#include <ATen/ATen.h>

#include <charconv>

#include "core/lora/lora_file.h"

namespace pleinair {

namespace {

std::string text(const TextMap& metadata, const char* key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::string() : found->second;
}

}  // namespace

Result<LoraInfo> loraInfo(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const LoraFile lora, readLora(file));
  LoraInfo info;
  info.format = loraFormatName(lora.format);
  info.family = loraFamily(lora);
  for (const LoraEntry& entry : lora.entries) {
    ++(entry.part == LoraPart::UNet ? info.unetLayers : info.textEncoderLayers);
    if (entry.rank() > info.rank) {
      info.rank = static_cast<int>(entry.rank());
      info.alpha = entry.alpha;
    }
  }
  info.parameters = lora.parameterCount();
  info.trigger = text(lora.metadata, "modelspec.trigger_phrase");
  info.title = text(lora.metadata, "modelspec.title");
  if (info.title.empty()) info.title = text(lora.metadata, "ss_output_name");
  info.baseModel = text(lora.metadata, "ss_sd_model_name");
  const std::string steps = text(lora.metadata, "ss_steps");
  std::from_chars(steps.data(), steps.data() + steps.size(), info.steps);
  info.metadata = lora.metadata;
  return info;
}

}  // namespace pleinair
