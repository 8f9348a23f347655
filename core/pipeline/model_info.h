#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace pleinair {

/// What a diffusers folder holds, from its config files alone.
struct ModelInfo {
  std::string name;        ///< the folder's name
  std::string family;      ///< "SD 1.x"
  std::string prediction;  ///< "epsilon" or "v_prediction"
  int nativeSize = 0;      ///< pixels a side that the model was trained at
  std::int64_t unetParameters = 0, textEncoderParameters = 0, vaeParameters = 0;
};

/// Reads the configs; families this program cannot run are named in the error.
Result<ModelInfo> modelInfo(const std::filesystem::path& folder);

}  // namespace pleinair
