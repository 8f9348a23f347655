#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "core/base/result.h"

namespace pleinair {

/// What a LoRA file is, for showing to people. No model is needed and no tensor is computed with.
struct LoraInfo {
  std::string format;  ///< "kohya", "PEFT" or "diffusers"
  std::string family;  ///< what it was made for, see loraFamily()
  int rank = 0;        ///< the largest of its layers
  double alpha = 0;    ///< of that layer
  int unetLayers = 0, textEncoderLayers = 0;
  std::int64_t parameters = 0;
  std::string trigger, title, baseModel;  ///< from the metadata; may be empty
  int steps = 0;
  std::map<std::string, std::string> metadata;
};

Result<LoraInfo> loraInfo(const std::filesystem::path& file);

}  // namespace pleinair
