// The header is JSON, but a lenient reader would let two keys of one name or a hole between tensors through,
// and different programs would then see different weights. So it is read event by event and every rule is
// checked as it comes.
#include <c10/core/ScalarType.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "core/weights/safetensors.h"

namespace pleinair {
namespace {

constexpr const char* kMetadataKey = "__metadata__";

at::ScalarType dtypeFromName(std::string_view name) {
  static const std::map<std::string_view, at::ScalarType> kTypes = {{"F64", at::kDouble},
                                                                    {"F32", at::kFloat},
                                                                    {"F16", at::kHalf},
                                                                    {"BF16", at::kBFloat16},
                                                                    {"I64", at::kLong},
                                                                    {"I32", at::kInt},
                                                                    {"I16", at::kShort},
                                                                    {"I8", at::kChar},
                                                                    {"U8", at::kByte},
                                                                    {"BOOL", at::kBool},
                                                                    {"U16", at::kUInt16},
                                                                    {"U32", at::kUInt32},
                                                                    {"U64", at::kUInt64},
                                                                    {"F8_E4M3", at::kFloat8_e4m3fn},
                                                                    {"F8_E5M2", at::kFloat8_e5m2}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? at::ScalarType::Undefined : found->second;
}

/// Follows the three levels a header may have and fails at the first thing that does not belong.
class HeaderEvents final : public nlohmann::json_sax<nlohmann::json> {
 public:
  SafetensorsHeader header;
  std::string problem;

  bool null() override { return fail("holds null"); }
  bool boolean(bool) override { return fail("holds a truth value"); }
  bool number_integer(number_integer_t) override { return fail("holds a negative number"); }
  bool number_float(number_float_t, const string_t&) override { return fail("holds a fraction or a huge number"); }
  bool binary(binary_t&) override { return fail("holds binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (m_level != Level::Array) return fail("has a number where none belongs");
    if (m_field == "shape") {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return fail("claims too much");
      m_entry.shape.push_back(static_cast<std::int64_t>(value));
    } else {
      if (m_offsets == 2) return fail("has more than two data_offsets");
      (m_offsets++ == 0 ? m_entry.begin : m_entry.end) = value;
    }
    return true;
  }

  bool string(string_t& value) override {
    if (m_level == Level::Metadata) {
      header.metadata[m_field] = value;
      return true;
    }
    if (m_level != Level::Entry || m_field != "dtype") return fail("has text where none belongs");
    m_entry.dtype = dtypeFromName(value);
    return m_entry.dtype != at::ScalarType::Undefined || fail("uses the unknown type " + value.substr(0, 20));
  }

  bool start_object(std::size_t) override {
    switch (m_level) {
      case Level::Outside:
        m_level = Level::Top;
        return true;
      case Level::Top:
        m_fields.clear();
        m_entry = {};
        m_offsets = 0;
        m_level = m_name == kMetadataKey ? Level::Metadata : Level::Entry;
        return true;
      default:
        return fail("is nested too deep");
    }
  }

  bool key(string_t& value) override {
    if (m_level == Level::Top) {
      if (!m_names.insert(value).second) return fail("names " + value.substr(0, 80) + " twice");
      m_name = value;
      return true;
    }
    if (!m_fields.insert(value).second) return fail("holds " + value.substr(0, 80) + " twice");
    m_field = value;
    return true;
  }

  bool end_object() override {
    if (m_level == Level::Entry) {
      if (!m_fields.contains("dtype") || !m_fields.contains("shape") || m_offsets != 2) {
        return fail("lacks a type, a shape or offsets");
      }
      header.entries.emplace(m_name, std::move(m_entry));
    }
    m_level = m_level == Level::Top ? Level::Outside : Level::Top;
    return true;
  }

  bool start_array(std::size_t) override {
    if (m_level != Level::Entry || (m_field != "shape" && m_field != "data_offsets")) {
      return fail("has a list where none belongs");
    }
    m_level = Level::Array;
    return true;
  }

  bool end_array() override {
    m_level = Level::Entry;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::detail::exception&) override {
    return fail("is not valid JSON at byte " + std::to_string(position));
  }

 private:
  enum class Level { Outside, Top, Entry, Metadata, Array };

  bool fail(std::string what) {
    if (problem.empty()) {
      problem = std::move(what);
      if (m_level != Level::Outside && m_level != Level::Top) problem += " (at " + m_name.substr(0, 120) + ")";
    }
    return false;
  }

  Level m_level = Level::Outside;
  std::string m_name, m_field;
  TensorEntry m_entry;
  int m_offsets = 0;
  std::unordered_set<std::string> m_names, m_fields;
};

Error corrupt(const std::string& what) {
  return {ErrorCode::CorruptFile, "The file's header " + what, "", "Download or save the file again."};
}

/// Bytes of a tensor by checked arithmetic; nothing when they do not fit 64 bits.
std::optional<std::uint64_t> byteSize(const TensorEntry& entry) {
  std::uint64_t bytes = c10::elementSize(entry.dtype);
  for (const std::int64_t extent : entry.shape) {
    if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes)) return std::nullopt;
  }
  return bytes;
}

Result<void> checkSpans(const SafetensorsHeader& header, std::uint64_t dataBytes) {
  std::vector<std::pair<const std::string*, const TensorEntry*>> order;
  order.reserve(header.entries.size());
  for (const auto& [name, entry] : header.entries) order.emplace_back(&name, &entry);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return std::pair(a.second->begin, a.second->end) < std::pair(b.second->begin, b.second->end);
  });
  std::uint64_t expected = 0;
  for (const auto& [name, entry] : order) {
    const std::string at = " (at " + name->substr(0, 120) + ")";
    if (entry->begin > entry->end || entry->end > dataBytes) return corrupt("points outside the file" + at);
    if (entry->begin != expected) return corrupt("leaves a hole or an overlap between tensors" + at);
    const std::optional<std::uint64_t> bytes = byteSize(*entry);
    if (!bytes || *bytes != entry->end - entry->begin)
      return corrupt("gives a shape that does not fit its bytes" + at);
    expected = entry->end;
  }
  if (expected != dataBytes) return corrupt("does not account for all bytes of the file");
  return {};
}

}  // namespace

Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json, std::uint64_t dataBytes) {
  if (json.empty() || json.front() != '{') return corrupt("does not begin as one");
  HeaderEvents events;
  const bool read = nlohmann::json::sax_parse(json.begin(), json.end(), &events);
  if (!read) return corrupt(events.problem.empty() ? "cannot be read" : events.problem);
  PLEINAIR_TRY(checkSpans(events.header, dataBytes));
  return std::move(events.header);
}

}  // namespace pleinair
