#include "core/tokenizer/clip_tokenizer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <queue>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/tokenizer/clip_text_rules.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;

/// GPT-2's printable stand-in for each byte, as UTF-8: printable Latin-1 stands for itself, the rest is moved to
/// U+0100 and up in order.
std::array<std::string, 256> byteSymbols() {
  std::array<std::string, 256> symbols;
  unsigned next = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    const unsigned point = printable ? byte : next++;
    if (point < 0x80) {
      symbols[byte] = static_cast<char>(point);
    } else {
      symbols[byte] = {static_cast<char>(0xc0 | (point >> 6)), static_cast<char>(0x80 | (point & 0x3f))};
    }
  }
  return symbols;
}

Error broken(const fs::path& file, const std::string& what) {
  return {ErrorCode::CorruptFile, "The tokenizer cannot be used: " + what, file.string(),
          "Copy the model's tokenizer folder again."};
}

Result<json> readJson(const fs::path& file) {
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxFileBytes));
  json parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object()) return broken(file, "the file is no JSON object");
  return parsed;
}

/// A special token's text: a plain string or an object with "content".
std::optional<std::string> tokenText(const json& config, const char* key) {
  const auto found = config.find(key);
  if (found == config.end()) return std::nullopt;
  if (found->is_string()) return found->get<std::string>();
  if (found->is_object() && found->contains("content")) return found->value("content", std::string());
  return std::nullopt;
}

struct PairHash {
  std::size_t operator()(std::uint64_t key) const { return std::hash<std::uint64_t>{}(key * 0x9e3779b97f4a7c15u); }
};

std::uint64_t pairKey(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32) | static_cast<std::uint32_t>(right);
}

struct Merge {
  std::int32_t rank;
  std::int32_t result;
};

}  // namespace

struct ClipTokenizer::Data {
  std::unordered_map<std::string, std::int32_t> ids;
  std::unordered_map<std::uint64_t, Merge, PairHash> merges;
  std::size_t mergeLines = 0;
  std::array<std::int32_t, 256> byteIds{}, finalByteIds{};  ///< alone, and at a word's end ("</w>")
  std::vector<std::pair<std::string, std::int32_t>> specials;
  std::int32_t beginId = 0, endId = 0, padId = 0, unknownId = 0;

  Result<void> readVocabulary(const fs::path& file);
  Result<void> readMerges(const fs::path& file);
  Result<void> readSpecials(const fs::path& folder);
  Result<void> addMerge(std::string_view line, const fs::path& file);
  void fillBytes();
  void appendWord(std::string_view word, std::vector<std::int64_t>& out) const;
  void appendPlain(std::string_view text, std::vector<std::int64_t>& out) const;
  [[nodiscard]] std::int32_t idOf(const std::string& token) const {
    const auto found = ids.find(token);
    return found == ids.end() ? unknownId : found->second;
  }
};

Result<void> ClipTokenizer::Data::readVocabulary(const fs::path& file) {
  PLEINAIR_ASSIGN(const json vocabulary, readJson(file));
  for (const auto& [token, id] : vocabulary.items()) {
    if (!id.is_number_unsigned() || id.get<std::uint64_t>() > std::numeric_limits<std::int32_t>::max()) {
      return broken(file, "\"" + token + "\" has no valid id");
    }
    ids.emplace(token, id.get<std::int32_t>());
  }
  if (ids.empty()) return broken(file, "the vocabulary is empty");
  return {};
}

Result<void> ClipTokenizer::Data::addMerge(std::string_view line, const fs::path& file) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return broken(file, "a line is no pair: \"" + std::string(line) + "\"");
  const std::string left(line.substr(0, space)), right(line.substr(space + 1));
  const auto leftId = ids.find(left), rightId = ids.find(right), joined = ids.find(left + right);
  if (leftId == ids.end() || rightId == ids.end() || joined == ids.end()) {
    return broken(file, "\"" + std::string(line) + "\" is not in the vocabulary");
  }
  const auto rank = static_cast<std::int32_t>(mergeLines++);
  merges.emplace(pairKey(leftId->second, rightId->second), Merge{rank, joined->second});
  return {};
}

void ClipTokenizer::Data::fillBytes() {
  const auto symbols = byteSymbols();
  for (std::size_t byte = 0; byte < 256; ++byte) {
    byteIds[byte] = idOf(symbols[byte]);
    finalByteIds[byte] = idOf(symbols[byte] + "</w>");
  }
}

Result<void> ClipTokenizer::Data::readMerges(const fs::path& file) {
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxFileBytes));
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t end = text.find('\n', at);
    if (end == std::string::npos) end = text.size();
    std::string_view line(text.data() + at, end - at);
    at = end + 1;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.starts_with("#version")) continue;
    PLEINAIR_TRY(addMerge(line, file));
  }
  return {};
}

Result<void> ClipTokenizer::Data::readSpecials(const fs::path& folder) {
  std::string begin = "<|startoftext|>", end = "<|endoftext|>";
  std::optional<std::string> pad, unknown;
  // special_tokens_map.json has the last word (SD 2.x pads with "!" only there), unless the config lists its tokens
  // by id, as newer files do.
  bool listsTokens = false;
  for (const char* name : {"tokenizer_config.json", "special_tokens_map.json"}) {
    std::error_code ignored;
    if (listsTokens || !fs::exists(folder / name, ignored)) continue;
    PLEINAIR_ASSIGN(const json config, readJson(folder / name));
    listsTokens = config.contains("added_tokens_decoder");
    begin = tokenText(config, "bos_token").value_or(begin);
    end = tokenText(config, "eos_token").value_or(end);
    if (auto text = tokenText(config, "pad_token")) pad = text;
    if (auto text = tokenText(config, "unk_token")) unknown = text;
  }
  for (const auto& [token, target] : {std::pair{begin, &beginId}, {end, &endId}}) {
    const auto found = ids.find(token);
    if (found == ids.end()) return broken(folder / "vocab.json", "\"" + token + "\" is missing");
    *target = found->second;
    specials.emplace_back(token, found->second);
  }
  unknownId = endId;
  unknownId = idOf(unknown.value_or(end));
  padId = idOf(pad.value_or(end));
  // Whatever pads or stands for the unknown is one token wherever it is written, even where that is "!" (SD 2.x).
  for (const std::optional<std::string>& token : {pad, unknown}) {
    if (token && !token->empty() && *token != begin && *token != end && ids.contains(*token)) {
      specials.emplace_back(*token, idOf(*token));
    }
  }
  fillBytes();
  return {};
}

void ClipTokenizer::Data::appendWord(std::string_view word, std::vector<std::int64_t>& out) const {
  constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  struct Part {
    std::int32_t id;
    std::size_t before, after;
    bool gone = false;
  };
  std::vector<Part> parts;
  parts.reserve(word.size());
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto byte = static_cast<unsigned char>(word[i]);
    const bool last = i + 1 == word.size();
    parts.push_back({last ? finalByteIds[byte] : byteIds[byte], i == 0 ? kNone : i - 1, last ? kNone : i + 1});
  }
  // The best merge first, the leftmost of equals; candidates that other merges overtook are dropped as they come up.
  // A caption without spaces can be a megabyte long, so the whole word is never searched again for each merge.
  using Candidate = std::tuple<std::int32_t, std::size_t, std::int32_t>;  // rank, left part, result
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> candidates;
  const auto consider = [&](std::size_t left) {
    if (left == kNone || parts[left].after == kNone) return;
    const auto found = merges.find(pairKey(parts[left].id, parts[parts[left].after].id));
    if (found != merges.end()) candidates.emplace(found->second.rank, left, found->second.result);
  };
  for (std::size_t i = 0; i < parts.size(); ++i) consider(i);
  while (!candidates.empty()) {
    const auto [rank, left, joined] = candidates.top();
    candidates.pop();
    Part& part = parts[left];
    if (part.gone || part.after == kNone) continue;
    Part& next = parts[part.after];
    const auto found = merges.find(pairKey(part.id, next.id));
    if (found == merges.end() || found->second.rank != rank) continue;
    next.gone = true;
    part.id = joined;
    part.after = next.after;
    if (next.after != kNone) parts[next.after].before = left;
    consider(part.before);
    consider(left);
  }
  for (const Part& part : parts) {
    if (!part.gone) out.push_back(part.id);
  }
}

void ClipTokenizer::Data::appendPlain(std::string_view text, std::vector<std::int64_t>& out) const {
  for (const std::string& word : splitForClip(normalizeForClip(text))) appendWord(word, out);
}

ClipTokenizer::ClipTokenizer(std::unique_ptr<const Data> data) : m_data(std::move(data)) {}
ClipTokenizer::ClipTokenizer(ClipTokenizer&&) noexcept = default;
ClipTokenizer& ClipTokenizer::operator=(ClipTokenizer&&) noexcept = default;
ClipTokenizer::~ClipTokenizer() = default;

Result<ClipTokenizer> ClipTokenizer::load(const fs::path& folder) {
  auto data = std::make_unique<Data>();
  PLEINAIR_TRY(data->readVocabulary(folder / "vocab.json"));
  PLEINAIR_TRY(data->readMerges(folder / "merges.txt"));
  PLEINAIR_TRY(data->readSpecials(folder));
  return ClipTokenizer(std::move(data));
}

Result<ClipTokenizer> ClipTokenizer::fromMerges(const std::vector<std::string>& merges, bool padsWithZero) {
  constexpr const char* kBegin = "<|startoftext|>";
  constexpr const char* kEnd = "<|endoftext|>";
  auto data = std::make_unique<Data>();
  std::int32_t next = 0;
  // CLIP numbers printable bytes first, then the rest, each in order: the order of their stand-ins.
  std::array<std::string, 256> symbols = byteSymbols();
  std::ranges::sort(symbols);
  for (const std::string& symbol : symbols) data->ids.emplace(symbol, next++);
  for (const std::string& symbol : symbols) data->ids.emplace(symbol + "</w>", next++);
  for (const std::string& line : merges) {
    std::string joined = line;
    std::erase(joined, ' ');
    data->ids.emplace(std::move(joined), next++);
  }
  for (const char* special : {kBegin, kEnd}) {
    data->specials.emplace_back(special, next);
    data->ids.emplace(special, next++);
  }
  data->beginId = next - 2;
  data->endId = data->unknownId = next - 1;
  data->padId = padsWithZero ? 0 : data->endId;
  if (padsWithZero) data->specials.emplace_back("!", 0);  // whatever pads is one token wherever it is written
  for (const std::string& line : merges) PLEINAIR_TRY(data->addMerge(line, "CLIP's merges"));
  data->fillBytes();
  return ClipTokenizer(std::move(data));
}

std::vector<std::int64_t> ClipTokenizer::encode(std::string_view text) const {
  std::vector<std::int64_t> out;
  // Special tokens written out in a prompt are found before any clean-up, leftmost first.
  while (!text.empty()) {
    std::size_t at = std::string_view::npos;
    const std::pair<std::string, std::int32_t>* found = nullptr;
    for (const auto& special : m_data->specials) {
      if (const auto where = text.find(special.first); where < at) {
        at = where;
        found = &special;
      }
    }
    m_data->appendPlain(text.substr(0, at), out);
    if (found == nullptr) break;
    out.push_back(found->second);
    text.remove_prefix(at + found->first.size());
  }
  return out;
}

std::vector<std::int64_t> ClipTokenizer::encodePadded(std::string_view text, std::size_t length) const {
  std::vector<std::int64_t> ids = encode(text);
  ids.resize(std::min(ids.size(), length - 2));
  ids.insert(ids.begin(), m_data->beginId);
  ids.push_back(m_data->endId);
  ids.resize(length, m_data->padId);
  return ids;
}

std::int64_t ClipTokenizer::beginId() const { return m_data->beginId; }
std::int64_t ClipTokenizer::endId() const { return m_data->endId; }
std::int64_t ClipTokenizer::padId() const { return m_data->padId; }
std::size_t ClipTokenizer::vocabularySize() const { return m_data->ids.size(); }

}  // namespace pleinair
