#include "app/etude/training.h"

#include <ATen/ATen.h>
#include <ATen/detail/CUDAHooksInterface.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace pleinair::etude {

double rateFactor(std::int64_t step, double progress, const TrainOptions& options) {
  const double warm =
      std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(std::max<std::int64_t>(1, options.warmup)));
  const double whole = options.from + (options.to - options.from) * std::min(1.0, progress);
  return warm * (options.decay ? 0.5 * (1.0 + std::cos(std::numbers::pi * whole)) : 1.0);
}

TrainSummary summaryOf(const std::vector<at::Tensor>& losses) {
  const at::Tensor all = at::stack(losses).cpu();
  TrainSummary summary{.steps = static_cast<std::int64_t>(losses.size())};
  const std::int64_t tenth = std::max<std::int64_t>(1, summary.steps / 10);
  summary.firstLoss = all.slice(0, 0, tenth).mean().item<double>();
  summary.lastLoss = all.slice(0, summary.steps - tenth).mean().item<double>();
  return summary;
}

int gpusFor(const DeviceSpec& device) {
  return device.isGpu() ? static_cast<int>(at::detail::getCUDAHooks().deviceCount()) : 0;
}

at::Device paintingDevice(const DeviceSpec& device) {
  return gpusFor(device) > 1 ? at::Device(at::kCUDA, 1) : device.device;
}

bool paintersMayGoOn(const TrainOptions& options, bool shared, std::int64_t drawn, std::int64_t shown) {
  return !shared || drawn * options.reuse <= shown;
}

}  // namespace pleinair::etude
