#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pleinair {

/// A string of a JSON text as it stands there, checked but not yet copied.
struct RawString {
  std::string_view text;  ///< between the quotes
  bool escaped = false;   ///< holds backslashes

  /// The string's value. Only for strings that JsonScanner let through.
  [[nodiscard]] std::string value() const;
};

/// Steps through strict JSON (RFC 8259) without building anything: what a reader of hostile headers needs. Each read
/// skips white space before it and returns nothing or false where something else stands. Never allocates.
class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) : m_text(text) {}

  /// Takes this character if it comes next.
  bool take(char wanted);
  /// A whole string: valid UTF-8, no control characters, no lone surrogates among its escapes.
  std::optional<RawString> string();
  /// A whole number of at most 64 bits, without sign, fraction, exponent or leading zeros.
  std::optional<std::uint64_t> number();
  /// Whether only white space is left.
  bool atEnd();
  /// How many bytes were read.
  [[nodiscard]] std::size_t position() const { return m_position; }

 private:
  void skipSpace();
  [[nodiscard]] bool done() const { return m_position >= m_text.size(); }
  bool escape();
  bool hexadecimal(unsigned& value);

  std::string_view m_text;
  std::size_t m_position = 0;
};

}  // namespace pleinair
