#include "core/pipeline/denoise.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/base/cancellation.h"
#include "core/diffusion/guidance.h"
#include "core/diffusion/sampler.h"
#include "core/tensor/noise.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

at::Tensor walk(const StableDiffusion& model, const DenoiseOptions& options, Sampler& sampler) {
  const std::int64_t scale = model.vae->config().scale();
  const std::vector<std::int64_t> shape{1, model.unet->config().inChannels, options.height / scale,
                                        options.width / scale};
  at::Generator generator = cpuGenerator(options.seed);
  const NoiseSource draw = [&] { return drawNoise(generator, shape).to(model.device.device); };
  const bool twice = needsUnconditional(options.guidanceScale);
  const at::Tensor context = twice ? at::cat({options.unwanted, options.context}) : options.context;
  at::Tensor sample = draw() * sampler.initialScale();
  for (std::size_t i = 0; i < sampler.timesteps().size(); ++i) {
    checkCancelled();
    const at::Tensor input = sampler.scaleInput(sample, i).to(model.device.dtype);
    const at::Tensor timestep = at::full({1}, sampler.timesteps()[i], at::kFloat);
    at::Tensor output = model.unet->forward(input, timestep, context).to(at::kFloat);
    if (twice) {
      const std::vector<at::Tensor> both = output.chunk(2);
      output = guided(both[0], both[1], options.guidanceScale);
    }
    sample = sampler.step(output, i, sample, draw);
    if (options.onStep) options.onStep();
  }
  return sample;
}

}  // namespace

Result<at::Tensor> denoise(const StableDiffusion& model, const DenoiseOptions& options) {
  PLEINAIR_ASSIGN(const std::unique_ptr<Sampler> sampler,
                  createSampler(options.sampler, model.schedule, options.steps));
  const at::NoGradGuard noGradients;
  return guarded("drawing a picture", [&] { return walk(model, options, *sampler); });
}

at::Tensor decodeLatents(const StableDiffusion& model, const at::Tensor& latents) {
  const at::NoGradGuard noGradients;
  return model.vae->decode((latents / model.vae->config().scalingFactor).to(model.device.dtype)).to(at::kFloat);
}

}  // namespace pleinair
