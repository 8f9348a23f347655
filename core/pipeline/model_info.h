#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace pleinair {

/// What a model on disk holds, from its settings or its file's header alone.
struct ModelInfo {
  std::string name;        ///< the folder's or file's name
  std::string family;      ///< "SD 1.x"
  std::string prediction;  ///< "epsilon", "v_prediction", or "unknown" until the model has run
  bool singleFile = false;
  int nativeSize = 0;      ///< pixels a side that the model was trained at
  std::size_t textEncoders = 1;
  std::int64_t unetParameters = 0, textEncoderParameters = 0, vaeParameters = 0;
};

class ModelSource;

/// Of a model that is already understood.
Result<ModelInfo> modelInfo(const ModelSource& source);
/// Reads a diffusers folder's configs or a checkpoint's header; families this program cannot run are named in the
/// error.
Result<ModelInfo> modelInfo(const std::filesystem::path& path);

}  // namespace pleinair
