#include <algorithm>

#include "core/base/utf8.h"
#include "core/dataset/photos.h"

namespace pleinair {
namespace {

using std::string_view_literals::operator""sv;
constexpr std::string_view kSpace = " \t\r\n\f\v";

std::string fromUtf16(std::string_view bytes, bool bigEndian) {
  std::string text;
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<char32_t>(bigEndian ? first << 8 | second : second << 8 | first);
  };
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    char32_t point = unit(i);
    if (point >= 0xD800 && point < 0xDC00 && i + 3 < bytes.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
      point = 0x10000 + ((point - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    } else if (point >= 0xD800 && point < 0xE000) {
      point = 0xFFFD;
    }
    utf8::append(text, point);
  }
  return text;
}

std::string toUtf8(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF"sv)) return utf8::repaired(bytes.substr(3));
  if (bytes.starts_with("\xFF\xFE"sv)) return fromUtf16(bytes.substr(2), false);
  if (bytes.starts_with("\xFE\xFF"sv)) return fromUtf16(bytes.substr(2), true);
  if (bytes.find('\0') != std::string_view::npos && bytes.size() % 2 == 0) {
    // UTF-16 without its mark: spaces and Latin letters have their zero in the high byte.
    std::size_t zeros[2] = {0, 0};
    for (std::size_t i = 0; i < bytes.size(); ++i) zeros[i % 2] += bytes[i] == '\0';
    return fromUtf16(bytes, zeros[0] > zeros[1]);
  }
  if (utf8::isValid(bytes)) return std::string(bytes);
  std::string text;
  for (const char byte : bytes) utf8::append(text, static_cast<unsigned char>(byte));
  return text;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Drops the comma after an empty placeholder, or else the one before it, with the space around.
void closeGap(std::string& out, std::string_view& rest) {
  const std::string_view after = rest.substr(std::min(rest.size(), rest.find_first_not_of(kSpace)));
  if (after.starts_with(',')) {
    rest = after.substr(std::min(after.size(), after.find_first_not_of(kSpace, 1)));
    return;
  }
  const std::size_t last = out.find_last_not_of(kSpace);
  if (last != std::string::npos && out[last] == ',') {
    out.resize(last);
  } else if (out.empty() || kSpace.find(out.back()) != std::string_view::npos) {
    rest = after;
  }
}

}  // namespace

std::string decodeCaptionBytes(const std::string& bytes) {
  const std::string text = toUtf8(bytes);
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0') continue;
    if (text[i] == '\r') {
      if (i + 1 < text.size() && text[i + 1] == '\n') continue;
      result.push_back('\n');
    } else {
      result.push_back(text[i]);
    }
  }
  return std::string(trimmed(result));
}

std::string applyCaptionTemplate(const std::string& pattern, const std::string& trigger, const std::string& caption) {
  std::string out;
  std::string_view rest = pattern;
  while (!rest.empty()) {
    const bool isTrigger = rest.starts_with("{trigger}"), isCaption = rest.starts_with("{caption}");
    if (!isTrigger && !isCaption) {
      out.push_back(rest.front());
      rest.remove_prefix(1);
      continue;
    }
    rest.remove_prefix("{trigger}"sv.size());
    const std::string_view value = trimmed(isTrigger ? trigger : caption);
    if (value.empty()) {
      closeGap(out, rest);
    } else {
      out.append(value);
    }
  }
  return std::string(trimmed(out));
}

}  // namespace pleinair
