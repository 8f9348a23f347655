#include "core/models/model_family.h"

namespace pleinair {

namespace {

using enum ClipTextConfig::Activation;

constexpr std::array<FamilyTraits, 3> kFamilies{{
    {ModelFamily::Sd1, "SD 1.x", "StableDiffusionPipeline", 1, 1, true, false, 8, 0, 64, 0.18215, {QuickGelu, Gelu}},
    {ModelFamily::Sd2, "SD 2.x", "StableDiffusionPipeline", 1, 1, true, false, 0, 64, 64, 0.18215, {Gelu, Gelu}},
    {ModelFamily::Sdxl, "SDXL", "StableDiffusionXLPipeline", 2, 2, false, true, 0, 64, 128, 0.13025, {QuickGelu, Gelu}},
}};

constexpr std::int64_t kOpenClipWidth = 1024;

}  // namespace

const FamilyTraits& traitsOf(ModelFamily family) { return kFamilies.at(static_cast<std::size_t>(family)); }

ModelFamily familyOf(const UNetConfig& unet) {
  if (unet.textTime) return ModelFamily::Sdxl;
  return unet.linearProjection || unet.crossAttentionSize == kOpenClipWidth ? ModelFamily::Sd2 : ModelFamily::Sd1;
}

}  // namespace pleinair
