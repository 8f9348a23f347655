// Luo et al. 2023, "Latent Consistency Models": jump to the clean sample, noise it again for the next level.
#include "core/diffusion/samplers/alpha_sampler.h"
#include "core/diffusion/samplers/samplers.h"

namespace pleinair::samplers {

namespace {

constexpr int kDistilledSteps = 50;
constexpr double kTimestepScale = 10.0;
constexpr double kDataDeviation = 0.5;

class Lcm final : public AlphaSampler {
 public:
  Lcm(const ScheduleConfig& config, int steps) : AlphaSampler(config) {
    const int stride = config.trainTimesteps / kDistilledSteps;
    for (int i = 0; i < steps; ++i) {
      const auto skipped = static_cast<int>(std::floor(static_cast<double>(i) * kDistilledSteps / steps));
      m_timesteps.push_back((kDistilledSteps - skipped) * stride - 1);
    }
  }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource& noise) override {
    const auto t = static_cast<long>(m_timesteps.at(index));
    const double scaled = static_cast<double>(t) * kTimestepScale;
    const double variance = kDataDeviation * kDataDeviation;
    const double keep = variance / (scaled * scaled + variance);
    const double take = scaled / std::sqrt(scaled * scaled + variance);
    at::Tensor clean = predictedClean(modelOutput.to(at::kFloat), sample, alpha(t, 1.0));
    if (m_config.clipSample.value_or(false)) clean = clean.clamp(-1, 1);
    const at::Tensor denoised = take * clean + keep * sample;
    if (index + 1 == m_timesteps.size()) return denoised;
    const double next = alpha(static_cast<long>(m_timesteps[index + 1]), 1.0);
    return std::sqrt(next) * denoised + std::sqrt(1 - next) * noise();
  }
};

}  // namespace

std::unique_ptr<Sampler> makeLcm(const ScheduleConfig& config, int steps) {
  return std::make_unique<Lcm>(config, steps);
}

}  // namespace pleinair::samplers
