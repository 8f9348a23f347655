#include "core/weights/json_scanner.h"

#include <cstring>

#include "core/base/utf8.h"

namespace pleinair {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101;
constexpr std::uint64_t kHighs = 0x8080808080808080;

/// Marks the bytes of `word` that equal `byte` (and, above a mark, perhaps others): zero when there is none.
constexpr std::uint64_t equalTo(std::uint64_t word, unsigned char byte) {
  const std::uint64_t differences = word ^ (kOnes * byte);
  return (differences - kOnes) & ~differences & kHighs;
}

/// Zero when all eight bytes are plain text of a JSON string: ASCII, no quote, no backslash, no control character.
constexpr std::uint64_t special(std::uint64_t word) {
  return (word & kHighs) | equalTo(word, '"') | equalTo(word, '\\') | ((word - kOnes * 0x20) & ~word & kHighs);
}

bool isSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

unsigned hexValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

bool isHex(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f'); }

unsigned hexUnit(std::string_view digits) {
  unsigned unit = 0;
  for (const char c : digits.substr(0, 4)) unit = unit * 16 + hexValue(c);
  return unit;
}

}  // namespace

std::string RawString::value() const {
  if (!escaped) return std::string(text);
  std::string plain;
  plain.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      plain += text[i];
      continue;
    }
    const char kind = text[++i];
    constexpr std::string_view kNames = "bfnrt", kValues = "\b\f\n\r\t";
    if (kind == 'u') {
      char32_t point = hexUnit(text.substr(i + 1));
      i += 4;
      if (point >= 0xD800 && point < 0xDC00) {  // the scanner saw to it that the other half follows
        point = 0x10000 + ((point - 0xD800) << 10) + (hexUnit(text.substr(i + 3)) - 0xDC00);
        i += 6;
      }
      utf8::append(plain, point);
    } else {
      const auto named = kNames.find(kind);
      plain += named == std::string_view::npos ? kind : kValues[named];
    }
  }
  return plain;
}

void JsonScanner::skipSpace() {
  constexpr std::uint64_t kSpaces = kOnes * static_cast<unsigned char>(' ');
  std::uint64_t word = 0;
  while (m_position + sizeof word <= m_text.size()) {
    std::memcpy(&word, m_text.data() + m_position, sizeof word);
    if (word != kSpaces) break;
    m_position += sizeof word;
  }
  while (!done() && isSpace(m_text[m_position])) ++m_position;
}

bool JsonScanner::take(char wanted) {
  skipSpace();
  if (done() || m_text[m_position] != wanted) return false;
  ++m_position;
  return true;
}

bool JsonScanner::atEnd() {
  skipSpace();
  return done();
}

std::optional<std::uint64_t> JsonScanner::number() {
  skipSpace();
  const std::size_t begin = m_position;
  std::uint64_t value = 0;
  while (!done() && m_text[m_position] >= '0' && m_text[m_position] <= '9') {
    const auto digit = static_cast<std::uint64_t>(m_text[m_position] - '0');
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, digit, &value))
      return std::nullopt;
    ++m_position;
    if (m_text[begin] == '0' && m_position > begin + 1) return std::nullopt;
  }
  if (m_position == begin) return std::nullopt;
  if (!done() && (m_text[m_position] == '.' || (m_text[m_position] | 0x20) == 'e')) return std::nullopt;
  return value;
}

std::optional<RawString> JsonScanner::string() {
  if (!take('"')) return std::nullopt;
  const std::size_t begin = m_position;
  RawString result;
  std::uint64_t word = 0;
  while (!done()) {
    while (m_position + sizeof word <= m_text.size()) {
      std::memcpy(&word, m_text.data() + m_position, sizeof word);
      if (special(word) != 0) break;
      m_position += sizeof word;
    }
    if (done()) break;
    const auto c = static_cast<unsigned char>(m_text[m_position]);
    if (c == '"') {
      result.text = m_text.substr(begin, m_position - begin);
      ++m_position;
      return result;
    }
    if (c < 0x20) return std::nullopt;
    if (c == '\\') {
      result.escaped = true;
      if (!escape()) return std::nullopt;
    } else if (c >= 0x80) {
      std::string_view rest = m_text.substr(m_position);
      const std::size_t before = rest.size();
      if (!utf8::next(rest)) return std::nullopt;
      m_position += before - rest.size();
    } else {
      ++m_position;
    }
  }
  return std::nullopt;
}

bool JsonScanner::escape() {
  if (m_position + 1 >= m_text.size()) return false;
  const char kind = m_text[m_position + 1];
  m_position += 2;
  if (kind != 'u') return std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos;
  unsigned unit = 0, second = 0;
  if (!hexadecimal(unit)) return false;
  if (unit < 0xD800 || unit > 0xDFFF) return true;
  if (unit > 0xDBFF || m_text.substr(m_position, 2) != "\\u") return false;
  m_position += 2;
  return hexadecimal(second) && second >= 0xDC00 && second <= 0xDFFF;
}

bool JsonScanner::hexadecimal(unsigned& value) {
  if (m_position + 4 > m_text.size()) return false;
  const std::string_view digits = m_text.substr(m_position, 4);
  for (const char c : digits) {
    if (!isHex(c)) return false;
  }
  value = hexUnit(digits);
  m_position += 4;
  return true;
}

}  // namespace pleinair
