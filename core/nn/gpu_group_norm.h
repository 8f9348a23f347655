#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace pleinair::nn {

/// Whether gpuGroupNorm takes this x [B, C, H, W]: while the norm's own weight is trained (a finished model keeps to
/// libtorch's, with which its figures were taken), on an NVIDIA GPU, channels innermost in memory and C a multiple of
/// what 16 bytes hold, weight and bias of x's type; and where the kernels were compiled for that GPU and gave, when
/// first asked for, what libtorch gives.
bool worthGpuGroupNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t groups);

/// Group normalisation (Wu and He 2018) and, with `silu`, SiLU after it, in one pass and computed in float32;
/// gradients go to x, weight and bias. Channels stay innermost, where libtorch's own would copy to and fro.
at::Tensor gpuGroupNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t groups,
                        double epsilon, bool silu);

}  // namespace pleinair::nn
