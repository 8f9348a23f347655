#include "core/nn/flash_attention_heads.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numbers>

namespace pleinair::nn {

at::Tensor rowsInPlace(const at::Tensor& x) { return x.stride(2) == 1 ? x : x.contiguous(); }

void* rowsOf(const at::Tensor& x, std::int64_t picture, std::int64_t column) {
  if (!x.defined()) return nullptr;
  const std::int64_t at = picture * x.stride(0) + column;
  return static_cast<char*>(x.data_ptr()) + at * static_cast<std::int64_t>(x.element_size());
}

at::Tensor wordsFor(std::int64_t count, std::int64_t words) {
  return at::empty({count, (words + 15) / 16 * 16}, at::kFloat);
}

float* wordsOf(const at::Tensor& pieces, std::int64_t piece) {
  return static_cast<float*>(pieces.data_ptr()) + piece * pieces.stride(0);
}

AttentionHeads::AttentionHeads(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& out,
                               const at::Tensor& logSumExp, std::int64_t heads)
    : m_q(rowsInPlace(q)),
      m_k(rowsInPlace(k)),
      m_v(rowsInPlace(v)),
      m_out(rowsInPlace(out)),
      m_logSumExp(logSumExp),
      m_heads(heads) {}

AttentionHead AttentionHeads::head(std::int64_t i) const {
  return {.q = rowsOf(m_q, picture(i), column(i)),
          .k = rowsOf(m_k, picture(i), column(i)),
          .v = rowsOf(m_v, picture(i), column(i)),
          .out = rowsOf(m_out, picture(i), column(i)),
          .logSumExp = m_logSumExp.defined() ? m_logSumExp.data_ptr<float>() + i * m_q.size(1) : nullptr,
          .qStride = m_q.stride(1),
          .kStride = m_k.stride(1),
          .vStride = m_v.stride(1),
          .outStride = m_out.stride(1),
          .queries = m_q.size(1),
          .keys = m_k.size(1),
          .size = size(),
          .scale = static_cast<float>(std::numbers::log2e / std::sqrt(static_cast<double>(size())))};
}

}  // namespace pleinair::nn
