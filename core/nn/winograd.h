#pragma once

#include <ATen/core/Tensor.h>

namespace pleinair::nn {

/// Whether winogradConvolution() computes the 3x3 convolution with stride 1 and padding 1 of x by this weight, and
/// sooner than at::conv2d: float32 on a CPU, enough channels and pixels, and no gradient of the weight wanted.
bool worthWinograd(const at::Tensor& x, const at::Tensor& weight);

/// That convolution with four multiplications where the plain way has nine (Winograd's F(2x2, 3x3): Lavin and Gray
/// 2016, "Fast Algorithms for Convolutional Neural Networks"). Sums are shorter than the plain ones and therefore
/// rather nearer to the exact result. `bias` may be undefined. Gradients flow to x.
/// x [B, in, H, W] -> [B, out, H, W], channels last
at::Tensor winogradConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

}  // namespace pleinair::nn
