#include "core/nn/resnet.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "core/nn/cancel_point.h"
#include "core/nn/packed_convolutions.h"

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
  at::Tensor h = m_conv1.forward(m_norm1.activated(x));
  if (m_timeProjection) h = addInto(h, m_timeProjection->forward(at::silu(time)).unsqueeze(-1).unsqueeze(-1));
  h = m_conv2.forward(m_norm2.activated(h));
  return addInto(h, m_shortcut ? m_shortcut->forward(x) : x);
}

Downsample::Downsample(std::int64_t channels, bool asymmetric)
    : m_conv(channels, channels, 3, 2, asymmetric ? 0 : 1), m_asymmetric(asymmetric) {
  registerModule("conv", m_conv);
}

at::Tensor Downsample::forward(const at::Tensor& x) const {
  return m_conv.forward(m_asymmetric ? at::constant_pad_nd(x, {0, 1, 0, 1}) : x);
}

namespace {

/// With fewer channels than this the four small convolutions take longer than the one they replace.
constexpr std::int64_t kWorthFolding = 192;
/// In training, where gradients go back through all four, so do fewer positions than this (of all pictures).
constexpr std::int64_t kWorthFoldingRecorded = 4096;

/// The kernels for the four pixels that come of one, in reading order.
FoldedKernels foldedKernels(const at::Tensor& weight) {
  const at::Tensor exact = weight.scalar_type() == at::kFloat ? weight : weight.to(at::kFloat);
  // Along one axis: an even pixel sees its left neighbour once and itself twice, an odd one itself twice, then right.
  const auto folded = [](const at::Tensor& kernel, std::int64_t axis, bool odd) {
    const at::Tensor first = kernel.narrow(axis, 0, 1), middle = kernel.narrow(axis, 1, 1),
                     last = kernel.narrow(axis, 2, 1);
    return odd ? at::cat({first + middle, last}, axis) : at::cat({first, middle + last}, axis);
  };
  FoldedKernels kernels;
  for (const std::size_t down : {0, 1}) {
    const at::Tensor rows = folded(exact, 2, down == 1);
    for (const std::size_t across : {0, 1}) {
      kernels[2 * down + across] = folded(rows, 3, across == 1).to(weight.scalar_type());
    }
  }
  return kernels;
}

/// A 3x3 convolution with padding 1 over the pixels of x repeated to twice the size, without making them: a repeated
/// pixel lies under two taps of three, so each of the four pixels that come of one sees x through a kernel of 2x2.
/// Four ninths of the products, the same sum but for the order it is taken in.
at::Tensor convolvedTwice(const at::Tensor& x, const Conv2d& layer) {
  const std::int64_t batch = x.size(0), height = x.size(2), width = x.size(3), channels = layer.weight.size(0);
  const auto make = [&] { return foldedKernels(layer.weight); };
  const FoldedKernels kernels = layer.packer != nullptr ? layer.packer->folded(layer, x, make) : make();
  const auto pixels = [&](std::int64_t down, std::int64_t across) {
    // One row and one column more than are wanted cost less than parts of x with a border of their own.
    const at::Tensor y = foldedConvolution(x, kernels[static_cast<std::size_t>(2 * down + across)], layer.bias);
    return y.narrow(2, down, height).narrow(3, across, width).permute({0, 2, 3, 1});  // [B, H, W, C]
  };
  at::Tensor made;
  if (at::GradMode::is_enabled()) {
    std::vector<at::Tensor> rows;
    for (const std::int64_t down : {0, 1}) rows.push_back(at::stack({pixels(down, 0), pixels(down, 1)}, 3));
    made = at::stack(rows, 2);
  } else {  // each where it belongs, once
    made = at::empty({batch, height, 2, width, 2, channels}, x.options());
    for (const std::int64_t down : {0, 1}) {
      for (const std::int64_t across : {0, 1}) made.select(2, down).select(3, across).copy_(pixels(down, across));
    }
  }
  return made.view({batch, 2 * height, 2 * width, channels}).permute({0, 3, 1, 2});
}

}  // namespace

Upsample::Upsample(std::int64_t channels) : m_conv(channels, channels, 3, 1, 1) {
  registerModule("conv", m_conv);
  m_conv.keepReadable();
}

at::Tensor Upsample::forward(const at::Tensor& x, std::int64_t height, std::int64_t width) const {
  const std::int64_t toHeight = height > 0 ? height : x.size(2) * 2;
  const std::int64_t toWidth = width > 0 ? width : x.size(3) * 2;
  const bool twice = toHeight == 2 * x.size(2) && toWidth == 2 * x.size(3);
  const bool recorded = at::GradMode::is_enabled() && x.requires_grad();
  const bool large = x.device().is_cpu() && m_conv.weight.size(0) >= kWorthFolding &&
                     (!recorded || x.size(0) * toHeight * toWidth >= kWorthFoldingRecorded);
  if (twice && large && m_conv.branches.empty()) return convolvedTwice(x, m_conv);
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
