#include "core/nn/resnet.h"

#include <ATen/ATen.h>

#include <cmath>

#include "core/nn/cancel_point.h"

namespace pleinair::nn {

ResnetBlock::ResnetBlock(const ResnetOptions& options)
    : m_norm1(options.normGroups, options.inChannels, options.epsilon),
      m_norm2(options.normGroups, options.outChannels, options.epsilon),
      m_conv1(options.inChannels, options.outChannels, 3, 1, 1),
      m_conv2(options.outChannels, options.outChannels, 3, 1, 1) {
  registerModule("norm1", m_norm1);
  registerModule("conv1", m_conv1);
  if (options.timeSize > 0) {
    m_timeProjection = std::make_unique<Linear>(options.timeSize, options.outChannels);
    registerModule("time_emb_proj", *m_timeProjection);
  }
  registerModule("norm2", m_norm2);
  registerModule("conv2", m_conv2);
  if (options.inChannels != options.outChannels) {
    m_shortcut = std::make_unique<Conv2d>(options.inChannels, options.outChannels, 1);
    registerModule("conv_shortcut", *m_shortcut);
  }
}

at::Tensor ResnetBlock::forward(const at::Tensor& x, const at::Tensor& time) const {
  cancelPoint(x);  // one step of a large model takes seconds, one block does not
  at::Tensor h = m_conv1.forward(nn::silu(m_norm1.forward(x)));
  if (m_timeProjection) h = addInto(h, m_timeProjection->forward(at::silu(time)).unsqueeze(-1).unsqueeze(-1));
  h = m_conv2.forward(nn::silu(m_norm2.forward(h)));
  return addInto(h, m_shortcut ? m_shortcut->forward(x) : x);
}

Downsample::Downsample(std::int64_t channels, bool asymmetric)
    : m_conv(channels, channels, 3, 2, asymmetric ? 0 : 1), m_asymmetric(asymmetric) {
  registerModule("conv", m_conv);
}

at::Tensor Downsample::forward(const at::Tensor& x) const {
  return m_conv.forward(m_asymmetric ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x);
}

Upsample::Upsample(std::int64_t channels) : m_conv(channels, channels, 3, 1, 1) { registerModule("conv", m_conv); }

at::Tensor Upsample::forward(const at::Tensor& x, std::int64_t height, std::int64_t width) const {
  const std::int64_t toHeight = height > 0 ? height : x.size(2) * 2;
  const std::int64_t toWidth = width > 0 ? width : x.size(3) * 2;
  return m_conv.forward(at::upsample_nearest2d(x, {toHeight, toWidth}));
}

at::Tensor timestepFeatures(const at::Tensor& timesteps, std::int64_t size, bool cosineFirst, double frequencyShift) {
  const std::int64_t half = size / 2;
  const at::Tensor t = timesteps.to(at::kFloat);
  const double step = -std::log(10000.0) / (static_cast<double>(half) - frequencyShift);
  const at::Tensor frequency = at::exp(at::arange(half, t.options()) * step);
  const at::Tensor angle = t.unsqueeze(1) * frequency.unsqueeze(0);  // [B, half]
  at::Tensor features = cosineFirst ? at::cat({angle.cos(), angle.sin()}, 1) : at::cat({angle.sin(), angle.cos()}, 1);
  return size % 2 == 1 ? at::constant_pad_nd(features, {0, 1}) : features;
}

TimestepEmbedding::TimestepEmbedding(std::int64_t inSize, std::int64_t outSize)
    : m_linear1(inSize, outSize), m_linear2(outSize, outSize) {
  registerModule("linear_1", m_linear1);
  registerModule("linear_2", m_linear2);
}

at::Tensor TimestepEmbedding::forward(const at::Tensor& features) const {
  return m_linear2.forward(at::silu(m_linear1.forward(features)));
}

}  // namespace pleinair::nn
