#pragma once

#include <ATen/ATen.h>

#include <cmath>

#include "core/diffusion/sampler.h"
#include "core/diffusion/timesteps.h"

namespace pleinair::samplers {

/// What samplers of the k-diffusion family share: the sample is clean + sigma * noise and is scaled down to unit
/// variance for the model (Karras et al. 2022).
class SigmaSampler : public Sampler {
 public:
  explicit SigmaSampler(const ScheduleConfig& config) : m_config(config) {}

  [[nodiscard]] double initialScale() const override {
    const double largest = sigma(0);
    return m_config.spacing == TimestepSpacing::Leading ? std::sqrt(largest * largest + 1) : largest;
  }
  [[nodiscard]] at::Tensor scaleInput(const at::Tensor& sample, std::size_t index) const override {
    const double s = sigma(index);
    return sample / std::sqrt(s * s + 1);
  }
  at::Tensor noised(const at::Tensor& clean, const at::Tensor& unitNoise, std::size_t index) const override {
    return clean + sigma(index) * unitNoise;
  }

 protected:
  [[nodiscard]] double sigma(std::size_t index) const { return static_cast<double>(m_sigmas.at(index)); }

  [[nodiscard]] at::Tensor predictedClean(const at::Tensor& output, const at::Tensor& sample, double s) const {
    if (m_config.prediction == PredictionType::Velocity) {
      return output * (-s / std::sqrt(s * s + 1)) + sample / (s * s + 1);
    }
    return sample - s * output;
  }

  /// Fills timesteps and sigmas from the schedule, or from Karras' curve between its ends.
  void fill(int steps, bool karras) {
    const std::vector<float> training = trainingSigmas(m_config);
    m_timesteps = continuousTimesteps(m_config, steps);
    std::vector<double> levels = sigmasAt(training, m_timesteps);
    if (karras) {
      levels = karrasSigmas(levels.back(), levels.front(), steps);
      for (std::size_t i = 0; i < levels.size(); ++i) {
        m_timesteps[i] = static_cast<float>(timestepOf(levels[i], training));
      }
    }
    m_sigmas = closed(levels);
  }

  ScheduleConfig m_config;
};

}  // namespace pleinair::samplers
