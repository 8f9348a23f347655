#include "core/engine/found_recipe.h"

#include <optional>
#include <system_error>

#include "core/config/recipe_text.h"
#include "core/config/yaml_codec.h"
#include "core/engine/set_writer.h"
#include "core/image/png.h"

namespace pleinair {
namespace fs = std::filesystem;
namespace {

bool isFile(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored);
}

/// The set's entry for this picture; nothing when the picture was exchanged for another since.
std::optional<FoundRecipe> fromSet(const fs::path& png, const PictureRecipe& own) {
  const auto set = openPictureSet(png.parent_path());
  if (!set) return std::nullopt;
  for (const PictureSet::Entry& picture : set->pictures) {
    if (picture.file == png.filename().string() && parseRecipe(formatRecipe(picture.recipe)) == own) {
      return FoundRecipe{picture.recipe, set->model, {}};
    }
  }
  return std::nullopt;
}

/// The model of the run that a sample at run/samples/step_000100/00_1.png belongs to.
fs::path modelOfRun(const fs::path& png) {
  const fs::path samples = png.parent_path().parent_path();
  if (samples.filename() != "samples") return {};
  const auto config = yaml::loadTrainingConfig(samples.parent_path() / "config.yaml");
  return config ? config->model : fs::path();
}

/// The first of the places that has this file; the name itself where none has.
fs::path located(const fs::path& name, const std::vector<fs::path>& places) {
  if (name.is_absolute()) return name;
  for (const fs::path& place : places) {
    if (isFile(place / name)) return place / name;
  }
  return name;
}

}  // namespace

Result<FoundRecipe> findRecipe(const fs::path& png) {
  PLEINAIR_ASSIGN(const std::optional<std::string> text, readPngParameters(png));
  const std::optional<PictureRecipe> own = text ? parseRecipe(*text) : std::nullopt;
  if (!own) {
    return Error{ErrorCode::NotFound, "The picture carries no recipe", png.string(),
                 "Pictures made here and by most other programs carry one, unless they were saved anew since."};
  }
  std::error_code ignored;
  const fs::path whole = fs::absolute(png, ignored), folder = whole.parent_path();
  FoundRecipe found = fromSet(whole, *own).value_or(FoundRecipe{*own, modelOfRun(whole), {}});
  if (!found.model.empty() && !fs::exists(found.model, ignored)) found.model.clear();
  const std::vector<fs::path> places{folder, folder.parent_path().parent_path() / "checkpoints"};
  for (LoraReference& lora : found.recipe.loras) {
    if (!isFile(lora.file)) {
      fs::path named = lora.file;
      if (named.extension() != ".safetensors") named += ".safetensors";
      if (const fs::path place = located(named, places); isFile(place)) lora.file = place;
    }
    if (!isFile(lora.file)) found.missing.push_back(lora.file.string());
  }
  if (!found.recipe.startImage.empty()) {
    found.recipe.startImage = located(found.recipe.startImage, places);
    if (isFile(found.recipe.startImage)) {
      found.recipe.startImage = fs::absolute(found.recipe.startImage, ignored);
    } else {
      found.missing.push_back(found.recipe.startImage.string());
    }
  }
  return found;
}

}  // namespace pleinair
