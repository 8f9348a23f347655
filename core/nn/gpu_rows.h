#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace pleinair::nn {

/// Whether the functions below take these x while `weight` is trained (a finished model keeps to libtorch's): on an
/// NVIDIA GPU, rows whole in memory and of a width that is a multiple of what 16 bytes hold and not too wide for a
/// block of threads; and where the kernels were compiled for that GPU and gave, when first asked for, what libtorch
/// gives.
bool worthGpuLayerNorm(const at::Tensor& x, const at::Tensor& weight);
bool worthGpuGate(const at::Tensor& x, const at::Tensor& weight);
bool worthGpuBias(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// Layer normalisation (Ba et al. 2016) over the last axis, computed in float32, with gradients.
at::Tensor gpuLayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon);

/// values * GELU(gates) of x [..., values and gates], the gate of GEGLU (Shazeer 2020), in one pass each way.
at::Tensor gpuGate(const at::Tensor& x);

/// at::linear with a bias whose gradient is summed by a kernel of ours.
at::Tensor gpuLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// at::conv2d with a bias likewise, of tensors whose channels lie innermost.
at::Tensor gpuConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t stride,
                          std::int64_t padding);

}  // namespace pleinair::nn
