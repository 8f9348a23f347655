#include "core/diffusion/timesteps.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace pleinair {

namespace {

/// `count` values from first to last; the last is exact.
std::vector<double> linspace(double first, double last, int count) {
  std::vector<double> values(static_cast<std::size_t>(count));
  const double step = count > 1 ? (last - first) / (count - 1) : 0.0;
  for (int i = 0; i < count; ++i) values[static_cast<std::size_t>(i)] = i * step + first;
  if (count > 1) values.back() = last;
  return values;
}

/// Falling multiples of an integer stride, moved by the offset.
std::vector<double> leading(int stride, int from, int to, int offset) {
  std::vector<double> values;
  for (int i = from; i >= to; --i) values.push_back(static_cast<double>(i) * stride + offset);
  return values;
}

std::vector<double> trailing(int trainTimesteps, int steps) {
  const double ratio = static_cast<double>(trainTimesteps) / steps;
  std::vector<double> values;
  for (int i = 0; i < steps; ++i) values.push_back(std::nearbyint(trainTimesteps - i * ratio) - 1);
  return values;
}

}  // namespace

std::vector<double> wholeTimesteps(const ScheduleConfig& config, int steps) {
  switch (config.spacing) {
    case TimestepSpacing::Leading:
      return leading(config.trainTimesteps / steps, steps - 1, 0, config.stepsOffset);
    case TimestepSpacing::Trailing:
      return trailing(config.trainTimesteps, steps);
    case TimestepSpacing::Linspace:
      break;
  }
  std::vector<double> values = linspace(0, config.trainTimesteps - 1, steps);
  for (double& value : values) value = std::nearbyint(value);
  std::ranges::reverse(values);
  return values;
}

std::vector<double> continuousTimesteps(const ScheduleConfig& config, int steps) {
  if (config.spacing != TimestepSpacing::Linspace) return wholeTimesteps(config, steps);
  std::vector<double> values = linspace(0, config.trainTimesteps - 1, steps);
  for (double& value : values) value = static_cast<float>(value);
  std::ranges::reverse(values);
  return values;
}

std::vector<double> solverTimesteps(const ScheduleConfig& config, int steps) {
  switch (config.spacing) {
    case TimestepSpacing::Leading:
      return leading(config.trainTimesteps / (steps + 1), steps, 1, config.stepsOffset);
    case TimestepSpacing::Trailing:
      return trailing(config.trainTimesteps, steps);
    case TimestepSpacing::Linspace:
      break;
  }
  std::vector<double> values = linspace(0, config.trainTimesteps - 1, steps + 1);
  for (double& value : values) value = std::nearbyint(value);
  std::ranges::reverse(values);
  values.pop_back();
  return values;
}

std::vector<float> trainingSigmas(const ScheduleConfig& config) {
  at::Tensor alphas = alphasCumprod(config);
  if (config.rescaleZeroSnr) alphas[-1] = std::ldexp(1.0, -24);
  const at::Tensor sigmas = ((1.0 - alphas) / alphas).pow(0.5).contiguous();
  const float* data = sigmas.const_data_ptr<float>();
  return {data, data + sigmas.numel()};
}

std::vector<double> sigmasAt(const std::vector<float>& training, const std::vector<double>& timesteps) {
  std::vector<double> values;
  values.reserve(timesteps.size());
  const double last = static_cast<double>(training.size() - 1);
  for (const double t : timesteps) {
    const double clamped = std::clamp(t, 0.0, last);
    const std::size_t low = std::min(static_cast<std::size_t>(clamped), training.size() - 2);
    const double a = static_cast<double>(training[low]), b = static_cast<double>(training[low + 1]);
    values.push_back((b - a) * (clamped - static_cast<double>(low)) + a);
  }
  return values;
}

std::vector<double> karrasSigmas(double smallest, double largest, int steps) {
  constexpr double kRho = 7.0;
  const double low = std::pow(smallest, 1 / kRho), high = std::pow(largest, 1 / kRho);
  std::vector<double> values = linspace(0, 1, steps);
  for (double& value : values) value = std::pow(high + value * (low - high), kRho);
  return values;
}

double timestepOf(double sigma, const std::vector<float>& training) {
  const double logSigma = std::log(std::max(sigma, 1e-10));
  std::size_t low = 0;
  while (low + 2 < training.size() && static_cast<double>(std::log(training[low + 1])) <= logSigma) ++low;
  const float a = std::log(training[low]), b = std::log(training[low + 1]);
  const double weight = std::clamp((static_cast<double>(a) - logSigma) / static_cast<double>(a - b), 0.0, 1.0);
  return (1 - weight) * static_cast<double>(low) + weight * static_cast<double>(low + 1);
}

std::vector<float> closed(const std::vector<double>& sigmas) {
  std::vector<float> values;
  values.reserve(sigmas.size() + 1);
  for (const double sigma : sigmas) values.push_back(static_cast<float>(sigma));
  values.push_back(0.0F);
  return values;
}

}  // namespace pleinair
