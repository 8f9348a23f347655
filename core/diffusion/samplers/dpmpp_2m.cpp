// Lu et al. 2022, "DPM-Solver++": the second-order multistep solver (midpoint form), and its stochastic variant.
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/samplers/solver_sampler.h"

namespace pleinair::samplers {

namespace {

class Dpmpp2m final : public SolverSampler {
 public:
  Dpmpp2m(const ScheduleConfig& config, int steps, bool karras, bool stochastic)
      : SolverSampler(config), m_stochastic(stochastic) {
    fill(steps, karras);
  }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource& noise) override {
    const at::Tensor clean = predictedClean(modelOutput.to(at::kFloat), sample, index);
    const Level from = level(index), to = level(index + 1);
    const double h = to.lambda - from.lambda;
    at::Tensor direction = clean;
    // The last step goes to zero noise, where only first order is defined.
    const bool last = index + 1 == m_timesteps.size();
    if (m_previous.defined() && !last) {
      const double r = (from.lambda - level(index - 1).lambda) / h;
      direction = clean + (0.5 / r) * (clean - m_previous);
    }
    m_previous = clean;
    if (!m_stochastic) return (to.sigma / from.sigma) * sample - (to.alpha * std::expm1(-h)) * direction;
    const double gone = -std::expm1(-2 * h);
    return (to.sigma / from.sigma * std::exp(-h)) * sample + (to.alpha * gone) * direction +
           (to.sigma * std::sqrt(gone)) * noise();
  }

 private:
  bool m_stochastic;
  at::Tensor m_previous;
};

}  // namespace

std::unique_ptr<Sampler> makeDpmpp2m(const ScheduleConfig& config, int steps) {
  return std::make_unique<Dpmpp2m>(config, steps, false, false);
}

std::unique_ptr<Sampler> makeDpmpp2mKarras(const ScheduleConfig& config, int steps) {
  return std::make_unique<Dpmpp2m>(config, steps, true, false);
}

std::unique_ptr<Sampler> makeDpmpp2mSdeKarras(const ScheduleConfig& config, int steps) {
  return std::make_unique<Dpmpp2m>(config, steps, true, true);
}

}  // namespace pleinair::samplers
