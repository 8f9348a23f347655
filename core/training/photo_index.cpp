#include "core/training/photo_index.h"

#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/image/codec.h"
#include "core/weights/hash.h"

namespace pleinair {

namespace fs = std::filesystem;

PhotoIndex PhotoIndex::open(const fs::path& cacheFolder) {
  PhotoIndex index;
  index.m_file = cacheFolder / "photos.json";
  const auto text = readFile(index.m_file);
  if (!text) return index;
  const auto root = nlohmann::json::parse(*text, nullptr, false);
  if (!root.is_object()) return index;
  for (const auto& [path, value] : root.items()) {
    try {
      Entry entry{
          value.at("bytes"), value.at("changed"), {value.at("sha256"), value.at("width"), value.at("height")}};
      index.m_byContent[entry.facts.contentHash] = entry.facts;
      index.m_entries[path] = std::move(entry);
    } catch (const nlohmann::json::exception&) {
      continue;
    }
  }
  return index;
}

Result<PhotoFacts> PhotoIndex::facts(const std::string& path, const fs::path& file) {
  std::error_code problem;
  Entry entry;
  entry.bytes = fs::file_size(file, problem);
  if (problem) return systemError(problem.value(), "Cannot read the photo", file);
  entry.changed = static_cast<std::int64_t>(fs::last_write_time(file, problem).time_since_epoch().count());
  const auto known = m_entries.find(path);
  if (known != m_entries.end() && known->second.bytes == entry.bytes && known->second.changed == entry.changed) {
    return known->second.facts;
  }
  PLEINAIR_ASSIGN(entry.facts.contentHash, sha256OfFile(file));
  const auto same = m_byContent.find(entry.facts.contentHash);
  if (same != m_byContent.end()) {
    entry.facts = same->second;
  } else {
    PLEINAIR_ASSIGN(const ImageInfo info, probeImage(file));
    entry.facts.width = info.width;
    entry.facts.height = info.height;
  }
  m_byContent[entry.facts.contentHash] = entry.facts;
  m_entries[path] = entry;
  return entry.facts;
}

Result<void> PhotoIndex::save() const {
  nlohmann::json root = nlohmann::json::object();
  for (const auto& [path, entry] : m_entries) {
    root[path] = {{"bytes", entry.bytes},
                  {"changed", entry.changed},
                  {"sha256", entry.facts.contentHash},
                  {"width", entry.facts.width},
                  {"height", entry.facts.height}};
  }
  return writeFileAtomic(m_file, root.dump(1));
}

}  // namespace pleinair
