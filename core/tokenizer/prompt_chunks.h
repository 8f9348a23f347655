#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair {

/// A piece of a prompt and how much it counts.
struct WeightedText {
  std::string text;
  double weight = 1.0;
  bool startsChunk = false;  ///< BREAK stood before it
  friend bool operator==(const WeightedText&, const WeightedText&) = default;
};

/// Reads `(x)` as 1.1, `[x]` as 1/1.1, `(x:1.3)`, `BREAK`, and `\(` as a bracket, nested as A1111 does it. Brackets
/// without a partner count to the end.
std::vector<WeightedText> parsePromptWeights(std::string_view prompt);

/// 77 tokens for one pass of a text encoder, each with its weight; begin, end and padding weigh 1.
struct PromptChunk {
  std::vector<std::int64_t> ids;
  std::vector<float> weights;
  [[nodiscard]] bool weighted() const;
};

/// A prompt of any length in chunks of 75 tokens between begin and end; at least one chunk.
std::vector<PromptChunk> chunkPrompt(const ClipTokenizer& tokenizer, std::string_view prompt);

}  // namespace pleinair
