#pragma once

#include <ATen/ATen.h>

#include "core/diffusion/sampler.h"

namespace pleinair::samplers {

/// What samplers share that think in cumulative alphas.
class AlphaSampler : public Sampler {
 public:
  explicit AlphaSampler(const ScheduleConfig& config) : m_config(config) {
    const at::Tensor values = alphasCumprod(config).contiguous();
    m_alphas.assign(values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel());
  }

  at::Tensor noised(const at::Tensor& clean, const at::Tensor& unitNoise, std::size_t index) const override {
    const double a = alpha(static_cast<long>(m_timesteps.at(index)), 1.0);
    return std::sqrt(a) * clean + std::sqrt(1 - a) * unitNoise;
  }

 protected:
  /// a_t, or `beyond` where t is before the first timestep.
  [[nodiscard]] double alpha(long t, double beyond) const {
    if (t < 0) return beyond;
    const auto last = static_cast<long>(m_alphas.size()) - 1;
    return static_cast<double>(m_alphas[static_cast<std::size_t>(t < last ? t : last)]);
  }
  [[nodiscard]] double firstAlpha() const { return static_cast<double>(m_alphas.front()); }

  /// The clean sample that the model's output implies.
  [[nodiscard]] at::Tensor predictedClean(const at::Tensor& output, const at::Tensor& sample, double a) const {
    if (m_config.prediction == PredictionType::Velocity) return std::sqrt(a) * sample - std::sqrt(1 - a) * output;
    return (sample - std::sqrt(1 - a) * output) / std::sqrt(a);
  }
  [[nodiscard]] at::Tensor predictedNoise(const at::Tensor& output, const at::Tensor& sample, double a) const {
    if (m_config.prediction == PredictionType::Velocity) return std::sqrt(a) * output + std::sqrt(1 - a) * sample;
    return output;
  }

  ScheduleConfig m_config;
  std::vector<float> m_alphas;
};

}  // namespace pleinair::samplers
