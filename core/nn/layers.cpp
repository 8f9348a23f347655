#include "core/nn/layers.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/nn/gpu_group_norm.h"
#include "core/nn/gpu_rows.h"
#include "core/nn/packed_convolutions.h"
#include "core/nn/tile_statistics.h"
#include "core/nn/winograd.h"

namespace pleinair::nn {
namespace {

/// A branch's matrix in the precision of the activations, as autocast does it: they stay float32 where they are
/// trained, and converting them costs far less than converting the activations for each branch would.
at::Tensor inPrecisionOf(const at::Tensor& x, const at::Tensor& matrix) {
  return matrix.scalar_type() == x.scalar_type() ? matrix : matrix.to(x.scalar_type());
}

}  // namespace

Linear::Linear(std::int64_t inFeatures, std::int64_t outFeatures, bool withBias) {
  registerParameter("weight", weight, {outFeatures, inFeatures});
  if (withBias) registerParameter("bias", bias, {outFeatures});
}

at::Tensor Linear::forward(const at::Tensor& x) const {
  at::Tensor y = worthGpuBias(x, weight, bias) ? gpuLinear(x, weight, bias) : at::linear(x, weight, bias);
  for (const LoraBranch& branch : branches) {
    // The scale is applied at the narrow waist, where it costs least.
    const at::Tensor waist = at::linear(x, inPrecisionOf(x, branch.down)) * branch.scale;  // [..., rank]
    y = addInto(std::move(y), branch.up.defined() ? at::linear(waist, inPrecisionOf(x, branch.up)) : waist);
  }
  return y;
}

Conv2d::Conv2d(std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, std::int64_t strideBy,
               std::int64_t paddingBy, bool withBias)
    : m_stride(strideBy), m_padding(paddingBy) {
  registerParameter("weight", weight, {outChannels, inChannels, kernel, kernel});
  if (withBias) registerParameter("bias", bias, {outChannels});
}

at::Tensor Conv2d::convolved(const at::Tensor& x) const {
  if (m_stride == 1 && m_padding == 1 && worthWinograd(x, weight)) return winogradConvolution(x, weight, bias);
  if (worthGpuBias(x, weight, bias)) return gpuConvolution(x, weight, bias, m_stride, m_padding);
  if (packer != nullptr) packer->prepare(*this, x);
  return weight.is_mkldnn() ? packedConvolution(*this, x) : at::conv2d(x, weight, bias, m_stride, m_padding);
}

at::Tensor Conv2d::forward(const at::Tensor& x) const {
  at::Tensor y = convolved(x);
  for (const LoraBranch& branch : branches) {
    const at::Tensor waist =
        at::conv2d(x, inPrecisionOf(x, branch.down), {}, m_stride, m_padding) * branch.scale;  // [B, rank, H', W']
    y = addInto(std::move(y), branch.up.defined() ? at::conv2d(waist, inPrecisionOf(x, branch.up)) : waist);
  }
  return y;
}

GroupNorm::GroupNorm(std::int64_t groups, std::int64_t channels, double epsilon)
    : m_groups(groups), m_epsilon(epsilon) {
  registerParameter("weight", weight, {channels});
  registerParameter("bias", bias, {channels});
}

at::Tensor GroupNorm::forward(const at::Tensor& x) const {
  if (TileStatistics* tiles = TileStatistics::current()) {
    return tiles->normalize(this, x, m_groups, weight, bias, m_epsilon);
  }
  if (onGpu(x)) return gpuGroupNorm(x, weight, bias, m_groups, m_epsilon, false);
  // With the channels innermost libtorch takes the variance as E[x^2] - E[x]^2, of which nothing is left where a
  // group has few and nearly equal numbers; with rows innermost it does not.
  constexpr std::int64_t kFewNumbers = 256;
  if (x.device().is_cpu() && !x.is_contiguous() && x.numel() <= kFewNumbers * m_groups * x.size(0)) {
    return at::group_norm(x.contiguous(), m_groups, weight, bias, m_epsilon).contiguous(x.suggest_memory_format());
  }
  return at::group_norm(x, m_groups, weight, bias, m_epsilon);
}

at::Tensor GroupNorm::activated(const at::Tensor& x) const {
  if (TileStatistics::current() == nullptr && onGpu(x))
    return gpuGroupNorm(x, weight, bias, m_groups, m_epsilon, true);
  return nn::silu(forward(x));
}

bool GroupNorm::onGpu(const at::Tensor& x) const { return worthGpuGroupNorm(x, weight, bias, m_groups); }

LayerNorm::LayerNorm(std::int64_t size, double epsilon) : m_size(size), m_epsilon(epsilon) {
  registerParameter("weight", weight, {size});
  registerParameter("bias", bias, {size});
}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  if (worthGpuLayerNorm(x, weight)) return gpuLayerNorm(x, weight, bias, m_epsilon);
  return at::layer_norm(x, {m_size}, weight, bias, m_epsilon);
}

Embedding::Embedding(std::int64_t count, std::int64_t size) { registerParameter("weight", weight, {count, size}); }

at::Tensor Embedding::forward(const at::Tensor& ids) const { return at::embedding(weight, ids); }

at::Tensor silu(at::Tensor x) { return at::GradMode::is_enabled() ? at::silu(x) : at::silu_(x); }

at::Tensor addInto(at::Tensor y, const at::Tensor& x) { return at::GradMode::is_enabled() ? y + x : y.add_(x); }

at::Tensor repeatedTo(const at::Tensor& x, std::int64_t batch) {
  if (x.size(0) == batch) return x;
  std::vector<std::int64_t> times(static_cast<std::size_t>(x.dim()), 1);
  times.front() = batch / x.size(0);
  return x.repeat(times);
}

}  // namespace pleinair::nn
