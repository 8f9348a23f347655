#include <ATen/ATen.h>

#include <array>

#include "core/parity/parity_case.h"
#include "core/pipeline/denoise.h"

namespace pleinair::parity {
namespace {

PromptEncoding encoded(const StableDiffusion& model, const nlohmann::json& prompt) {
  if (prompt.is_null()) return model.encodeNothing();
  return model.encodePrompts(std::array<std::string, 1>{prompt.get<std::string>()});
}

DenoiseOptions optionsOf(const StableDiffusion& model, const nlohmann::json& params) {
  DenoiseOptions options;
  options.wanted = encoded(model, params.at("prompt"));
  options.unwanted = encoded(model, params.value("negative_prompt", nlohmann::json()));
  options.sampler = params.at("sampler").get<std::string>();
  options.steps = params.at("steps").get<int>();
  options.guidanceScale = params.at("guidance_scale").get<double>();
  options.sampling.guidanceRescale = params.value("guidance_rescale", 0.0);
  options.seeds = {params.at("seed").get<std::uint64_t>()};
  return options;
}

void compare(Case& test, const StableDiffusion& model, const at::Tensor& latents) {
  test.compare("latents", latents);
  if (test.expects("image")) test.compare("image", (decodeLatents(model, latents) * 0.5 + 0.5).clamp(0.0, 1.0));
}

}  // namespace

Result<void> runTextToImage(Case& test) {
  PLEINAIR_ASSIGN(const StableDiffusion* model, test.folder().model());
  DenoiseOptions options = optionsOf(*model, test.params());
  options.width = test.params().at("width").get<int>();
  options.height = test.params().at("height").get<int>();
  PLEINAIR_ASSIGN(const at::Tensor latents, denoise(*model, options));
  compare(test, *model, latents);
  return {};
}

Result<void> runImageToImage(Case& test) {
  PLEINAIR_ASSIGN(const StableDiffusion* model, test.folder().model());
  DenoiseOptions options = optionsOf(*model, test.params());
  PLEINAIR_ASSIGN(const at::Tensor image, test.input("image"));
  const at::Tensor picture = (image.dim() == 3 ? image.unsqueeze(0) : image) * 2.0 - 1.0;
  PLEINAIR_ASSIGN(options.start, encodeStart(*model, picture));
  options.height = static_cast<int>(picture.size(2));
  options.width = static_cast<int>(picture.size(3));
  options.strength = test.params().at("strength").get<double>();
  PLEINAIR_ASSIGN(const at::Tensor latents, denoise(*model, options));
  compare(test, *model, latents);
  return {};
}

}  // namespace pleinair::parity
