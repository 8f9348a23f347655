#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/training_config.h"
#include "core/lora/trainable_lora.h"

namespace pleinair {

/// What a LoRA file tells about how it was made. Times are Unix seconds; 0 leaves them out.
struct LoraProvenance {
  TrainingConfig config;
  std::string family;     ///< hostFamily()
  bool velocity = false;  ///< the model predicts v
  std::string trigger;
  std::string modelName;
  std::string modelHash;  ///< SHA-256 of the UNet's weights; may be empty
  std::string sessionId;
  std::int64_t startedAt = 0, finishedAt = 0;
  int step = 0;
  int epoch = 0, epochs = 0;
  int photos = 0;
  std::string precision;               ///< "float32" or "bfloat16": what the base model was held in
  std::map<std::string, int> buckets;  ///< "256x192" -> photos
  std::map<std::string, std::map<std::string, int>> tags;  ///< group -> caption part -> how often
  std::map<std::string, int> groups;                       ///< group -> photos
};

/// The `ss_*` and `modelspec.*` texts that other programs read, without the hashes.
TextMap loraMetadata(const LoraProvenance& provenance);

/// Writes the adapter in kohya's keys with alpha, float32, atomically. The same adapter and provenance give the same
/// bytes; `sshs_model_hash` and `sshs_legacy_hash` are computed from them.
Result<void> writeKohyaLora(const std::filesystem::path& file, const TrainableLora& lora,
                            const LoraProvenance& provenance);

}  // namespace pleinair
