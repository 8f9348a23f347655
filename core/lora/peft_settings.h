#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/lora/lora_keys.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// The settings that PEFT keeps beside its tensors instead of one alpha a layer: in adapter_config.json next to the
/// file, or in the file's metadata as diffusers writes them (`lora_adapter_metadata`).
class PeftSettings {
 public:
  /// BadConfig when adapter_config.json is there and cannot be read; settings that are not there are no error.
  static Result<PeftSettings> read(const std::filesystem::path& loraFile, const TextMap& metadata);

  /// The alpha that gives the layer PEFT's own scale; the rank where no settings are known.
  [[nodiscard]] double alphaFor(LoraPart part, const std::string& neutralPath, std::int64_t rank) const;

 private:
  struct Settings {
    std::optional<double> alpha;
    bool rankStabilized = false;            ///< rsLoRA (Kalajdzievski 2023): alpha / sqrt(rank)
    std::map<std::string, double> pattern;  ///< by neutral path, whole or its end
  };
  static Settings settingsOf(const std::string& jsonText, const std::string& prefix);
  std::map<LoraPart, Settings> m_parts;
};

}  // namespace pleinair
