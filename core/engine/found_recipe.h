#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/generation_request.h"

namespace pleinair {

/// A picture's recipe and where what it names lies on this machine.
struct FoundRecipe {
  PictureRecipe recipe;              ///< the LoRAs and start image that were found have whole paths
  std::filesystem::path model;       ///< empty where only the model's name is known
  std::vector<std::string> missing;  ///< LoRAs and a start image that are named but lie neither here nor there
};

/// How to draw a PNG's picture again: from the set.yaml beside it where that lists it, which knows whole paths, else
/// from its own `parameters` text. Bare names are looked for beside the picture and, for a run's sample, among the
/// run's checkpoints. NotFound where it carries no recipe. Reads the disk.
Result<FoundRecipe> findRecipe(const std::filesystem::path& png);

}  // namespace pleinair
