// The header is JSON, but a lenient reader would let two keys of one name or a hole between tensors through, and
// different programs would then see different weights. It is also the first thing a hostile file is made of. So it is
// read once from front to back, every rule is checked as it comes, nothing is copied before the whole of it is known
// to be good, and there are limits that no real model comes near.
#include "core/weights/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <unordered_set>
#include <utility>

#include "core/weights/json_scanner.h"

namespace pleinair {
namespace {

constexpr std::string_view kMetadataKey = "__metadata__";
constexpr std::size_t kMaxTensors = 100'000;
constexpr std::size_t kMaxTexts = 100'000;
constexpr std::size_t kMaxNameBytes = 65'536;
constexpr std::size_t kMaxDimensions = 64;  // what libtorch can hold

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
                                                                    {"C64", at::kComplexFloat},
                                                                    {"F8_E4M3", at::kFloat8_e4m3fn},
                                                                    {"F8_E5M2", at::kFloat8_e5m2},
                                                                    {"F8_E8M0", at::kFloat8_e8m0fnu}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? at::ScalarType::Undefined : found->second;
}

Error corrupt(const std::string& what) {
  return {ErrorCode::CorruptFile, "The file's header " + what, "", "Download or save the file again."};
}

/// Reads one header. The first thing that does not belong ends it.
class HeaderReader {
 public:
  explicit HeaderReader(std::string_view json) : m_scanner(json) {}

  Result<SafetensorsHeader> read() {
    if (!object()) return corrupt(m_problem.empty() ? invalid() : m_problem);
    if (!m_scanner.atEnd()) return corrupt("is followed by something else at byte " + place());
    for (const auto& [name, value] : m_texts) m_header.metadata.emplace(name.value(), value.value());
    if (m_header.metadata.size() != m_texts.size()) return corrupt("holds a text twice (at __metadata__)");
    return std::move(m_header);
  }

 private:
  bool fail(const std::string& what) {
    if (m_problem.empty()) m_problem = what + " (at " + m_name.substr(0, 120) + ")";
    return false;
  }
  [[nodiscard]] std::string place() const { return std::to_string(m_scanner.position()); }
  [[nodiscard]] std::string invalid() const { return "is not valid JSON at byte " + place(); }

  /// `{ key: <member> , ... }`; `member` reads a value and says whether it was right.
  template <typename Member>
  bool members(Member member) {
    if (!m_scanner.take('{')) return false;
    if (m_scanner.take('}')) return true;
    do {
      const std::optional<RawString> key = m_scanner.string();
      if (!key || !m_scanner.take(':') || !member(*key)) return false;
    } while (m_scanner.take(','));
    return m_scanner.take('}');
  }

  bool object() {
    return members([&](const RawString& key) {
      if (key.text.size() > kMaxNameBytes) return fail("has a name of more than 64 KiB");
      m_name = key.value();
      if (!m_names.insert(m_name).second) return fail("names a tensor twice");
      if (m_name == kMetadataKey) return metadata();
      if (m_header.entries.size() >= kMaxTensors) return fail("names more than 100,000 tensors");
      return entry();
    });
  }

  bool metadata() {
    const bool read = members([&](const RawString& key) {
      if (m_texts.size() >= kMaxTexts) return fail("holds more than 100,000 texts");
      const std::optional<RawString> value = m_scanner.string();
      if (!value) return fail("has something that is not text beside the tensors");
      m_texts.emplace_back(key, *value);
      return true;
    });
    return read || fail("has something that is not text beside the tensors");
  }

  bool entry() {
    bool hasType = false, hasShape = false, hasOffsets = false;
    TensorEntry tensor;
    const auto once = [&](bool& seen) { return !std::exchange(seen, true) || fail("says something twice"); };
    const bool read = members([&](const RawString& key) {
      if (key.text == "dtype") return once(hasType) && dtype(tensor);
      if (key.text == "shape") return once(hasShape) && shape(tensor);
      if (key.text == "data_offsets") return once(hasOffsets) && offsets(tensor);
      return fail("has a field that the format does not know");
    });
    if (!read) return fail("is not valid JSON at byte " + place());
    if (!hasType || !hasShape || !hasOffsets) return fail("lacks a type, a shape or offsets");
    m_header.entries.emplace(m_name, std::move(tensor));
    return true;
  }

  bool dtype(TensorEntry& tensor) {
    const std::optional<RawString> name = m_scanner.string();
    if (!name) return fail("has no name for a type");
    tensor.dtype = dtypeFromName(name->text);
    return tensor.dtype != at::ScalarType::Undefined ||
           fail("uses the unknown type " + std::string(name->text.substr(0, 20)));
  }

  bool shape(TensorEntry& tensor) {
    if (!m_scanner.take('[')) return fail("has no list for a shape");
    if (m_scanner.take(']')) return true;
    do {
      const std::optional<std::uint64_t> extent = m_scanner.number();
      if (!extent) return fail("has a shape that is not whole numbers");
      if (*extent > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
        return fail("claims too much");
      if (tensor.shape.size() >= kMaxDimensions) return fail("has a shape of more than 64 numbers");
      tensor.shape.push_back(static_cast<std::int64_t>(*extent));
    } while (m_scanner.take(','));
    return m_scanner.take(']') || fail("has a shape that does not end");
  }

  bool offsets(TensorEntry& tensor) {
    const bool opened = m_scanner.take('[');
    const auto begin = opened ? m_scanner.number() : std::nullopt;
    const bool parted = begin && m_scanner.take(',');
    const auto end = parted ? m_scanner.number() : std::nullopt;
    if (!end || !m_scanner.take(']')) return fail("has data_offsets that are not two whole numbers");
    tensor.begin = *begin;
    tensor.end = *end;
    return true;
  }

  JsonScanner m_scanner;
  SafetensorsHeader m_header;
  std::string m_name, m_problem;
  std::unordered_set<std::string> m_names;
  std::vector<std::pair<RawString, RawString>> m_texts;
};

/// Bytes of a tensor by checked arithmetic; nothing when they do not fit 63 bits. An empty tensor's other sizes must
/// fit as well: libtorch multiplies them for its strides.
std::optional<std::uint64_t> byteSize(const TensorEntry& entry) {
  auto bytes = static_cast<std::int64_t>(c10::elementSize(entry.dtype));
  bool empty = false;
  for (const std::int64_t extent : entry.shape) {
    if (__builtin_mul_overflow(bytes, std::max<std::int64_t>(extent, 1), &bytes)) return std::nullopt;
    empty = empty || extent == 0;
  }
  return empty ? 0 : static_cast<std::uint64_t>(bytes);
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
  PLEINAIR_ASSIGN(SafetensorsHeader header, HeaderReader(json).read());
  PLEINAIR_TRY(checkSpans(header, dataBytes));
  return header;
}

}  // namespace pleinair
