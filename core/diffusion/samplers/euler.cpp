// Karras et al. 2022, "Elucidating the Design Space of Diffusion-Based Generative Models", algorithm 2 without churn.
#include "core/diffusion/samplers/samplers.h"
#include "core/diffusion/samplers/sigma_sampler.h"

namespace pleinair::samplers {

namespace {

class Euler final : public SigmaSampler {
 public:
  Euler(const ScheduleConfig& config, int steps, bool karras) : SigmaSampler(config) { fill(steps, karras); }

  at::Tensor step(const at::Tensor& modelOutput, std::size_t index, const at::Tensor& sample,
                  const NoiseSource&) override {
    const double s = sigma(index);
    const at::Tensor slope = (sample - predictedClean(modelOutput.to(at::kFloat), sample, s)) / s;
    return sample + (sigma(index + 1) - s) * slope;
  }
};

}  // namespace

std::unique_ptr<Sampler> makeEuler(const ScheduleConfig& config, int steps) {
  return std::make_unique<Euler>(config, steps, false);
}

std::unique_ptr<Sampler> makeEulerKarras(const ScheduleConfig& config, int steps) {
  return std::make_unique<Euler>(config, steps, true);
}

}  // namespace pleinair::samplers
