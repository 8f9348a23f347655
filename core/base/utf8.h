#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pleinair::utf8 {

/// Takes the first code point off `text` (RFC 3629: no overlong forms, no surrogates). Nothing, and `text` unchanged,
/// when it does not begin with one.
std::optional<char32_t> next(std::string_view& text);

bool isValid(std::string_view text);

void append(std::string& text, char32_t codePoint);

/// The text with every byte that is not UTF-8 written as `%XX`; valid text comes back unchanged.
std::string percentEscaped(std::string_view bytes);

/// The text with every byte that is not UTF-8 replaced by U+FFFD.
std::string repaired(std::string_view bytes);

/// Whether there are letters of another script than Latin: to a text encoder that was taught English they say little.
bool hasForeignLetters(std::string_view text);

}  // namespace pleinair::utf8
