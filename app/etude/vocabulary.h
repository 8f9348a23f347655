#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace pleinair::etude {

/// A byte-level BPE in CLIP's format: 256 symbols, the same at a word's end, then one for each merge, then begin and
/// end of text.
struct Vocabulary {
  std::vector<std::string> tokens;                          ///< by id
  std::vector<std::pair<std::string, std::string>> merges;  ///< in order of rank
};

/// Learns `merges` merges from texts (Sennrich et al. 2016): the most frequent pair first, ties by name.
Vocabulary learnVocabulary(const std::vector<std::string>& texts, std::size_t merges);

/// Writes vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json as CLIPTokenizer has them.
Result<void> writeVocabulary(const Vocabulary& vocabulary, const std::filesystem::path& folder);

/// Captions of `count` scenes, their colours drawn by lot, and words that artists use beside them.
std::vector<std::string> vocabularyTexts(std::size_t count);

}  // namespace pleinair::etude
