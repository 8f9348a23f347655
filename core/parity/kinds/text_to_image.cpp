#include <ATen/ATen.h>

#include <array>

#include "core/parity/parity_case.h"
#include "core/pipeline/denoise.h"

namespace pleinair::parity {

Result<void> runTextToImage(Case& test) {
  PLEINAIR_ASSIGN(const StableDiffusion* model, test.folder().model());
  const nlohmann::json& params = test.params();
  const std::array<std::string, 1> prompt{params.at("prompt").get<std::string>()};
  const std::array<std::string, 1> negative{params.at("negative_prompt").get<std::string>()};
  DenoiseOptions options;
  options.context = model->encodePrompts(prompt);
  options.unwanted = model->encodePrompts(negative);
  options.sampler = params.at("sampler").get<std::string>();
  options.steps = params.at("steps").get<int>();
  options.guidanceScale = params.at("guidance_scale").get<double>();
  options.seed = params.at("seed").get<std::uint64_t>();
  options.width = params.at("width").get<int>();
  options.height = params.at("height").get<int>();
  PLEINAIR_ASSIGN(const at::Tensor latents, denoise(*model, options));
  test.compare("latents", latents);
  if (test.expects("image")) test.compare("image", (decodeLatents(*model, latents) * 0.5 + 0.5).clamp(0.0, 1.0));
  return {};
}

}  // namespace pleinair::parity
