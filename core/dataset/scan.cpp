#include "core/dataset/scan.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/base/utf8.h"
#include "core/dataset/paths.h"
#include "core/image/codec.h"

namespace pleinair::dataset {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxCaptionBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxMetadataBytes = std::size_t{256} << 20;
constexpr std::size_t kMaxNameBytes = 180;  // leaves room for " (2)", ".txt" and a temporary's ending within 255
constexpr int kMaxDepth = 64;

using Identity = std::pair<dev_t, ino_t>;
using Captions = std::map<std::string, std::string>;  // of a metadata.jsonl, by path below its folder

// Photos that people have and this program cannot read: worth a sentence rather than silence.
bool isForeignPhotoName(const fs::path& file) {
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::array<std::string_view, 16> kKnown{".heic", ".heif", ".avif", ".gif", ".jxl", ".jp2",
                                                    ".psd",  ".cr2",  ".cr3",  ".nef", ".arw", ".dng",
                                                    ".raf",  ".orf",  ".rw2",  ".pef"};
  return std::find(kKnown.begin(), kKnown.end(), extension) != kKnown.end();
}

std::optional<Identity> identityOf(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{status.st_dev, status.st_ino};
}

// UTF-8 without control characters, short enough for every name made from it.
std::string readable(const std::string& bytes) {
  std::string name = utf8::percentEscaped(bytes);
  for (char& letter : name) {
    if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) letter = '_';
  }
  if (name.size() <= kMaxNameBytes) return name;
  const std::string extension = fs::path(name).extension().string();
  if (extension.size() > 16) return name.substr(0, kMaxNameBytes);
  std::size_t length = kMaxNameBytes - extension.size();
  while (length > 0 && (static_cast<unsigned char>(name[length]) & 0xC0) == 0x80) --length;
  return name.substr(0, length) + extension;
}

Captions readMetadata(const fs::path& folder) {
  Captions captions;
  const auto text = readFile(folder / "metadata.jsonl", kMaxMetadataBytes);
  if (!text) return captions;
  std::istringstream lines(text.value());
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    const auto entry = nlohmann::json::parse(line, nullptr, false);
    if (!entry.is_object()) continue;
    const auto name = entry.find("file_name"), caption = entry.find("text");
    if (name == entry.end() || caption == entry.end() || !name->is_string() || !caption->is_string()) continue;
    captions[fs::path(name->get<std::string>()).lexically_normal().generic_string()] =
        decodeCaptionBytes(caption->get<std::string>());
  }
  return captions;
}

std::string captionBeside(const fs::path& photo) {
  fs::path whole = photo;
  whole += ".txt";
  for (const fs::path& file : {sidecar(photo, ".txt"), sidecar(photo, ".TXT"), whole, sidecar(photo, ".caption")}) {
    const auto bytes = readFile(file, kMaxCaptionBytes);
    if (!bytes) continue;
    if (std::string caption = decodeCaptionBytes(bytes.value()); !caption.empty()) return caption;
  }
  return {};
}

class Scanner {
 public:
  Scanner(const fs::path& project, const std::stop_token& stop) : m_project(identityOf(project)), m_stop(stop) {}

  void folder(const fs::path& source, const std::string& group) {
    const fs::path root = ProjectFolder::isProject(source) ? source / "dataset" : source;
    if (insideProject(source)) {
      m_scan.skipped.push_back({source,
                                {ErrorCode::BadArgument, "This folder belongs to the project itself", source.string(),
                                 "Choose the folder the photos come from."}});
      return;
    }
    walk(root, group, 0);
  }

  void file(const fs::path& source) { add(source, ""); }

  Scan take() { return std::move(m_scan); }

 private:
  struct Level {
    fs::path folder;
    Captions captions;
  };

  [[nodiscard]] bool insideProject(const fs::path& source) const {
    std::error_code problem;
    fs::path folder = fs::canonical(source, problem);
    while (!problem && m_project) {
      if (identityOf(folder) == m_project) return true;
      if (folder == folder.parent_path()) break;
      folder = folder.parent_path();
    }
    return false;
  }

  void walk(const fs::path& folder, const std::string& group, int depth) {
    const auto identity = identityOf(folder);
    if (m_stop.stop_requested() || depth > kMaxDepth || identity == m_project) return;
    if (identity && !m_visited.insert(*identity).second) return;  // a link back to where we were
    std::vector<fs::path> files, folders;
    std::error_code problem;
    fs::directory_iterator it(folder, problem);
    for (; !problem && it != fs::directory_iterator(); it.increment(problem)) {
      const fs::path& entry = it->path();
      const std::string name = entry.filename().native();
      if (name.starts_with('.') || name == "__MACOSX" || name == "@eaDir") continue;
      std::error_code ignored;
      if (it->is_directory(ignored)) {
        folders.push_back(entry);
      } else if (isPhotoFileName(entry) || isForeignPhotoName(entry)) {
        files.push_back(entry);
      }
    }
    if (problem) m_scan.skipped.push_back({folder, systemError(problem.value(), "Cannot read the folder", folder)});
    std::sort(files.begin(), files.end());
    std::sort(folders.begin(), folders.end());
    m_levels.push_back({folder, readMetadata(folder)});
    for (const fs::path& entry : files) add(entry, group);
    for (const fs::path& entry : folders) {
      const std::string name = readable(entry.filename().native());
      walk(entry, group.empty() ? name : group + "/" + name, depth + 1);
    }
    m_levels.pop_back();
  }

  void add(const fs::path& file, const std::string& group) {
    Candidate candidate{file, group, readable(file.filename().native()), captionBeside(file)};
    for (auto level = m_levels.rbegin(); level != m_levels.rend() && candidate.caption.empty(); ++level) {
      const auto found = level->captions.find(file.lexically_relative(level->folder).generic_string());
      if (found != level->captions.end()) candidate.caption = found->second;
    }
    m_scan.candidates.push_back(std::move(candidate));
  }

  std::optional<Identity> m_project;
  std::stop_token m_stop;
  std::set<Identity> m_visited;
  std::vector<Level> m_levels;  // from the source down to the folder being read
  Scan m_scan;
};

}  // namespace

Scan scanSources(const fs::path& project, const std::vector<fs::path>& sources, const std::stop_token& stop) {
  const auto isFolder = [](const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
  };
  // One folder is the collection itself; several beside each other are its groups.
  const bool grouped = std::count_if(sources.begin(), sources.end(), isFolder) > 1;
  Scanner scanner(project, stop);
  for (const fs::path& source : sources) {
    if (isFolder(source)) {
      const fs::path whole = fs::absolute(source).lexically_normal();
      const fs::path leaf = whole.has_filename() ? whole.filename() : whole.parent_path().filename();
      scanner.folder(source, grouped ? readable(leaf.native()) : std::string());
    } else {
      scanner.file(source);
    }
  }
  return scanner.take();
}

}  // namespace pleinair::dataset
