#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/models/clip_text.h"
#include "core/models/model_family.h"

namespace pleinair {

/// What the UNet is told about a prompt.
struct PromptEncoding {
  at::Tensor context;  // [B, N, C], the encoders' hidden states side by side
  at::Tensor pooled;   // [B, P]; undefined for families that do not use it
};

/// Token ids for each text encoder of a model, int64 [B, 77]; `second` is undefined where there is one encoder.
struct PromptTokens {
  at::Tensor first, second;
};

/// The text encoders of one model. `second` is null where the family has one.
struct TextEncoders {
  const ClipText* first = nullptr;
  const ClipText* second = nullptr;
  const FamilyTraits* traits = nullptr;
};

/// Runs the encoders; records gradients where the caller does. `clipSkip` takes the n-th layer from the end (1: the
/// last) instead of the family's own; 0 leaves it. The pooled text always comes from the whole of the last encoder.
PromptEncoding encodeTokens(const TextEncoders& encoders, const PromptTokens& tokens, int clipSkip = 0);

}  // namespace pleinair
