#include "core/base/utf8.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

namespace pleinair::utf8 {
namespace {

template <typename OnBad>
std::string mapped(std::string_view bytes, OnBad onBad) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::string_view before = bytes;
    if (next(bytes)) {
      text.append(before.substr(0, before.size() - bytes.size()));
    } else {
      onBad(text, static_cast<unsigned char>(bytes.front()));
      bytes.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace

std::optional<char32_t> next(std::string_view& text) {
  if (text.empty()) return std::nullopt;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || text.size() < length) return std::nullopt;
  char32_t point = length == 1 ? first : first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return std::nullopt;
    point = (point << 6) | (byte(i) & 0x3Fu);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (overlong || (point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF) return std::nullopt;
  text.remove_prefix(length);
  return point;
}

bool isValid(std::string_view text) {
  while (!text.empty()) {
    if (!next(text)) return false;
  }
  return true;
}

void append(std::string& text, char32_t point) {
  const auto put = [&](char32_t value) { text.push_back(static_cast<char>(static_cast<unsigned char>(value))); };
  if (point < 0x80) {
    put(point);
  } else if (point < 0x800) {
    put(0xC0 | (point >> 6));
    put(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    put(0xE0 | (point >> 12));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  } else {
    put(0xF0 | (point >> 18));
    put(0x80 | ((point >> 12) & 0x3F));
    put(0x80 | ((point >> 6) & 0x3F));
    put(0x80 | (point & 0x3F));
  }
}

std::string percentEscaped(std::string_view bytes) {
  return mapped(bytes, [](std::string& text, unsigned char bad) {
    constexpr const char* kDigits = "0123456789ABCDEF";
    text += {'%', kDigits[bad >> 4], kDigits[bad & 15]};
  });
}

std::string repaired(std::string_view bytes) {
  return mapped(bytes, [](std::string& text, unsigned char) { text += "\xEF\xBF\xBD"; });
}

bool hasForeignLetters(std::string_view text) {
  while (!text.empty()) {
    const std::optional<char32_t> letter = next(text);
    if (!letter) {  // a broken byte is no letter
      text.remove_prefix(1);
      continue;
    }
    const auto c = static_cast<UChar32>(*letter);
    UErrorCode status = U_ZERO_ERROR;
    const UScriptCode script = uscript_getScript(c, &status);
    const bool english = script == USCRIPT_LATIN || script == USCRIPT_COMMON || script == USCRIPT_INHERITED;
    if (u_isalpha(c) && !english) return true;
  }
  return false;
}

}  // namespace pleinair::utf8
