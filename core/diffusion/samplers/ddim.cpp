// Song et al. 2021, "Denoising Diffusion Implicit Models", with eta 0.
#include <algorithm>

#include "core/diffusion/samplers/alpha_sampler.h"
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/timesteps.h"

namespace pleinair::samplers {

namespace {

class Ddim final : public AlphaSampler {
 public:
  Ddim(const ScheduleConfig& config, int steps) : AlphaSampler(config), m_stride(config.trainTimesteps / steps) {
    m_timesteps = wholeTimesteps(config, steps);
  }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource&) override {
    const auto t = static_cast<long>(m_timesteps.at(index));
    const double a = alpha(t, 1.0);
    const double beyond = m_config.setAlphaToOne.value_or(false) ? 1.0 : firstAlpha();
    const double next = alpha(t - m_stride, beyond);
    const at::Tensor output = modelOutput.to(at::kFloat);
    at::Tensor clean = predictedClean(output, sample, a);
    if (m_config.clipSample.value_or(false)) clean = clean.clamp(-1, 1);
    return std::sqrt(next) * clean + std::sqrt(1 - next) * predictedNoise(output, sample, a);
  }

 private:
  long m_stride;
};

}  // namespace

std::unique_ptr<Sampler> makeDdim(const ScheduleConfig& config, int steps) {
  return std::make_unique<Ddim>(config, steps);
}

}  // namespace pleinair::samplers
