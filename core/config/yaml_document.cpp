#include "core/config/yaml_document.h"

#include <algorithm>
#include <set>

#include "core/base/atomic_file.h"
#include "core/base/utf8.h"

namespace pleinair::yaml {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{64} << 20;
constexpr int kMaxDepth = 64;
constexpr std::string_view kRawPath = "file://";

std::string place(const fs::path& file, const YAML::Mark& mark) {
  if (mark.is_null()) return file.string();
  return file.string() + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(mark.column + 1);
}

Error badConfig(const std::string& sentence, const std::string& where) {
  return {ErrorCode::BadConfig, sentence, where,
          "Correct the file in a text editor, or restore an older copy of it."};
}

// Keys that stand twice in one map: which of them counts would be anyone's guess.
std::optional<Error> doubledKey(const YAML::Node& node, const fs::path& file, int depth) {
  if (depth > kMaxDepth) return badConfig("The file is nested too deeply", whereIs(node, file));
  if (node.IsSequence()) {
    for (const YAML::Node& item : node) {
      if (auto error = doubledKey(item, file, depth + 1)) return error;
    }
  }
  if (node.IsMap()) {
    std::set<std::string> seen;
    for (const auto& entry : node) {
      if (entry.first.IsScalar() && !seen.insert(entry.first.Scalar()).second) {
        return badConfig("The key \"" + entry.first.Scalar() + "\" stands twice", whereIs(entry.first, file));
      }
      if (auto error = doubledKey(entry.second, file, depth + 1)) return error;
    }
  }
  return std::nullopt;
}

Result<YAML::Node> parse(const std::string& text, const fs::path& file) {
  if (!utf8::isValid(text)) return badConfig("The file is not UTF-8 text", file.string());
  try {
    // The parser takes the end of the file for the end of an open quote; the marker of a document's end it does not.
    const bool wholeLines = text.empty() || text.ends_with('\n');
    const std::vector<YAML::Node> documents = YAML::LoadAll(text + (wholeLines ? "...\n" : "\n...\n"));
    YAML::Node node = documents.empty() ? YAML::Node() : documents.front();
    if (documents.size() > 1) return badConfig("The file holds more than one YAML document", file.string());
    if (node.IsNull()) return YAML::Node(YAML::NodeType::Map);
    if (!node.IsMap()) return badConfig("The file must be a map of settings", whereIs(node, file));
    if (auto error = doubledKey(node, file, 0)) return *std::move(error);
    return node;
  } catch (const YAML::Exception& problem) {
    return badConfig("The file is not valid YAML: " + problem.msg, place(file, problem.mark));
  }
}

bool looksLikeAnotherType(const std::string& value) {
  if (value.empty()) return false;  // the emitter quotes it by itself
  bool flag = false;
  double number = 0;
  const YAML::Node node{value};
  return YAML::convert<bool>::decode(node, flag) || YAML::convert<double>::decode(node, number);
}

void emit(YAML::Emitter& out, const YAML::Node& node, int depth) {
  if (depth > kMaxDepth) throw YAML::Exception(node.Mark(), "nested too deeply");
  const std::string& tag = node.Tag();
  if (!tag.empty() && tag != "?" && tag != "!") out << YAML::VerbatimTag(tag);
  switch (node.Type()) {
    case YAML::NodeType::Map:
      if (node.Style() == YAML::EmitterStyle::Flow) out << YAML::Flow;
      out << YAML::BeginMap;
      for (const auto& entry : node) {
        out << YAML::Key;
        emit(out, entry.first, depth + 1);
        out << YAML::Value;
        emit(out, entry.second, depth + 1);
      }
      out << YAML::EndMap;
      break;
    case YAML::NodeType::Sequence:
      if (node.Style() == YAML::EmitterStyle::Flow) out << YAML::Flow;
      out << YAML::BeginSeq;
      for (const YAML::Node& item : node) emit(out, item, depth + 1);
      out << YAML::EndSeq;
      break;
    case YAML::NodeType::Scalar:
      if (tag == "!") out << YAML::DoubleQuoted;
      out << node.Scalar();
      break;
    case YAML::NodeType::Null:
    case YAML::NodeType::Undefined:
      out << YAML::Null;
      break;
  }
}

int hexValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

}  // namespace

std::string whereIs(const YAML::Node& node, const fs::path& file) { return place(file, node.Mark()); }

Result<YAML::Node> loadMap(const fs::path& file) {
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxFileBytes));
  return parse(text, file);
}

Result<YAML::Node> loadMapForSave(const fs::path& file) {
  Result<YAML::Node> loaded = loadMap(file);
  if (!loaded && loaded.error().code == ErrorCode::NotFound) return YAML::Node(YAML::NodeType::Map);
  return loaded;
}

Result<std::string> emitted(const YAML::Node& node) {
  try {
    YAML::Emitter out;
    emit(out, node, 0);
    if (!out.good())
      return Error{ErrorCode::BadConfig, "The settings cannot be written: " + out.GetLastError(), "", ""};
    return std::string(out.c_str(), out.size()) + "\n";
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::BadConfig, std::string("The settings cannot be written: ") + problem.msg, "", ""};
  }
}

// A path that is not UTF-8 cannot stand in YAML; it is written as a URI, which can say any byte.
std::string pathToText(const fs::path& path) {
  const std::string& bytes = path.native();
  if (utf8::isValid(bytes) && !bytes.starts_with(kRawPath)) return bytes;
  std::string text(kRawPath);
  for (const char letter : bytes) {
    if (letter == '%') {
      text += "%25";
    } else {
      text.push_back(letter);
    }
  }
  return utf8::percentEscaped(text);
}

fs::path pathFromText(const std::string& text) {
  if (!text.starts_with(kRawPath)) return text;
  std::string bytes;
  for (std::size_t i = kRawPath.size(); i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hexValue(text[i + 1]) : -1;
    const int low = high >= 0 ? hexValue(text[i + 2]) : -1;
    if (low < 0) {
      bytes.push_back(text[i]);
    } else {
      bytes.push_back(static_cast<char>(static_cast<unsigned char>(high * 16 + low)));
      i += 2;
    }
  }
  return bytes;
}

void Reader::fail(const YAML::Node& node, const std::string& sentence) {
  if (!m_error) m_error = badConfig(sentence, whereIs(node, m_file));
}

std::optional<YAML::Node> Reader::find(const char* key) {
  if (failed()) return std::nullopt;
  const YAML::Node& map = m_map;
  const YAML::Node node = map[key];
  if (!node.IsDefined() || node.IsNull()) return std::nullopt;
  return node;
}

std::optional<YAML::Node> Reader::scalar(const char* key, const char* kind) {
  auto node = find(key);
  if (node && !node->IsScalar()) {
    fail(*node, "\"" + std::string(key) + "\" must be " + kind + ", not a list or map");
    return std::nullopt;
  }
  return node;
}

void Reader::text(const char* key, std::string& value) {
  if (const auto node = scalar(key, "text")) value = node->Scalar();
}

void Reader::path(const char* key, fs::path& value) {
  if (const auto node = scalar(key, "a path")) value = pathFromText(node->Scalar());
}

void Reader::flag(const char* key, bool& value) {
  const auto node = scalar(key, "true or false");
  if (!node) return;
  if (node->Tag() == "!" || !YAML::convert<bool>::decode(*node, value)) {
    fail(*node, "\"" + std::string(key) + "\" must be true or false, not \"" + node->Scalar() + "\"");
  }
}

void Reader::texts(const char* key, std::vector<std::string>& values) {
  const auto node = find(key);
  if (!node) return;
  if (!node->IsSequence()) return fail(*node, "\"" + std::string(key) + "\" must be a list of texts");
  values.clear();
  for (const YAML::Node& item : *node) {
    if (!item.IsScalar() && !item.IsNull())
      return fail(item, "Each entry of \"" + std::string(key) + "\" must be text");
    values.push_back(item.IsNull() ? std::string() : item.Scalar());
  }
}

YAML::Node Writer::textNode(const std::string& value) {
  YAML::Node node{utf8::repaired(value)};
  if (looksLikeAnotherType(value)) node.SetTag("!");
  return node;
}

void Writer::texts(const char* key, const std::vector<std::string>& values) {
  YAML::Node list(YAML::NodeType::Sequence);
  for (const std::string& value : values) list.push_back(textNode(value));
  m_map[key] = list;
}

}  // namespace pleinair::yaml
