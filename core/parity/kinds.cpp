#include <map>
#include <string_view>

#include "core/parity/parity_case.h"

namespace pleinair::parity {

Kind findKind(const std::string& name) {
  static const std::map<std::string_view, Kind> kKinds = {
      {"tokenize", runTokenize},
      {"text_encoder", runTextEncoder},
      {"unet", runUNet},
      {"vae_encode", runVaeEncode},
      {"vae_decode", runVaeDecode},
      {"text_to_image", runTextToImage},
      {"image_to_image", runImageToImage},
      {"sampler", runSampler},
      {"noise_schedule", runNoiseSchedule},
      {"lora", runLora},
      {"lora_training", runLoraTraining},
  };
  const auto found = kKinds.find(name);
  return found == kKinds.end() ? nullptr : found->second;
}

}  // namespace pleinair::parity
