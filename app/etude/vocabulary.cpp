#include "app/etude/vocabulary.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "app/etude/captions.h"
#include "app/etude/colors.h"
#include "core/base/atomic_file.h"

namespace pleinair::etude {
namespace {

using Word = std::vector<std::string>;
constexpr const char* kWordEnd = "</w>";

std::string utf8(unsigned code) {
  if (code < 0x80) {
    return std::string(1, static_cast<char>(code));
  }
  return {static_cast<char>(0xc0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3f))};
}

/// GPT-2's printable stand-ins for bytes, in the order of CLIP's first 256 ids: printable bytes stand for
/// themselves, the rest take code points from 256 on.
std::vector<std::pair<unsigned char, std::string>> byteSymbols() {
  std::vector<std::pair<unsigned char, std::string>> symbols;
  const auto printable = [](unsigned b) { return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174; };
  for (unsigned b = 0; b < 256; ++b) {
    if (printable(b)) {
      symbols.emplace_back(static_cast<unsigned char>(b), utf8(b));
    }
  }
  unsigned next = 256;
  for (unsigned b = 0; b < 256; ++b) {
    if (!printable(b)) {
      symbols.emplace_back(static_cast<unsigned char>(b), utf8(next++));
    }
  }
  return symbols;
}

/// CLIP's words: runs of letters, single digits, runs of anything else without spaces.
std::vector<std::string> splitWords(const std::string& text) {
  enum class Kind { Space, Letter, Digit, Other };
  const auto kindOf = [](unsigned char c) {
    if (std::isspace(c) != 0) return Kind::Space;
    if (std::isdigit(c) != 0) return Kind::Digit;
    return std::isalpha(c) != 0 || c >= 0x80 ? Kind::Letter : Kind::Other;
  };
  std::vector<std::string> words;
  Kind last = Kind::Space;
  for (const char c : text) {
    const Kind kind = kindOf(static_cast<unsigned char>(c));
    if (kind != Kind::Space) {
      if (kind != last || kind == Kind::Digit) {
        words.emplace_back();
      }
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    last = kind;
  }
  return words;
}

void mergePair(Word& word, const std::string& left, const std::string& right) {
  for (std::size_t i = 0; i + 1 < word.size(); ++i) {
    if (word[i] == left && word[i + 1] == right) {
      word[i] += right;
      word.erase(word.begin() + static_cast<std::ptrdiff_t>(i) + 1);
    }
  }
}

const std::vector<std::string>& artistsWords() {
  static const std::vector<std::string> kWords = {"portrait",
                                                  "landscape",
                                                  "seascape",
                                                  "nature",
                                                  "light",
                                                  "shadow",
                                                  "colour",
                                                  "color",
                                                  "bright",
                                                  "dark",
                                                  "soft",
                                                  "warm",
                                                  "cold",
                                                  "cool",
                                                  "deep",
                                                  "pale",
                                                  "vivid",
                                                  "muted",
                                                  "style",
                                                  "painting",
                                                  "sketch",
                                                  "drawing",
                                                  "pencil",
                                                  "ink",
                                                  "pastel",
                                                  "charcoal",
                                                  "impressionist",
                                                  "impressionism",
                                                  "abstract",
                                                  "realistic",
                                                  "detailed",
                                                  "beautiful",
                                                  "dramatic",
                                                  "calm",
                                                  "quiet",
                                                  "lonely",
                                                  "peaceful",
                                                  "wild",
                                                  "view",
                                                  "horizon",
                                                  "reflection",
                                                  "reflections",
                                                  "silhouette",
                                                  "silhouettes",
                                                  "palm",
                                                  "trees",
                                                  "tree",
                                                  "rock",
                                                  "rocks",
                                                  "cliff",
                                                  "coast",
                                                  "shore",
                                                  "island",
                                                  "river",
                                                  "waterfall",
                                                  "bridge",
                                                  "pier",
                                                  "lighthouse",
                                                  "boat",
                                                  "ship",
                                                  "house",
                                                  "houses",
                                                  "road",
                                                  "street",
                                                  "church",
                                                  "tower",
                                                  "window",
                                                  "garden",
                                                  "flowers",
                                                  "flower",
                                                  "grass",
                                                  "sand",
                                                  "dunes",
                                                  "people",
                                                  "person",
                                                  "man",
                                                  "woman",
                                                  "child",
                                                  "dog",
                                                  "cat",
                                                  "horse",
                                                  "bird",
                                                  "summer",
                                                  "winter",
                                                  "autumn",
                                                  "spring",
                                                  "yellow",
                                                  "purple",
                                                  "magenta",
                                                  "crimson",
                                                  "turquoise",
                                                  "navy",
                                                  "silver",
                                                  "gold",
                                                  "bronze",
                                                  "ivory",
                                                  "amber",
                                                  "scarlet",
                                                  "lavender",
                                                  "rose",
                                                  "salmon",
                                                  "indigo",
                                                  "cyan",
                                                  "sky",
                                                  "skies",
                                                  "cloud",
                                                  "sun",
                                                  "moonlight",
                                                  "sunlight",
                                                  "thunder",
                                                  "tornado",
                                                  "hurricane",
                                                  "aurora",
                                                  "northern",
                                                  "lights",
                                                  "milky",
                                                  "way",
                                                  "photo",
                                                  "photograph",
                                                  "picture",
                                                  "image",
                                                  "film",
                                                  "camera",
                                                  "lens",
                                                  "wide",
                                                  "angle",
                                                  "close",
                                                  "up",
                                                  "macro",
                                                  "bokeh",
                                                  "exposure",
                                                  "long",
                                                  "high",
                                                  "low",
                                                  "quality",
                                                  "blurry",
                                                  "noise",
                                                  "watermark",
                                                  "text",
                                                  "frame",
                                                  "the",
                                                  "and",
                                                  "with",
                                                  "without",
                                                  "in",
                                                  "on",
                                                  "of",
                                                  "at",
                                                  "by",
                                                  "from",
                                                  "above",
                                                  "below",
                                                  "behind",
                                                  "under",
                                                  "near",
                                                  "far",
                                                  "through",
                                                  "between",
                                                  "very",
                                                  "red",
                                                  "blue",
                                                  "green",
                                                  "white",
                                                  "black",
                                                  "sunrise",
                                                  "storm",
                                                  "lightning",
                                                  "rain",
                                                  "fog",
                                                  "mist",
                                                  "small",
                                                  "large",
                                                  "tall",
                                                  "old",
                                                  "new",
                                                  "one",
                                                  "two",
                                                  "three",
                                                  "many",
                                                  "few",
                                                  "not",
                                                  "no"};
  return kWords;
}

}  // namespace

std::vector<std::string> vocabularyTexts(std::size_t count) {
  std::vector<std::string> texts;
  Dice dice(77);
  for (std::size_t i = 0; i < count; ++i) {
    const Scene scene = randomScene(i);
    PictureColors colors;
    for (int c = 0; c < 2; ++c) {
      colors.sky.push_back(dice.from(colorNames()));
      colors.whole.push_back(dice.from(colorNames()));
    }
    texts.push_back(describe(scene, colors, dice));
  }
  for (int repeat = 0; repeat < 5; ++repeat) {
    texts.insert(texts.end(), artistsWords().begin(), artistsWords().end());
  }
  return texts;
}

Vocabulary learnVocabulary(const std::vector<std::string>& texts, std::size_t merges) {
  const auto symbols = byteSymbols();
  std::vector<std::string> symbolOf(256);
  Vocabulary vocabulary;
  for (const auto& [byte, symbol] : symbols) {
    symbolOf[byte] = symbol;
    vocabulary.tokens.push_back(symbol);
  }
  for (const auto& [byte, symbol] : symbols) {
    vocabulary.tokens.push_back(symbol + kWordEnd);
  }
  std::map<std::string, std::size_t> counts;
  for (const std::string& text : texts) {
    for (const std::string& word : splitWords(text)) {
      ++counts[word];
    }
  }
  std::vector<std::pair<Word, std::size_t>> words;
  for (const auto& [text, count] : counts) {
    Word word;
    for (const char c : text) {
      word.push_back(symbolOf[static_cast<unsigned char>(c)]);
    }
    word.back() += kWordEnd;
    words.emplace_back(std::move(word), count);
  }
  while (vocabulary.merges.size() < merges) {
    std::map<std::pair<std::string, std::string>, std::size_t> pairs;
    for (const auto& [word, count] : words) {
      for (std::size_t i = 0; i + 1 < word.size(); ++i) {
        pairs[{word[i], word[i + 1]}] += count;
      }
    }
    if (pairs.empty()) {
      break;
    }
    const auto best = std::max_element(pairs.begin(), pairs.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    const auto [left, right] = best->first;
    for (auto& [word, count] : words) {
      mergePair(word, left, right);
    }
    vocabulary.merges.emplace_back(left, right);
    vocabulary.tokens.push_back(left + right);
  }
  vocabulary.tokens.emplace_back("<|startoftext|>");
  vocabulary.tokens.emplace_back("<|endoftext|>");
  return vocabulary;
}

Result<void> writeVocabulary(const Vocabulary& vocabulary, const std::filesystem::path& folder) {
  nlohmann::ordered_json ids;
  for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
    ids[vocabulary.tokens[id]] = id;
  }
  std::string merges = "#version: 0.2\n";
  for (const auto& [left, right] : vocabulary.merges) {
    merges += left + " " + right + "\n";
  }
  const nlohmann::ordered_json special = {{"bos_token", "<|startoftext|>"},
                                          {"eos_token", "<|endoftext|>"},
                                          {"unk_token", "<|endoftext|>"},
                                          {"pad_token", "<|endoftext|>"}};
  nlohmann::ordered_json config = {{"add_prefix_space", false},
                                   {"model_max_length", 77},
                                   {"tokenizer_class", "CLIPTokenizer"},
                                   {"do_lower_case", true}};
  config.update(special);
  PLEINAIR_TRY(writeFileAtomic(folder / "vocab.json", ids.dump() + "\n"));
  PLEINAIR_TRY(writeFileAtomic(folder / "merges.txt", merges));
  PLEINAIR_TRY(writeFileAtomic(folder / "tokenizer_config.json", config.dump(2) + "\n"));
  return writeFileAtomic(folder / "special_tokens_map.json", special.dump(2) + "\n");
}

}  // namespace pleinair::etude
