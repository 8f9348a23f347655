// Linear multistep over sigma (Adams-Bashforth with uneven steps, up to order 4), after k-diffusion's LMS sampler.
#include <algorithm>
#include <array>

#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/samplers/sigma_sampler.h"

namespace pleinair::samplers {

namespace {

constexpr std::size_t kOrder = 4;

class Lms final : public SigmaSampler {
 public:
  Lms(const ScheduleConfig& config, int steps) : SigmaSampler(config) { fill(steps, false); }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource&) override {
    const double s = sigma(index);
    m_slopes.push_back((sample - predictedClean(modelOutput.to(at::kFloat), sample, s)) / s);
    if (m_slopes.size() > kOrder) m_slopes.erase(m_slopes.begin());
    at::Tensor result = sample;
    for (std::size_t k = 0; k < m_slopes.size(); ++k) {
      result = result + coefficient(index, k, m_slopes.size()) * m_slopes[m_slopes.size() - 1 - k];
    }
    return result;
  }

 private:
  /// The integral of Lagrange's k-th basis polynomial over the step. Degree 3 at most, so four Gauss points are
  /// exact.
  [[nodiscard]] double coefficient(std::size_t index, std::size_t k, std::size_t order) const {
    constexpr std::array<double, 4> kNodes{-0.8611363115940526, -0.3399810435848563, 0.3399810435848563,
                                           0.8611363115940526};
    constexpr std::array<double, 4> kWeights{0.3478548451374538, 0.6521451548625461, 0.6521451548625461,
                                             0.3478548451374538};
    const double from = sigma(index), to = sigma(index + 1), half = (to - from) / 2;
    double sum = 0;
    for (std::size_t n = 0; n < kNodes.size(); ++n) {
      const double at = (from + to) / 2 + half * kNodes[n];
      double product = 1;
      for (std::size_t j = 0; j < order; ++j) {
        if (j != k) product *= (at - sigma(index - j)) / (sigma(index - k) - sigma(index - j));
      }
      sum += kWeights[n] * product;
    }
    return sum * half;
  }

  std::vector<at::Tensor> m_slopes;
};

}  // namespace

std::unique_ptr<Sampler> makeLms(const ScheduleConfig& config, int steps) {
  return std::make_unique<Lms>(config, steps);
}

}  // namespace pleinair::samplers
