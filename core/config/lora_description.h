#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace pleinair {

/// What a LoRA file is, for showing to people: from its keys, shapes and metadata alone. Texts may be empty, numbers
/// 0 where the file does not tell.
struct LoraDescription {
  std::string format;  ///< "kohya", "PEFT" or "diffusers"
  std::string kind;    ///< "LoRA", "LoHa", "LoRA with DoRA"
  std::string family;  ///< what it was made for: "SD 1.x"
  int rank = 0;        ///< the largest of its layers
  int smallestRank = 0;
  double alpha = 0;  ///< of the layer with the largest rank
  int unetLayers = 0, textEncoderLayers = 0;
  std::int64_t parameters = 0;
  std::int64_t bytes = 0;
  std::string trigger, title, baseModel, description, author;
  std::vector<std::pair<std::string, int>> tags;  ///< caption parts and how often, most often first
  std::int64_t trainedAt = 0;                     ///< Unix seconds of the end of training
  int photos = 0;
  int steps = 0, epochs = 0;
  std::vector<std::pair<std::string, std::string>> settings;  ///< the trainer's own names and values
  std::vector<std::string> unknownKeys;                       ///< layers and tensors without a known place
  std::map<std::string, std::string> metadata;
};

}  // namespace pleinair
