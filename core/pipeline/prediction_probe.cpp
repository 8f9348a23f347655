#include "core/pipeline/prediction_probe.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/base/log.h"
#include "core/pipeline/denoise.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/tensor/noise.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

constexpr std::int64_t kLatentSize = 32;
/// Real noise predictors are above 0.9 there, velocity predictors near 0.
constexpr double kLikeness = 0.5;

double likeness(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor x = a - a.mean(), y = b - b.mean();
  return ((x * y).sum() / (x.norm() * y.norm())).item<double>();
}

}  // namespace

Result<PredictionType> probePrediction(const StableDiffusion& model) {
  const at::NoGradGuard noGradients;
  return guarded("finding out what the model predicts", [&] {
    at::Generator generator = cpuGenerator(1);
    const std::int64_t size = kLatentSize;
    const at::Tensor noise = drawNoise(generator, {1, model.unet->config().inChannels, size, size});
    const PromptEncoding prompt = model.encodeWeightedPrompt({});
    TextTimeConditions conditions;
    if (prompt.pooled.defined()) {
      const auto pixels = static_cast<int>(size * model.vae->config().scale());
      conditions.textEmbeds = prompt.pooled;
      conditions.timeIds = timeIds({}, pixels, pixels).to(model.device.device);
    }
    const at::Tensor last = at::full({1}, model.schedule.trainTimesteps - 1, at::kFloat);
    const at::Tensor output = model.unet->forward(noise.to(model.device.device, model.device.dtype), last,
                                                  prompt.context, conditions);
    const double like = likeness(output.to(at::kCPU, at::kFloat), noise);
    const bool velocity = !(like > kLikeness);
    log::info(model.name + ": predicts " + (velocity ? "velocity" : "noise") + ", by its own output");
    return velocity ? PredictionType::Velocity : PredictionType::Epsilon;
  });
}

}  // namespace pleinair
