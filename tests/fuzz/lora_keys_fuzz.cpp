#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/lora/ldm_names.h"
#include "core/lora/lora_keys.h"

using namespace pleinair;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string key(reinterpret_cast<const char*>(data), size);
  unknownAdapterName(key);
  const LdmLayout layout =
      ldmLayoutOf({key, "down_blocks.0.resnets.0", "down_blocks.1.resnets.1", "up_blocks.0.resnets.2"});
  ldmUNetPath(layout, key);
  const auto parsed = parseLoraKey(key);
  if (!parsed) return 0;
  if (parsed->path.empty() || parsed->path.find('.') != std::string::npos) std::abort();
  // A neutral path that gets its dots back must lead to the same path again, and so must the original code's names.
  if (const auto dotted = dottedLoraPath(parsed->part, parsed->path)) {
    const std::string expected = parsed->path.starts_with("text_model_") ? parsed->path.substr(11) : parsed->path;
    const std::string again = neutralLoraPath(parsed->part, *dotted);
    if (parsed->part == LoraPart::UNet && again != parsed->path) std::abort();
    if (parsed->part != LoraPart::UNet && again != parsed->path && again != expected) std::abort();
  }
  if (const auto path = neutralPathOfLdm(parsed->path)) neutralLoraPath(LoraPart::UNet, *path);
  return 0;
}
