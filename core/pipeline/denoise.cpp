#include "core/pipeline/denoise.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "core/base/cancellation.h"
#include "core/diffusion/guidance.h"
#include "core/pipeline/tiled_decode.h"
#include "core/tensor/device.h"
#include "core/tensor/noise.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

/// The UNet with its prompts: once or twice a step, guided.
class Predictor {
 public:
  Predictor(const StableDiffusion& model, const DenoiseOptions& options)
      : m_model(model),
        m_options(options),
        m_twice(needsUnconditional(options.guidanceScale)),
        m_batch(static_cast<std::int64_t>(options.seeds.size())) {
    m_context = rows(options.unwanted.context, options.wanted.context);
    if (!options.wanted.pooled.defined()) return;
    m_conditions.textEmbeds = rows(options.unwanted.pooled, options.wanted.pooled);
    m_conditions.timeIds = timeIds(options.sizes, options.width, options.height)
                               .to(model.device.device)
                               .expand({m_context.size(0), -1});
  }

  at::Tensor operator()(const at::Tensor& sample, double t) const {
    const at::Tensor timestep = at::full({1}, t, at::kFloat);
    const at::Tensor output =
        m_model.unet->forward(sample.to(m_model.device.dtype), timestep, m_context, m_conditions).to(at::kFloat);
    if (!m_twice) return output;
    const std::vector<at::Tensor> both = output.chunk(2);
    const at::Tensor joined = guided(both[0], both[1], m_options.guidanceScale);
    const double rescale = m_options.sampling.guidanceRescale;
    return rescale > 0 ? rescaled(joined, both[1], rescale) : joined;
  }

 private:
  /// The negative prompt's rows before the prompt's, as many as there are pictures.
  [[nodiscard]] at::Tensor rows(const at::Tensor& unwanted, const at::Tensor& wanted) const {
    const at::Tensor own = wanted.repeat_interleave(m_batch / wanted.size(0), 0);
    if (!m_twice) return own;
    return at::cat({unwanted.repeat_interleave(m_batch / unwanted.size(0), 0), own});
  }

  const StableDiffusion& m_model;
  const DenoiseOptions& m_options;
  bool m_twice;
  std::int64_t m_batch;
  at::Tensor m_context;
  TextTimeConditions m_conditions;
};

bool hasStart(const DenoiseOptions& options) { return options.start.mean.defined(); }

std::size_t firstIndex(const DenoiseOptions& options, const Sampler& sampler) {
  return hasStart(options) ? beginIndex(sampler, options.steps, options.strength) : 0;
}

at::Tensor walk(const StableDiffusion& model, const DenoiseOptions& options, Sampler& sampler) {
  const std::int64_t scale = model.vae->config().scale();
  BatchNoise noise(options.seeds, {1, model.unet->config().inChannels, options.height / scale, options.width / scale},
                   model.device.device);
  const NoiseSource draw = [&] { return noise.draw(); };
  const std::size_t first = firstIndex(options, sampler);
  at::Tensor sample;
  if (hasStart(options)) {
    const at::Tensor drawn = options.start.mean.to(at::kFloat) + options.start.std.to(at::kFloat) * noise.draw();
    const at::Tensor clean = drawn * model.vae->config().scalingFactor;
    sample = first < sampler.timesteps().size() ? sampler.noised(clean, draw(), first) : clean;
  } else {
    sample = draw() * sampler.initialScale();
  }
  const Predictor predict(model, options);
  for (std::size_t i = first; i < sampler.timesteps().size(); ++i) {
    checkCancelled();
    sample = sampler.step(predict(sampler.scaleInput(sample, i), sampler.timesteps()[i]), i, sample, draw);
    synchronize(model.device);  // a GPU runs behind: a step counts, and a cancel is heard, when it is done
    if (options.onStep) options.onStep();
  }
  return sample;
}

}  // namespace

Result<LatentDistribution> encodeStart(const StableDiffusion& model, const at::Tensor& picture) {
  const at::NoGradGuard noGradients;
  return guarded("encoding the start image",
                 [&] { return model.vae->encode(picture.to(model.device.device, model.vae->dtype())); });
}

ScheduleConfig scheduleFor(const StableDiffusion& model, const SamplingOptions& options) {
  ScheduleConfig schedule = model.schedule;
  if (options.prediction != PredictionChoice::Automatic) {
    schedule.prediction =
        options.prediction == PredictionChoice::Velocity ? PredictionType::Velocity : PredictionType::Epsilon;
  }
  if (options.zeroTerminalSnr) schedule.rescaleZeroSnr = true;
  if (options.spacing != SpacingChoice::Automatic) {
    schedule.customarySpacing = false;
    schedule.spacing = options.spacing == SpacingChoice::Leading    ? TimestepSpacing::Leading
                       : options.spacing == SpacingChoice::Trailing ? TimestepSpacing::Trailing
                                                                    : TimestepSpacing::Linspace;
  }
  return schedule;
}

Result<std::unique_ptr<Sampler>> samplerFor(const StableDiffusion& model, std::string_view name,
                                            const SamplingOptions& options, int steps) {
  PLEINAIR_ASSIGN(auto sampler, createSampler(name, scheduleFor(model, options), steps));
  if (options.zeroTerminalSnr && !heedsZeroSnr(name)) {
    return Error{ErrorCode::BadArgument, std::string(name) + " cannot begin in pure noise", {},
                 "Choose another sampler, for example ddim or euler, or leave zero terminal SNR off."};
  }
  return sampler;
}

int plannedSteps(const StableDiffusion& model, const DenoiseOptions& options) {
  const auto sampler = samplerFor(model, options.sampler, options.sampling, options.steps);
  if (!sampler) return 0;
  const std::size_t all = (*sampler)->timesteps().size();
  return static_cast<int>(all - std::min(all, firstIndex(options, **sampler)));
}

Result<at::Tensor> denoise(const StableDiffusion& model, const DenoiseOptions& options) {
  PLEINAIR_ASSIGN(const auto sampler, samplerFor(model, options.sampler, options.sampling, options.steps));
  const at::NoGradGuard noGradients;
  return guarded("drawing a picture", [&] { return walk(model, options, *sampler); });
}

at::Tensor timeIds(const SizeConditioning& sizes, int width, int height) {
  const auto or_ = [](int value, int fallback) { return static_cast<float>(value > 0 ? value : fallback); };
  return at::tensor({or_(sizes.originalHeight, height), or_(sizes.originalWidth, width),
                     static_cast<float>(sizes.cropTop), static_cast<float>(sizes.cropLeft),
                     or_(sizes.targetHeight, height), or_(sizes.targetWidth, width)},
                    at::kFloat)
      .unsqueeze(0);
}

at::Tensor decodeLatents(const StableDiffusion& model, const at::Tensor& latents, bool tiled) {
  const at::NoGradGuard noGradients;
  const at::Tensor scaled = (latents / model.vae->config().scalingFactor).to(model.vae->dtype());
  // One after another: a batch would need the memory of all its pictures at once, and would gain nothing.
  std::vector<at::Tensor> pictures;
  for (std::int64_t i = 0; i < scaled.size(0); ++i) {
    const at::Tensor one = scaled.narrow(0, i, 1);
    pictures.push_back((tiled ? decodeTiled(*model.vae, one) : model.vae->decode(one)).to(at::kFloat));
  }
  return at::cat(pictures);
}

}  // namespace pleinair
