// Liu et al. 2022, "Pseudo Numerical Methods for Diffusion Models": the linear multistep form (PLMS), whose first
// step is taken twice in place of the Runge-Kutta start.
#include "core/diffusion/samplers/alpha_sampler.h"
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/timesteps.h"

namespace pleinair::samplers {

namespace {

class Pndm final : public AlphaSampler {
 public:
  Pndm(const ScheduleConfig& config, int steps) : AlphaSampler(config), m_stride(config.trainTimesteps / steps) {
    m_timesteps = wholeTimesteps(config, steps);
    if (steps > 1) m_timesteps.insert(m_timesteps.begin() + 1, m_timesteps[1]);
  }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource&) override {
    auto t = static_cast<long>(m_timesteps.at(index));
    long next = t - m_stride;
    const at::Tensor output = modelOutput.to(at::kFloat);
    if (m_count == 1) {  // the second look at the first step: average both slopes and walk it again
      next = t;
      t += m_stride;
    } else {
      m_slopes.push_back(output);
      if (m_slopes.size() > 4) m_slopes.erase(m_slopes.begin());
    }
    at::Tensor from = sample, slope = output;
    if (m_count == 0) {
      m_start = sample;
    } else if (m_count == 1) {
      slope = (output + m_slopes.back()) / 2;
      from = m_start;
    } else {
      slope = combined();
    }
    ++m_count;
    return transfer(from, t, next, slope);
  }

 private:
  /// Adams-Bashforth over the slopes so far.
  [[nodiscard]] at::Tensor combined() const {
    const auto back = [this](std::size_t i) -> const at::Tensor& { return m_slopes[m_slopes.size() - i]; };
    switch (m_slopes.size()) {
      case 1:
        return back(1);
      case 2:
        return (3 * back(1) - back(2)) / 2;
      case 3:
        return (23 * back(1) - 16 * back(2) + 5 * back(3)) / 12;
      default:
        return (55 * back(1) - 59 * back(2) + 37 * back(3) - 9 * back(4)) / 24;
    }
  }

  /// The paper's equation 9, from timestep t to `next`.
  [[nodiscard]] at::Tensor transfer(const at::Tensor& sample, long t, long next, const at::Tensor& output) const {
    const double beyond = m_config.setAlphaToOne.value_or(false) ? 1.0 : firstAlpha();
    const double a = alpha(t, beyond), aNext = alpha(next, beyond);
    const at::Tensor noise = predictedNoise(output, sample, a);
    const double below = a * std::sqrt(1 - aNext) + std::sqrt(a * (1 - a) * aNext);
    return std::sqrt(aNext / a) * sample - ((aNext - a) / below) * noise;
  }

  long m_stride;
  int m_count = 0;
  std::vector<at::Tensor> m_slopes;
  at::Tensor m_start;
};

}  // namespace

std::unique_ptr<Sampler> makePndm(const ScheduleConfig& config, int steps) {
  return std::make_unique<Pndm>(config, steps);
}

}  // namespace pleinair::samplers
