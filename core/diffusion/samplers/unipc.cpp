// Zhao et al. 2023, "UniPC": a unified predictor-corrector, order 2, in the B(h) = exp(h) - 1 form. Each call first
// corrects the step before with the model's output at its end, then predicts the next.
#include <algorithm>

#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/samplers/solver_sampler.h"

namespace pleinair::samplers {

namespace {

class Unipc final : public SolverSampler {
 public:
  Unipc(const ScheduleConfig& config, int steps) : SolverSampler(config) { fill(steps, false); }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& given,
                  const NoiseSource&) override {
    const at::Tensor clean = predictedClean(modelOutput.to(at::kFloat), given, index);
    const at::Tensor sample = m_lastSample.defined() ? corrected(clean, index) : given;
    m_older = m_newer;
    m_newer = clean;
    const std::size_t left = m_timesteps.size() - index;
    m_order = m_older.defined() && left >= 2 ? 2 : 1;
    m_lastSample = sample;
    return predicted(sample, index);
  }

 private:
  /// Half a step of lambda-space: what both halves of the method share.
  [[nodiscard]] at::Tensor base(const at::Tensor& sample, const Level& from, const Level& to, double phi1,
                                const at::Tensor& clean) const {
    return (to.sigma / from.sigma) * sample - (to.alpha * phi1) * clean;
  }

  [[nodiscard]] at::Tensor predicted(const at::Tensor& sample, std::size_t index) const {
    const Level from = level(index), to = level(index + 1);
    const double h = to.lambda - from.lambda;
    const double phi1 = std::expm1(-h);
    const at::Tensor first = base(sample, from, to, phi1, m_newer);
    if (m_order == 1) return first;
    const double r = (level(index - 1).lambda - from.lambda) / h;
    return first - (to.alpha * phi1 * 0.5 / r) * (m_older - m_newer);
  }

  /// `clean` is the prediction at the end of the step that led to `index`.
  [[nodiscard]] at::Tensor corrected(const at::Tensor& clean, std::size_t index) const {
    const Level from = level(index - 1), to = level(index);
    const double h = to.lambda - from.lambda;
    const double phi1 = std::expm1(-h);
    const at::Tensor first = base(m_lastSample, from, to, phi1, m_newer);
    const at::Tensor atEnd = clean - m_newer;
    if (m_order == 1) return first - (to.alpha * phi1 * 0.5) * atEnd;
    // Two conditions for the two weights: rows 1 and r of [[1, 1], [r, 1]] rho = b.
    const double r = (level(index - 2).lambda - from.lambda) / h;
    const double phi2 = phi1 / -h - 1;
    const double b1 = phi2 / phi1;
    const double b2 = 2 * (phi2 / -h - 0.5) / phi1;
    const double older = (b2 - b1) / (r - 1);
    const double end = b1 - older;
    return first - (to.alpha * phi1) * ((older / r) * (m_older - m_newer) + end * atEnd);
  }

  at::Tensor m_older, m_newer;  ///< clean predictions of the two steps before
  at::Tensor m_lastSample;      ///< the corrected sample that the last prediction began from
  int m_order = 1;
};

}  // namespace

std::unique_ptr<Sampler> makeUnipc(const ScheduleConfig& config, int steps) {
  return std::make_unique<Unipc>(config, steps);
}

}  // namespace pleinair::samplers
