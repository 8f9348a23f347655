#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/nn/flash_attention_kernel.h"

namespace pleinair::nn {

/// The tensor, or a copy of it whose rows are contiguous. x [B, N, columns]
at::Tensor rowsInPlace(const at::Tensor& x);

/// Number `column` of the first row of a picture, in a tensor of any type; null for an undefined tensor.
void* rowsOf(const at::Tensor& x, std::int64_t picture, std::int64_t column);

/// Memory for kernels: `count` pieces of at least `words` words, each aligned to 64 bytes.
at::Tensor wordsFor(std::int64_t count, std::int64_t words);
float* wordsOf(const at::Tensor& pieces, std::int64_t piece);

/// What the kernels see of the tensors of an attention: the heads of all pictures, one after another.
class AttentionHeads {
 public:
  /// q and out [B, N, heads*d], k and v [B, M, heads*d], logSumExp [B, heads, N] or undefined
  AttentionHeads(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& out,
                 const at::Tensor& logSumExp, std::int64_t heads);

  [[nodiscard]] AttentionHead head(std::int64_t i) const;
  [[nodiscard]] std::int64_t count() const { return m_q.size(0) * m_heads; }
  [[nodiscard]] std::int64_t size() const { return m_q.size(2) / m_heads; }
  [[nodiscard]] std::int64_t picture(std::int64_t i) const { return i / m_heads; }
  [[nodiscard]] std::int64_t column(std::int64_t i) const { return i % m_heads * size(); }
  [[nodiscard]] const at::Tensor& out() const { return m_out; }
  [[nodiscard]] const at::Tensor& logSumExp() const { return m_logSumExp; }

 private:
  at::Tensor m_q, m_k, m_v, m_out, m_logSumExp;
  std::int64_t m_heads;
};

}  // namespace pleinair::nn
