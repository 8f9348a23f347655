// Ho et al. 2020, "Denoising Diffusion Probabilistic Models", on a subset of the timesteps, with the smaller
// variance.
#include <algorithm>

#include "core/diffusion/samplers/alpha_sampler.h"
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/timesteps.h"

namespace pleinair::samplers {

namespace {

class Ddpm final : public AlphaSampler {
 public:
  Ddpm(const ScheduleConfig& config, int steps) : AlphaSampler(config) {
    m_timesteps = wholeTimesteps(config, steps);
  }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource& noise) override {
    const auto t = static_cast<long>(m_timesteps.at(index));
    const long next = index + 1 < m_timesteps.size() ? static_cast<long>(m_timesteps[index + 1]) : -1;
    const double a = alpha(t, 1.0), aNext = alpha(next, 1.0);
    const double ratio = a / aNext, beta = 1 - ratio;
    at::Tensor clean = predictedClean(modelOutput.to(at::kFloat), sample, a);
    if (m_config.clipSample.value_or(false)) clean = clean.clamp(-1, 1);
    at::Tensor result =
        (std::sqrt(aNext) * beta / (1 - a)) * clean + (std::sqrt(ratio) * (1 - aNext) / (1 - a)) * sample;
    if (t > 0) {
      const double variance = std::max((1 - aNext) / (1 - a) * beta, 1e-20);
      result = result + std::sqrt(variance) * noise();
    }
    return result;
  }
};

}  // namespace

std::unique_ptr<Sampler> makeDdpm(const ScheduleConfig& config, int steps) {
  return std::make_unique<Ddpm>(config, steps);
}

}  // namespace pleinair::samplers
