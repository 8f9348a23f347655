#include "core/models/text_conditioning.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace pleinair {

namespace {

at::Tensor hiddenState(const ClipText& encoder, const TextEncoding& encoding, const FamilyTraits& traits,
                       int clipSkip) {
  const std::int64_t wanted = clipSkip > 0 ? clipSkip : traits.promptLayer;
  const std::int64_t fromEnd = std::min(wanted, encoder.config().layers + 1);  // at most the embeddings themselves
  if (traits.normalizesPrompt && fromEnd == 1) return encoding.lastHidden;
  const at::Tensor& hidden = encoding.hidden.at(encoding.hidden.size() - static_cast<std::size_t>(fromEnd));
  return traits.normalizesPrompt ? encoder.normalized(hidden) : hidden;
}

}  // namespace

PromptEncoding encodeTokens(const TextEncoders& encoders, const PromptTokens& tokens, int clipSkip) {
  const TextEncoding first = encoders.first->forward(tokens.first);
  PromptEncoding prompt;
  prompt.context = hiddenState(*encoders.first, first, *encoders.traits, clipSkip);
  if (encoders.second == nullptr) return prompt;
  const TextEncoding second = encoders.second->forward(tokens.second);
  prompt.context = at::cat({prompt.context, hiddenState(*encoders.second, second, *encoders.traits, clipSkip)}, -1);
  prompt.pooled = second.pooled;
  return prompt;
}

}  // namespace pleinair
