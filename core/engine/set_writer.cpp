#include "core/engine/set_writer.h"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <set>
#include <system_error>
#include <utility>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/config/recipe_text.h"
#include "core/config/yaml_codec.h"
#include "core/image/png.h"

namespace pleinair {
namespace fs = std::filesystem;

namespace {

/// The list is saved again once this many times the last saving's own time has passed.
constexpr int kListPause = 20;

std::string nowUtc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

/// The folder's PNGs that the set does not name, in the order of their names, which begin with their numbers.
std::vector<fs::path> unlistedPictures(const fs::path& folder, const PictureSet& set) {
  std::set<std::string> listed;
  for (const PictureSet::Entry& picture : set.pictures) listed.insert(picture.file);
  std::vector<fs::path> files;
  std::error_code problem;
  for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
    const fs::path& file = entry->path();
    if (file.extension() == ".png" && !listed.contains(file.filename().string())) files.push_back(file);
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

Result<PictureSet> openPictureSet(const fs::path& folder) {
  PLEINAIR_ASSIGN(PictureSet set, yaml::loadPictureSet(folder / "set.yaml"));
  for (const fs::path& file : unlistedPictures(folder, set)) {
    const auto text = readPngParameters(file);
    if (!text || !*text) continue;  // not a picture of ours, or damaged
    if (auto recipe = parseRecipe(**text)) set.pictures.push_back({file.filename().string(), std::move(*recipe)});
  }
  return set;
}

SetWriter::SetWriter(fs::path folder, PictureSet set) : m_folder(std::move(folder)), m_set(std::move(set)) {}

Result<SetWriter> SetWriter::create(const fs::path& folder, const std::string& name, const fs::path& model) {
  std::error_code problem;
  const bool wasThere = fs::exists(folder, problem);
  fs::create_directories(folder, problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", folder);
  const fs::path list = folder / "set.yaml";
  if (fs::exists(list, problem)) {
    PLEINAIR_ASSIGN(PictureSet existing, openPictureSet(folder));
    return SetWriter(folder, std::move(existing));
  }
  PictureSet set;
  set.name = name;
  set.created = nowUtc();
  set.model = model;
  SetWriter writer(folder, std::move(set));
  writer.m_ownFolder = !wasThere;
  return writer;
}

Result<fs::path> SetWriter::add(const Image& image, const PictureRecipe& recipe) {
  char name[64];
  fs::path file;
  std::error_code ignored;
  // The number goes on from what is there; a file that a list forgot is stepped over.
  for (std::size_t number = m_set.pictures.size() + 1; file.empty() || fs::exists(file, ignored); ++number) {
    std::snprintf(name, sizeof name, "%04zu-seed-%llu.png", number, static_cast<unsigned long long>(recipe.seed));
    file = m_folder / name;
  }
  PLEINAIR_TRY(writePng(file, image, formatRecipe(recipe)));
  m_set.pictures.push_back({file.filename().string(), recipe});
  m_listed = false;
  if (Clock::now() - m_savedAt >= kListPause * m_savingTook) {
    if (auto saved = saveList(); !saved) {
      m_set.pictures.pop_back();
      fs::remove(file, ignored);
      return saved.error();
    }
  }
  ++m_added;
  return file;
}

Result<void> SetWriter::finish() {
  if (!m_listed) return saveList();
  std::error_code ignored;
  if (m_added == 0 && m_ownFolder) fs::remove(m_folder, ignored);  // only an empty one
  return {};
}

Result<void> SetWriter::saveList() {
  const Clock::time_point began = Clock::now();
  PLEINAIR_TRY(yaml::savePictureSet(m_folder / "set.yaml", m_set));
  m_savedAt = Clock::now();
  m_savingTook = m_savedAt - began;
  m_listed = true;
  return {};
}

}  // namespace pleinair
