#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/config/generation_request.h"

namespace pleinair {

/// The `parameters` text that A1111 writes into a PNG and other programs read: prompt with `<lora:name:weight>` tags,
/// negative prompt, then one line of "Key: value" pairs.
std::string formatRecipe(const PictureRecipe& recipe);

/// Reads such a text back; LoRA tags leave the prompt and become references with bare names. Nothing when the last
/// line holds fewer than three pairs and is therefore no parameters.
std::optional<PictureRecipe> parseRecipe(std::string_view text);

}  // namespace pleinair
