// Karras et al. 2022, algorithm 1: an Euler step, then a second look at its end; the last step is Euler alone.
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/samplers/sigma_sampler.h"

namespace pleinair::samplers {

namespace {

class Heun final : public SigmaSampler {
 public:
  Heun(const ScheduleConfig& config, int steps) : SigmaSampler(config) {
    fill(steps, false);
    // Two calls of the model for each level but the first, which is only a start.
    std::vector<double> timesteps{m_timesteps.front()};
    std::vector<float> sigmas{m_sigmas.front()};
    for (std::size_t i = 1; i < m_timesteps.size(); ++i) {
      timesteps.insert(timesteps.end(), 2, m_timesteps[i]);
      sigmas.insert(sigmas.end(), 2, m_sigmas[i]);
    }
    sigmas.push_back(0.0F);
    m_timesteps = std::move(timesteps);
    m_sigmas = std::move(sigmas);
  }

  [[nodiscard]] std::size_t callsPerStep() const override { return 2; }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource&) override {
    const at::Tensor output = modelOutput.to(at::kFloat);
    const double s = sigma(index);
    const at::Tensor slope = (sample - predictedClean(output, sample, s)) / s;
    if (!m_start.defined()) {
      m_width = sigma(index + 1) - s;
      m_slope = slope;
      m_start = sample;
      return sample + m_width * slope;
    }
    const at::Tensor result = m_start + m_width * ((m_slope + slope) / 2);
    m_start = at::Tensor();
    m_slope = at::Tensor();
    return result;
  }

 private:
  at::Tensor m_start, m_slope;  ///< held between the two looks
  double m_width = 0;
};

}  // namespace

std::unique_ptr<Sampler> makeHeun(const ScheduleConfig& config, int steps) {
  return std::make_unique<Heun>(config, steps);
}

}  // namespace pleinair::samplers
