#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace pleinair {

/// CLIP's byte-level BPE (Radford et al. 2021), read from a diffusers folder's `tokenizer/`: vocab.json, merges.txt and
/// the special tokens of tokenizer_config.json and special_tokens_map.json. Agrees with transformers' CLIPTokenizer to
/// the id. Immutable; any thread.
class ClipTokenizer {
 public:
  /// CLIP's context: begin, 75 tokens, end.
  static constexpr std::size_t kContextLength = 77;

  /// Names the file and what is wrong with it.
  static Result<ClipTokenizer> load(const std::filesystem::path& folder);
  /// From CLIP's own list of merges ("i n", best first), which decides every id: the bytes, the bytes at a word's end,
  /// the merges, begin and end.
  static Result<ClipTokenizer> fromMerges(const std::vector<std::string>& merges, bool padsWithZero);
  ClipTokenizer(ClipTokenizer&&) noexcept;
  ClipTokenizer& operator=(ClipTokenizer&&) noexcept;
  ~ClipTokenizer();

  /// The text's ids without begin and end, as many as it takes.
  [[nodiscard]] std::vector<std::int64_t> encode(std::string_view text) const;
  /// Begin, at most length - 2 ids, end, then padding.  -> [length]
  [[nodiscard]] std::vector<std::int64_t> encodePadded(std::string_view text, std::size_t length = kContextLength) const;

  [[nodiscard]] std::int64_t beginId() const;
  [[nodiscard]] std::int64_t endId() const;
  [[nodiscard]] std::int64_t padId() const;
  [[nodiscard]] std::size_t vocabularySize() const;

 private:
  struct Data;
  explicit ClipTokenizer(std::unique_ptr<const Data> data);
  std::unique_ptr<const Data> m_data;
};

}  // namespace pleinair
