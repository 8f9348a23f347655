// Euler steps that go down further than asked and add fresh noise to come back up.
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/samplers/sigma_sampler.h"

namespace pleinair::samplers {

namespace {

class EulerAncestral final : public SigmaSampler {
 public:
  EulerAncestral(const ScheduleConfig& config, int steps) : SigmaSampler(config) { fill(steps, false); }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource& noise) override {
    const double s = sigma(index), next = sigma(index + 1);
    const double up = std::sqrt(next * next * (s * s - next * next) / (s * s));
    const double down = std::sqrt(next * next - up * up);
    const at::Tensor slope = (sample - predictedClean(modelOutput.to(at::kFloat), sample, s)) / s;
    return sample + (down - s) * slope + up * noise();
  }
};

}  // namespace

std::unique_ptr<Sampler> makeEulerAncestral(const ScheduleConfig& config, int steps) {
  return std::make_unique<EulerAncestral>(config, steps);
}

}  // namespace pleinair::samplers
