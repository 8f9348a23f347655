#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <vector>

#include "core/nn/flash_attention_kernel.h"

namespace pleinair::nn {

/// Whether flashAttention() computes this attention, and sooner than at::scaled_dot_product_attention: float32 or
/// bfloat16 on a CPU that has the instructions, many enough queries and keys. Where gradients are recorded, backward
/// too.
bool worthFlashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads);

/// softmax(Q K^T / sqrt(d)) V over heads without ever holding all scores ("FlashAttention", Dao et al. 2022; the
/// softmax in one pass: Milakov and Gimelshein 2018). q [B, N, heads*d], k and v [B, M, heads*d] -> [B, N, heads*d];
/// views whose last dimension is contiguous are read in place. Sums, scores and the softmax are float32; with
/// bfloat16 the weights are rounded to it before they meet the values where the processor multiplies bfloat16. The
/// result does not depend on the number of threads. Works on torch's threads; throws CancelledException as
/// checkCancelled() does.
///
/// Gradients flow to what requires them, by flashAttentionBackward(); they have none of their own, which
/// differentiating them tells by an exception.
at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads);

/// The same by a certain kernel of the type's.
at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                          const FlashKernel& kernel);

/// An attention and what its backward pass needs of it.
struct FlashAttended {
  at::Tensor out;        ///< [B, N, heads*d]
  at::Tensor logSumExp;  ///< float32 [B, heads, N]: of the scaled scores, natural logarithm; undefined: not wanted
};

/// flashAttention() without recording.
FlashAttended flashAttentionForward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                                    bool logSumExp, const FlashKernel& kernel);

/// The gradients of q, k and v, shaped as these are, those that are wanted; the others stay undefined. The scores are
/// computed anew from logSumExp (Dao et al. 2022, algorithm 4). Sums are float32; where the processor multiplies
/// bfloat16 the weights and their gradients are rounded to it before they meet the rows. The result does not depend
/// on the number of threads. Works on torch's threads; throws CancelledException as checkCancelled() does.
std::array<at::Tensor, 3> flashAttentionBackward(const at::Tensor& gradOut, const at::Tensor& q, const at::Tensor& k,
                                                 const at::Tensor& v, const FlashAttended& attended,
                                                 std::int64_t heads, std::array<bool, 3> wanted,
                                                 const FlashKernel& kernel);

/// The kernels for a type of numbers that this processor can run, the fastest first; the portable one, last, is
/// slower than torch.
std::vector<const FlashKernel*> runnableFlashKernels(at::ScalarType type);

}  // namespace pleinair::nn
