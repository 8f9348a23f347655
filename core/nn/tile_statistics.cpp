#include "core/nn/tile_statistics.h"

#include <ATen/ATen.h>

#include <utility>

namespace pleinair::nn {
namespace {

thread_local TileStatistics* t_current = nullptr;

}  // namespace

TileStatistics* TileStatistics::current() { return t_current; }

TileStatistics::Scope::Scope(TileStatistics& statistics) { t_current = &statistics; }

TileStatistics::Scope::~Scope() { t_current = nullptr; }

void TileStatistics::beginPass(bool last) {
  m_applied = std::exchange(m_recorded, {});
  m_recording = !last;
}

void TileStatistics::record(const void* norm, const at::Tensor& x, std::int64_t groups) {
  // The tile grows on its way through the network; its core grows with it.
  const std::int64_t down = x.size(2) / m_core.height, across = x.size(3) / m_core.width;
  const at::Tensor core =
      x.slice(2, m_core.top * down, m_core.bottom * down).slice(3, m_core.left * across, m_core.right * across);
  const auto [variance, mean] =
      at::var_mean(core.reshape({x.size(0), groups, -1}).to(at::kFloat), at::OptionalIntArrayRef({-1}), false);
  const auto count = static_cast<double>(core.size(2) * core.size(3));
  const at::Tensor wideMean = mean.to(at::kDouble);
  const at::Tensor square = (variance.to(at::kDouble) + wideMean.square()) * count;
  Sums& sums = m_recorded[norm];
  sums.mean = sums.count == 0 ? wideMean * count : sums.mean + wideMean * count;
  sums.square = sums.count == 0 ? square : sums.square + square;
  sums.count += count;
}

at::Tensor TileStatistics::normalize(const void* norm, const at::Tensor& x, std::int64_t groups,
                                     const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  if (m_recording) record(norm, x, groups);
  const auto kept = m_applied.find(norm);
  if (kept == m_applied.end()) return at::group_norm(x, groups, weight, bias, epsilon);
  const at::Tensor mean = kept->second.mean / kept->second.count;
  const at::Tensor variance = (kept->second.square / kept->second.count - mean.square()).clamp_min(0.0);
  const std::int64_t each = x.size(1) / groups;
  const at::Tensor scale = (variance + epsilon).rsqrt().repeat_interleave(each, 1) * weight;
  const at::Tensor shift = bias - mean.repeat_interleave(each, 1) * scale;
  return at::addcmul(shift.to(x.scalar_type()).unsqueeze(-1).unsqueeze(-1), x,
                     scale.to(x.scalar_type()).unsqueeze(-1).unsqueeze(-1));
}

}  // namespace pleinair::nn
