#pragma once

#include <ATen/ATen.h>

#include <cmath>

#include "core/diffusion/sampler.h"
#include "core/diffusion/timesteps.h"

namespace pleinair::samplers {

/// A noise level as exponential integrators see it: the variance-preserving factors and half the log of the
/// signal-to-noise ratio.
struct Level {
  double alpha, sigma, lambda;
};

/// What exponential-integrator solvers share (DPM-Solver++, UniPC): steps in lambda, predicting the clean sample.
class SolverSampler : public Sampler {
 public:
  explicit SolverSampler(const ScheduleConfig& config) : m_config(config) {}

  at::Tensor noised(const at::Tensor& clean, const at::Tensor& unitNoise, std::size_t index) const override {
    const Level at = level(index);
    return at.alpha * clean + at.sigma * unitNoise;
  }

 protected:
  [[nodiscard]] Level level(std::size_t index) const {
    const double s = static_cast<double>(m_sigmas.at(index));
    const double alpha = 1 / std::sqrt(s * s + 1);
    return {alpha, s * alpha, -std::log(s)};  // +infinity at the closing zero, which the updates allow for
  }

  [[nodiscard]] at::Tensor predictedClean(const at::Tensor& output, const at::Tensor& sample,
                                          std::size_t index) const {
    const Level at = level(index);
    if (m_config.prediction == PredictionType::Velocity) return at.alpha * sample - at.sigma * output;
    return (sample - at.sigma * output) / at.alpha;
  }

  void fill(int steps, bool karras) {
    const std::vector<float> training = trainingSigmas(m_config);
    if (!karras) {
      m_timesteps = solverTimesteps(m_config, steps);
      m_sigmas = closed(sigmasAt(training, m_timesteps));
      return;
    }
    const std::vector<double> levels =
        karrasSigmas(static_cast<double>(training.front()), static_cast<double>(training.back()), steps);
    for (const double s : levels) m_timesteps.push_back(std::nearbyint(timestepOf(s, training)));
    m_sigmas = closed(levels);
  }

  ScheduleConfig m_config;
};

}  // namespace pleinair::samplers
