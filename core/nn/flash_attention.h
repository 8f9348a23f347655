#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/nn/flash_attention_kernel.h"

namespace pleinair::nn {

/// Whether flashAttention() computes this attention, and sooner than at::scaled_dot_product_attention: float32 or
/// bfloat16 on a CPU that has the instructions, many enough queries and keys, and no gradient recorded.
bool worthFlashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads);

/// softmax(Q K^T / sqrt(d)) V over heads without ever holding all scores ("FlashAttention", Dao et al. 2022; the
/// softmax in one pass: Milakov and Gimelshein 2018). q [B, N, heads*d], k and v [B, M, heads*d] -> [B, N, heads*d];
/// views whose last dimension is contiguous are read in place. Sums, scores and the softmax are float32; with
/// bfloat16 the weights are rounded to it before they meet the values where the processor multiplies bfloat16. The
/// result does not depend on the number of threads. Works on torch's threads; throws CancelledException as
/// checkCancelled() does.
at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads);

/// The same by a certain kernel of the type's.
at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                          const FlashKernel& kernel);

/// The kernels for a type of numbers that this processor can run, the fastest first; the portable one, last, is
/// slower than torch.
std::vector<const FlashKernel*> runnableFlashKernels(at::ScalarType type);

}  // namespace pleinair::nn
