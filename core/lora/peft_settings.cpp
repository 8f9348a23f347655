#include "core/lora/peft_settings.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"

namespace pleinair {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20;
constexpr std::pair<LoraPart, const char*> kParts[] = {
    {LoraPart::UNet, "unet."}, {LoraPart::TextEncoder, "text_encoder."}, {LoraPart::TextEncoder2, "text_encoder_2."}};

}  // namespace

PeftSettings::Settings PeftSettings::settingsOf(const std::string& jsonText, const std::string& prefix) {
  Settings settings;
  const nlohmann::json json = nlohmann::json::parse(jsonText, nullptr, false);
  if (!json.is_object()) return settings;
  if (const auto alpha = json.find(prefix + "lora_alpha"); alpha != json.end() && alpha->is_number()) {
    settings.alpha = alpha->get<double>();
  }
  if (const auto stabilized = json.find(prefix + "use_rslora");
      stabilized != json.end() && stabilized->is_boolean()) {
    settings.rankStabilized = stabilized->get<bool>();
  }
  if (const auto pattern = json.find(prefix + "alpha_pattern"); pattern != json.end() && pattern->is_object()) {
    for (const auto& [name, value] : pattern->items()) {
      if (value.is_number()) settings.pattern[neutralLoraPath(LoraPart::TextEncoder, name)] = value.get<double>();
    }
  }
  return settings;
}

Result<PeftSettings> PeftSettings::read(const std::filesystem::path& loraFile, const TextMap& metadata) {
  PeftSettings settings;
  const auto config = loraFile.parent_path() / "adapter_config.json";
  std::error_code ignored;
  if (loraFile.filename() == "adapter_model.safetensors" && std::filesystem::exists(config, ignored)) {
    PLEINAIR_ASSIGN(const std::string text, readFile(config, kMaxConfigBytes));
    if (!nlohmann::json::accept(text)) {
      return Error{ErrorCode::BadConfig, "The adapter's settings cannot be read", config.string(),
                   "Get the file again from where it came."};
    }
    for (const auto& [part, prefix] : kParts) settings.m_parts[part] = settingsOf(text, "");
  }
  if (const auto text = metadata.find("lora_adapter_metadata"); text != metadata.end()) {
    for (const auto& [part, prefix] : kParts) settings.m_parts[part] = settingsOf(text->second, prefix);
  }
  if (const auto text = metadata.find("lora_alpha"); text != metadata.end()) {
    const nlohmann::json alpha = nlohmann::json::parse(text->second, nullptr, false);
    if (alpha.is_number()) {
      for (const auto& [part, prefix] : kParts) settings.m_parts[part].alpha = alpha.get<double>();
    }
  }
  return settings;
}

double PeftSettings::alphaFor(LoraPart part, const std::string& neutralPath, std::int64_t rank) const {
  const auto own = static_cast<double>(rank);
  const auto found = m_parts.find(part);
  if (found == m_parts.end()) return own;
  const Settings& settings = found->second;
  std::optional<double> alpha = settings.alpha;
  for (const auto& [name, value] : settings.pattern) {
    if (neutralPath == name || neutralPath.ends_with("_" + name)) alpha = value;
  }
  if (!alpha) return own;
  return settings.rankStabilized ? *alpha * std::sqrt(own) : *alpha;
}

}  // namespace pleinair
