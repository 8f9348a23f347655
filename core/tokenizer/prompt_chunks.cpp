#include "core/tokenizer/prompt_chunks.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace pleinair {
namespace {

constexpr double kRound = 1.1, kSquare = 1 / 1.1;
/// Brackets multiply: some thousands of them would leave the range of float32, and infinity times 0 is no number.
constexpr double kLargestWeight = 1000;
constexpr std::string_view kBreak = "BREAK";

bool isSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

class Parser {
 public:
  explicit Parser(std::string_view prompt) : m_rest(prompt) {}

  std::vector<WeightedText> run() {
    while (!m_rest.empty()) one();
    flush();
    for (const std::size_t begin : m_round) multiply(begin, kRound);
    for (const std::size_t begin : m_square) multiply(begin, kSquare);
    if (m_pieces.empty()) m_pieces.push_back({});
    return joined();
  }

 private:
  void one() {
    const char c = m_rest.front();
    if (c == '\\' && m_rest.size() > 1 && std::string_view("()[]\\").find(m_rest[1]) != std::string_view::npos) {
      m_text += m_rest[1];
      m_rest.remove_prefix(2);
      return;
    }
    if (c == '(' || c == '[') {
      flush();
      (c == '(' ? m_round : m_square).push_back(m_pieces.size());
    } else if (c == ':' && !m_round.empty() && closeWithWeight()) {
      return;
    } else if ((c == ')' && !m_round.empty()) || (c == ']' && !m_square.empty())) {
      close(c == ')' ? m_round : m_square, c == ')' ? kRound : kSquare);
    } else {
      m_text += c;
    }
    m_rest.remove_prefix(1);
  }

  /// ":1.3)", with spaces where people put them.
  bool closeWithWeight() {
    const std::size_t end = m_rest.find(')');
    if (end == std::string_view::npos) return false;
    std::string_view number = trimmed(m_rest.substr(1, end - 1));
    if (!number.empty() && number.front() == '+') number.remove_prefix(1);
    double weight = 0;
    const auto read = std::from_chars(number.data(), number.data() + number.size(), weight);
    if (number.empty() || read.ec != std::errc{} || read.ptr != number.data() + number.size()) return false;
    if (!std::isfinite(weight)) return false;
    close(m_round, weight);
    m_rest.remove_prefix(end + 1);
    return true;
  }

  void close(std::vector<std::size_t>& open, double weight) {
    flush();
    multiply(open.back(), weight);
    open.pop_back();
  }

  void multiply(std::size_t begin, double weight) {
    for (std::size_t i = begin; i < m_pieces.size(); ++i) {
      m_pieces[i].weight = std::clamp(m_pieces[i].weight * weight, -kLargestWeight, kLargestWeight);
    }
  }

  /// The text so far becomes pieces, cut at each BREAK that is a word of its own.
  void flush() {
    std::string_view text = m_text;
    std::size_t from = 0;
    for (std::size_t at = text.find(kBreak); at != std::string_view::npos; at = text.find(kBreak, at + 1)) {
      const bool begins = at == 0 || isSpace(text[at - 1]);
      const bool ends = at + kBreak.size() == text.size() || isSpace(text[at + kBreak.size()]);
      if (!begins || !ends) continue;
      push(trimmed(text.substr(from, at - from)));
      m_breaks = true;
      from = at + kBreak.size();
    }
    push(from == 0 ? text : trimmed(text.substr(from)));
    m_text.clear();
  }

  void push(std::string_view text) {
    if (text.empty() && !m_breaks) return;
    m_pieces.push_back({std::string(text), 1.0, m_breaks});
    m_breaks = false;
  }

  /// Neighbours of one weight are one text again, so that words are not cut where a bracket changed nothing.
  [[nodiscard]] std::vector<WeightedText> joined() const {
    std::vector<WeightedText> result;
    for (const WeightedText& piece : m_pieces) {
      if (!result.empty() && !piece.startsChunk && result.back().weight == piece.weight) {
        result.back().text += piece.text;
      } else {
        result.push_back(piece);
      }
    }
    return result;
  }

  std::string_view m_rest;
  std::string m_text;
  bool m_breaks = false;
  std::vector<WeightedText> m_pieces;
  std::vector<std::size_t> m_round, m_square;  ///< where each open bracket began
};

/// Collects tokens and closes a chunk when it is full or told to.
class Chunks {
 public:
  explicit Chunks(const ClipTokenizer& tokenizer) : m_tokenizer(tokenizer) {}

  void add(std::int64_t id, float weight) {
    if (m_ids.size() == ClipTokenizer::kContextLength - 2) close();
    m_ids.push_back(id);
    m_weights.push_back(weight);
  }

  void close() {
    constexpr std::size_t kLength = ClipTokenizer::kContextLength;
    PromptChunk chunk;
    chunk.ids.push_back(m_tokenizer.beginId());
    chunk.ids.insert(chunk.ids.end(), m_ids.begin(), m_ids.end());
    chunk.ids.push_back(m_tokenizer.endId());
    chunk.ids.resize(kLength, m_tokenizer.padId());
    chunk.weights.assign(kLength, 1.0F);
    std::ranges::copy(m_weights, chunk.weights.begin() + 1);
    m_chunks.push_back(std::move(chunk));
    m_ids.clear();
    m_weights.clear();
  }

  std::vector<PromptChunk> take() {
    if (!m_ids.empty() || m_chunks.empty()) close();
    return std::move(m_chunks);
  }

 private:
  const ClipTokenizer& m_tokenizer;
  std::vector<std::int64_t> m_ids;
  std::vector<float> m_weights;
  std::vector<PromptChunk> m_chunks;
};

}  // namespace

std::vector<WeightedText> parsePromptWeights(std::string_view prompt) { return Parser(prompt).run(); }

bool PromptChunk::weighted() const {
  return std::ranges::any_of(weights, [](float weight) { return weight != 1.0F; });
}

std::vector<PromptChunk> chunkPrompt(const ClipTokenizer& tokenizer, std::string_view prompt) {
  Chunks chunks(tokenizer);
  for (const WeightedText& piece : parsePromptWeights(prompt)) {
    if (piece.startsChunk) chunks.close();
    for (const std::int64_t id : tokenizer.encode(piece.text)) chunks.add(id, static_cast<float>(piece.weight));
  }
  return chunks.take();
}

}  // namespace pleinair
