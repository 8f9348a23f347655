#pragma once

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

/// Reading and writing of YAML maps for yaml_codec.cpp. A struct's fields are listed once, in a function that takes
/// a Reader or a Writer, so that what is written is what is read.
namespace pleinair::yaml {

/// What a number may be; anything else is BadConfig.
struct Range {
  double lowest = -1e300, highest = 1e300;
  int multipleOf = 1;
};

/// A file's top-level map, or the error with line and column. A missing file is NotFound, an empty one an empty map.
Result<YAML::Node> loadMap(const std::filesystem::path& file);
/// The same for a save: a missing file is an empty map.
Result<YAML::Node> loadMapForSave(const std::filesystem::path& file);
/// The document as text; quoted scalars stay quoted.
Result<std::string> emitted(const YAML::Node& node);

std::string pathToText(const std::filesystem::path& path);
std::filesystem::path pathFromText(const std::string& text);

/// Where a node stands, "file:line:column", counted from 1.
std::string whereIs(const YAML::Node& node, const std::filesystem::path& file);

/// Fills fields from a map. The first wrong value is kept as the error and everything after it is left alone.
class Reader {
 public:
  static constexpr bool kReads = true;
  Reader(YAML::Node map, const std::filesystem::path& file, std::optional<Error>& error)
      : m_map(std::move(map)), m_file(file), m_error(error) {}

  template <typename Number>
  void number(const char* key, Number& value, Range range = {});
  void text(const char* key, std::string& value);
  void path(const char* key, std::filesystem::path& value);
  void flag(const char* key, bool& value);
  void texts(const char* key, std::vector<std::string>& values);
  template <typename Enum, std::size_t kCount>
  void choice(const char* key, Enum& value, const std::pair<const char*, Enum> (&names)[kCount]);
  template <typename Fields>
  void map(const char* key, Fields fields);
  /// Calls `element(Reader&, index)` for each map of a list.
  template <typename Element>
  void list(const char* key, Element element);

  void fail(const YAML::Node& node, const std::string& sentence);
  [[nodiscard]] bool failed() const { return m_error.has_value(); }

 private:
  [[nodiscard]] std::optional<YAML::Node> scalar(const char* key, const char* kind);
  [[nodiscard]] std::optional<YAML::Node> find(const char* key);
  YAML::Node m_map;
  const std::filesystem::path& m_file;
  std::optional<Error>& m_error;
};

/// Writes fields over a map, leaving its other keys where they are.
class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(YAML::Node map) : m_map(std::move(map)) {}

  template <typename Number>
  void number(const char* key, const Number& value, Range = {}) {
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    m_map[key] = YAML::Node(std::string(buffer, end));
  }
  void text(const char* key, const std::string& value) { m_map[key] = textNode(value); }
  void path(const char* key, const std::filesystem::path& value) { text(key, pathToText(value)); }
  void flag(const char* key, bool value) { m_map[key] = YAML::Node(std::string(value ? "true" : "false")); }
  void texts(const char* key, const std::vector<std::string>& values);
  template <typename Enum, std::size_t kCount>
  void choice(const char* key, Enum value, const std::pair<const char*, Enum> (&names)[kCount]) {
    for (const auto& [name, candidate] : names) {
      if (candidate == value) m_map[key] = YAML::Node(std::string(name));
    }
  }
  template <typename Fields>
  void map(const char* key, Fields fields) {
    if (!m_map[key].IsMap()) m_map[key] = YAML::Node(YAML::NodeType::Map);
    Writer inner(m_map[key]);
    fields(inner);
  }
  [[nodiscard]] YAML::Node& node() { return m_map; }

 private:
  static YAML::Node textNode(const std::string& value);
  YAML::Node m_map;
};

template <typename Number>
void Reader::number(const char* key, Number& value, Range range) {
  const auto node = scalar(key, std::is_integral_v<Number> ? "a whole number" : "a number");
  if (!node) return;
  const std::string text = node->Scalar();
  Number parsed{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  const std::string quoted = "\"" + std::string(key) + "\"";
  const auto say = [](double limit) {
    char buffer[64];
    return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, limit).ptr);
  };
  const auto real = static_cast<double>(parsed);
  if (problem == std::errc::result_out_of_range) {
    fail(*node, quoted + " is " + text + ", which is too large");
  } else if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(real) ||
             node->Tag() == "!") {
    fail(*node, quoted + " must be " + (std::is_integral_v<Number> ? "a whole number" : "a number") + ", not \"" +
                    text + "\"");
  } else if (real < range.lowest || real > range.highest) {
    const bool open = range.highest >= 1e300;
    fail(*node,
         quoted + " is " + text + "; it must be " +
             (open ? "at least " + say(range.lowest) : "from " + say(range.lowest) + " to " + say(range.highest)));
  } else if (range.multipleOf > 1 && std::fmod(real, range.multipleOf) != 0) {
    fail(*node, quoted + " is " + text + "; it must be a multiple of " + std::to_string(range.multipleOf));
  } else {
    value = parsed;
  }
}

template <typename Enum, std::size_t kCount>
void Reader::choice(const char* key, Enum& value, const std::pair<const char*, Enum> (&names)[kCount]) {
  const auto node = scalar(key, "a word");
  if (!node) return;
  std::string known;
  for (const auto& [name, candidate] : names) {
    if (node->Scalar() == name) {
      value = candidate;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  fail(*node, "\"" + std::string(key) + "\" is \"" + node->Scalar() + "\"; it must be one of: " + known);
}

template <typename Fields>
void Reader::map(const char* key, Fields fields) {
  const auto node = find(key);
  if (!node) return;
  if (!node->IsMap()) return fail(*node, "\"" + std::string(key) + "\" must be a map of settings");
  Reader inner(*node, m_file, m_error);
  fields(inner);
}

template <typename Element>
void Reader::list(const char* key, Element element) {
  const auto node = find(key);
  if (!node) return;
  if (!node->IsSequence()) return fail(*node, "\"" + std::string(key) + "\" must be a list");
  for (const YAML::Node& item : *node) {
    if (!item.IsMap()) return fail(item, "Each entry of \"" + std::string(key) + "\" must be a map");
    Reader inner(item, m_file, m_error);
    element(inner);
    if (failed()) return;
  }
}

}  // namespace pleinair::yaml
