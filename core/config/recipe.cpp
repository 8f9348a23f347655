#include "core/config/recipe.h"

namespace pleinair {

PictureRecipe recipeOf(const GenerationRequest& request, const std::string& prompt, std::uint64_t seed) {
  return {.prompt = prompt,
          .negativePrompt = request.negativePrompt,
          .sampler = request.sampler,
          .steps = request.steps,
          .guidanceScale = request.guidanceScale,
          .seed = seed,
          .width = request.width,
          .height = request.height,
          .modelName = {},
          .loras = request.loras,
          .sampling = request.sampling,
          .sizes = request.sizes,
          .startImage = request.startImage,
          .strength = request.startImage.empty() ? 0 : request.strength,
          .tiledVae = request.tiledVae};
}

GenerationRequest requestOf(const PictureRecipe& recipe) {
  GenerationRequest request;
  request.loras = recipe.loras;
  request.prompts = {recipe.prompt};
  request.negativePrompt = recipe.negativePrompt;
  if (!recipe.sampler.empty()) request.sampler = recipe.sampler;
  if (recipe.steps > 0) {
    request.steps = recipe.steps;
    request.guidanceScale = recipe.guidanceScale;
  }
  request.seed = recipe.seed;
  if (recipe.width > 0 && recipe.height > 0) {
    request.width = recipe.width;
    request.height = recipe.height;
  }
  request.sampling = recipe.sampling;
  request.sizes = recipe.sizes;
  // A strength without its picture says nothing: A1111 writes one for its high-resolution pass too.
  if (!recipe.startImage.empty() && recipe.strength > 0) {
    request.startImage = recipe.startImage;
    request.strength = recipe.strength;
  }
  request.tiledVae = recipe.tiledVae;
  request.device = {recipe.device, recipe.precision, 0};
  return request;
}

}  // namespace pleinair
