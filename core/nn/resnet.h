#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "core/nn/layers.h"
#include "core/nn/module.h"

namespace pleinair::nn {

/// What a ResnetBlock is made of. Without `timeSize` it takes no timestep (the VAE's blocks).
struct ResnetOptions {
  std::int64_t inChannels = 0;
  std::int64_t outChannels = 0;
  std::int64_t timeSize = 0;
  std::int64_t normGroups = 32;
  double epsilon = 1e-5;
};

/// norm, SiLU, convolution, plus the timestep, norm, SiLU, convolution, beside a residual.
class ResnetBlock final : public Module {
 public:
  explicit ResnetBlock(const ResnetOptions& options);
  /// x [B, in, H, W], time [B, timeSize] or undefined -> [B, out, H, W]
  at::Tensor forward(const at::Tensor& x, const at::Tensor& time) const;

 private:
  GroupNorm m_norm1, m_norm2;
  Conv2d m_conv1, m_conv2;
  std::unique_ptr<Linear> m_timeProjection;
  std::unique_ptr<Conv2d> m_shortcut;
};

/// Halves a feature map by a strided convolution. The VAE pads only right and below (`asymmetric`).
class Downsample final : public Module {
 public:
  explicit Downsample(std::int64_t channels, bool asymmetric = false);
  at::Tensor forward(const at::Tensor& x) const;  // [B, C, H, W] -> [B, C, H/2, W/2]

 private:
  Conv2d m_conv;
  bool m_asymmetric;
};

/// Repeats pixels up to `height` x `width` (0: twice the size) and convolves.
class Upsample final : public Module {
 public:
  explicit Upsample(std::int64_t channels);
  at::Tensor forward(const at::Tensor& x, std::int64_t height = 0, std::int64_t width = 0) const;

 private:
  Conv2d m_conv;
};

/// Sine and cosine features of timesteps (Ho et al. 2020), computed in float32.  [B] -> [B, size]
at::Tensor timestepFeatures(const at::Tensor& timesteps, std::int64_t size, bool cosineFirst, double frequencyShift);

/// Two linear layers around a SiLU: linear_1, linear_2.  [B, in] -> [B, out]
class TimestepEmbedding final : public Module {
 public:
  TimestepEmbedding(std::int64_t inSize, std::int64_t outSize);
  at::Tensor forward(const at::Tensor& features) const;

 private:
  Linear m_linear1, m_linear2;
};

}  // namespace pleinair::nn
