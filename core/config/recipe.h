#pragma once

#include <cstdint>
#include <string>

#include "core/config/generation_request.h"

namespace pleinair {

/// What a request says about one of its pictures. The model's name and the device it was drawn on are not in a
/// request and are left empty.
PictureRecipe recipeOf(const GenerationRequest& request, const std::string& prompt, std::uint64_t seed);

/// The request that draws a recipe's picture again; its model is left empty, and what a foreign picture did not tell
/// stays as in a fresh request.
GenerationRequest requestOf(const PictureRecipe& recipe);

}  // namespace pleinair
