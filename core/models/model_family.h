#pragma once

#include <array>
#include <cstdint>

#include "core/models/clip_text.h"
#include "core/models/unet.h"

namespace pleinair {

enum class ModelFamily { Sd1, Sd2, Sdxl };

/// All that sets one family apart from another beyond what its configs say. The pipeline asks this table, so that a
/// family is described in one place.
struct FamilyTraits {
  ModelFamily family;
  const char* name;           ///< "SD 1.x"
  const char* pipelineClass;  ///< diffusers' name for its pipeline
  std::size_t textEncoders;   ///< their widths stand side by side in the context
  std::int64_t promptLayer;   ///< which layer of a text encoder prompts are read from, counted from the end (1: last)
  bool normalizesPrompt;      ///< whether that layer goes through the encoder's final norm
  bool emptyIsZero;           ///< no negative prompt at all means zeros, unless the model's index says otherwise

  // What a single file does not say.
  std::int64_t unetHeads;     ///< heads a block; 0: as many as give headSize
  std::int64_t unetHeadSize;
  std::int64_t latentSize;    ///< edge length the family was trained at
  double vaeScalingFactor;
  std::array<ClipTextConfig::Activation, 2> activations;
};

const FamilyTraits& traitsOf(ModelFamily family);

/// Told from the shape of the UNet.
ModelFamily familyOf(const UNetConfig& unet);

}  // namespace pleinair
