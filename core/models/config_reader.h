#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace pleinair {

/// Reads fields of a component's config.json and remembers the first thing that is wrong, so that a config is
/// read in one sweep and checked once. Missing and null fields take the default. Room-internal: everybody
/// else sees only the parsed structs.
class ConfigReader {
 public:
  static Result<ConfigReader> open(const std::filesystem::path& file);

  [[nodiscard]] bool has(const char* name) const;  ///< present and not null
  std::int64_t integer(const char* name, std::int64_t fallback);
  double number(const char* name, double fallback);
  bool flag(const char* name, bool fallback);
  std::string text(const char* name, const std::string& fallback);
  std::vector<std::int64_t> integers(const char* name, const std::vector<std::int64_t>& fallback);
  std::vector<std::string> texts(const char* name, const std::vector<std::string>& fallback);
  /// One number for all blocks, or a list with one for each of `count`.
  std::vector<std::int64_t> integerOrList(const char* name, std::size_t count, std::int64_t fallback);

  /// Refuses a model whose field is neither missing, null nor `supported`.
  void only(const char* name, const nlohmann::json& supported);
  /// Refuses sizes a layer cannot have: each must lie in [1, 65536] and be a multiple of `multipleOf`.
  void checkSize(const char* name, std::int64_t value, std::int64_t multipleOf = 1);
  void fail(ErrorCode code, const std::string& message, const char* name);

  /// The first problem met, if any.
  [[nodiscard]] Result<void> finish() const;

 private:
  [[nodiscard]] const nlohmann::json* find(const char* name) const;
  std::filesystem::path m_file;
  nlohmann::json m_json;
  std::optional<Error> m_error;
};

/// A problem in a config file, with its name and the field as context.
Error configError(ErrorCode code, const std::string& message, const std::filesystem::path& file, const char* name);

}  // namespace pleinair
