#include "core/models/config_reader.h"

#include "core/base/atomic_file.h"

namespace pleinair {
namespace {

constexpr std::size_t kMaxConfigBytes = std::size_t{4} << 20;
constexpr std::int64_t kMaxSize = 65536;

/// Line and column of a byte, both from one.
std::string place(const std::string& text, std::size_t byte) {
  std::size_t line = 1, column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else {
      ++column;
    }
  }
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

Error configError(ErrorCode code, const std::string& message, const std::filesystem::path& file, const char* name) {
  return {code, message, file.string() + ": " + name, "Use a model saved by diffusers, with its own config files."};
}

Result<ConfigReader> ConfigReader::open(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxConfigBytes));
  ConfigReader reader;
  reader.m_file = file;
  try {
    reader.m_json = nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    return Error{ErrorCode::BadConfig, "The settings file is not valid JSON",
                 file.string() + ", " + place(text, error.byte), "Download the model again."};
  }
  if (!reader.m_json.is_object()) {
    return Error{ErrorCode::BadConfig, "The settings file holds no settings", file.string(),
                 "Download the model again."};
  }
  return reader;
}

const nlohmann::json* ConfigReader::find(const char* name) const {
  const auto found = m_json.find(name);
  return found == m_json.end() || found->is_null() ? nullptr : &*found;
}

bool ConfigReader::has(const char* name) const { return find(name) != nullptr; }

void ConfigReader::fail(ErrorCode code, const std::string& message, const char* name) {
  if (!m_error) m_error = configError(code, message, m_file, name);
}

std::int64_t ConfigReader::integer(const char* name, std::int64_t fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_number_integer()) return value->get<std::int64_t>();
  fail(ErrorCode::BadConfig, "A whole number is expected here", name);
  return fallback;
}

double ConfigReader::number(const char* name, double fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_number()) return value->get<double>();
  fail(ErrorCode::BadConfig, "A number is expected here", name);
  return fallback;
}

bool ConfigReader::flag(const char* name, bool fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_boolean()) return value->get<bool>();
  fail(ErrorCode::BadConfig, "true or false is expected here", name);
  return fallback;
}

std::string ConfigReader::text(const char* name, const std::string& fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return fallback;
  if (value->is_string()) return value->get<std::string>();
  fail(ErrorCode::BadConfig, "Text is expected here", name);
  return fallback;
}

std::vector<std::int64_t> ConfigReader::integers(const char* name, const std::vector<std::int64_t>& fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return fallback;
  std::vector<std::int64_t> list;
  if (value->is_array()) {
    for (const auto& item : *value) {
      if (item.is_number_integer()) list.push_back(item.get<std::int64_t>());
    }
    if (list.size() == value->size() && !list.empty() && list.size() <= 64) return list;
  }
  fail(ErrorCode::BadConfig, "A list of whole numbers is expected here", name);
  return fallback;
}

std::vector<std::string> ConfigReader::texts(const char* name, const std::vector<std::string>& fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr) return fallback;
  std::vector<std::string> list;
  if (value->is_array()) {
    for (const auto& item : *value) {
      if (item.is_string()) list.push_back(item.get<std::string>());
    }
    if (list.size() == value->size()) return list;
  }
  fail(ErrorCode::BadConfig, "A list of names is expected here", name);
  return fallback;
}

std::vector<std::int64_t> ConfigReader::integerOrList(const char* name, std::size_t count, std::int64_t fallback) {
  const nlohmann::json* value = find(name);
  if (value == nullptr || value->is_number()) return std::vector<std::int64_t>(count, integer(name, fallback));
  const std::vector<std::int64_t> list = integers(name, std::vector<std::int64_t>(count, fallback));
  if (list.size() == count) return list;
  fail(ErrorCode::BadConfig, "The list must have one number for each block", name);
  return std::vector<std::int64_t>(count, fallback);
}

void ConfigReader::only(const char* name, const nlohmann::json& supported) {
  const nlohmann::json* value = find(name);
  if (value == nullptr || *value == supported) return;
  fail(ErrorCode::UnsupportedModel,
       "This kind of model cannot be run: " + std::string(name) + " is " + value->dump().substr(0, 60), name);
}

void ConfigReader::checkSize(const char* name, std::int64_t value, std::int64_t multipleOf) {
  if (value < 1 || value > kMaxSize) {
    fail(ErrorCode::BadConfig, "The size " + std::to_string(value) + " is out of range", name);
  } else if (multipleOf > 0 && value % multipleOf != 0) {
    fail(ErrorCode::BadConfig,
         "The size " + std::to_string(value) + " is not a multiple of " + std::to_string(multipleOf), name);
  }
}

Result<void> ConfigReader::finish() const {
  if (m_error) return *m_error;
  return {};
}

}  // namespace pleinair
