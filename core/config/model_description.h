#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/config/training_config.h"

namespace pleinair {

/// What a model shall do, which decides the memory it takes.
struct ModelUse {
  int width = 512, height = 512;  ///< of a picture, in pixels
  TrainingConfig training;        ///< resolution, batch and adapter are read
  /// The basis that size and training were chosen on; where it is given, they are moved to the model that is described.
  std::optional<TrainingBasis> basis;
  bool halfPrecision = false;     ///< weights and activations in 16 bits
  std::int64_t cpuMemoryBytes = 0;  ///< all memory of the machine where a CPU does it; 0 on a GPU
};

/// What a model on disk is, for showing to people: from settings and headers alone.
struct ModelDescription {
  std::filesystem::path path;
  std::string name;
  std::string family;      ///< "SD 1.x"
  std::string prediction;  ///< "epsilon", "v_prediction", or "unknown" until the model has run
  bool singleFile = false;
  int nativeSize = 0;  ///< pixels a side that the model was trained at
  std::int64_t unetParameters = 0, textEncoderParameters = 0, vaeParameters = 0;
  std::int64_t bytes = 0;            ///< on disk: the file, or all files of the folder
  std::string precision;             ///< of its weights: "float16", "float32 and float16"
  ModelUse use;                      ///< what the next two are said of
  std::int64_t generationBytes = 0;  ///< about what making one picture takes, the program included
  std::int64_t trainingBytes = 0;    ///< about what a run takes at its peak

  [[nodiscard]] std::int64_t parameters() const { return unetParameters + textEncoderParameters + vaeParameters; }
};

/// What a file of weights is, as far as its header tells.
enum class WeightsKind { Lora, Model };

}  // namespace pleinair
