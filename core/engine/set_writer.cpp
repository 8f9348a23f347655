#include "core/engine/set_writer.h"

#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/config/recipe_text.h"
#include "core/config/yaml_codec.h"
#include "core/image/png.h"

namespace pleinair {
namespace fs = std::filesystem;

namespace {

std::string nowUtc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  ::gmtime_r(&now, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

SetWriter::SetWriter(fs::path folder, PictureSet set) : m_folder(std::move(folder)), m_set(std::move(set)) {}

Result<SetWriter> SetWriter::create(const fs::path& folder, const std::string& name, const fs::path& model) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", folder);
  const fs::path list = folder / "set.yaml";
  if (fs::exists(list, problem)) {
    PLEINAIR_ASSIGN(PictureSet existing, yaml::loadPictureSet(list));
    return SetWriter(folder, std::move(existing));
  }
  PictureSet set;
  set.name = name;
  set.created = nowUtc();
  set.model = model;
  return SetWriter(folder, std::move(set));
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
  if (auto saved = yaml::savePictureSet(m_folder / "set.yaml", m_set); !saved) {
    m_set.pictures.pop_back();
    fs::remove(file, ignored);
    return saved.error();
  }
  ++m_added;
  return file;
}

}  // namespace pleinair
