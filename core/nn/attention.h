#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/nn/layers.h"
#include "core/nn/module.h"

namespace pleinair::nn {

/// What an Attention layer is made of. `contextSize` is the width of what keys and values are read from.
struct AttentionOptions {
  std::int64_t size = 0;         ///< width of queries in and of the output
  std::int64_t contextSize = 0;  ///< 0: same as size
  std::int64_t heads = 1;
  std::int64_t headSize = 0;  ///< 0: size / heads
  bool projectionBias = false;
};

/// Multi-head attention (Vaswani et al. 2017) under diffusers' names: to_q, to_k, to_v, to_out.0.
class Attention final : public Module {
 public:
  explicit Attention(const AttentionOptions& options);
  /// x [B, N, size], context [B, M, contextSize] -> [B, N, size]
  at::Tensor forward(const at::Tensor& x, const at::Tensor& context) const;

  Linear toQ, toK, toV, toOut;

 private:
  std::int64_t m_heads;
};

/// softmax(Q K^T / sqrt(d)) V over heads.  q [B, N, heads*d], k and v [B, M, heads*d] -> [B, N, heads*d].
/// `causal` hides later positions, as text encoders do.
at::Tensor multiHeadAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                              bool causal = false);

/// The feed-forward half of a transformer block with a GEGLU gate (Shazeer 2020): net.0.proj, net.2.
class GatedFeedForward final : public Module {
 public:
  explicit GatedFeedForward(std::int64_t size);
  at::Tensor forward(const at::Tensor& x) const;  // [B, N, size] -> [B, N, size]

 private:
  Linear m_projection, m_out;
};

/// Self-attention, cross-attention and feed-forward, each behind a layer norm and beside a residual.
class TransformerBlock final : public Module {
 public:
  TransformerBlock(std::int64_t size, std::int64_t heads, std::int64_t contextSize);
  /// x [B, N, size], context [B, M, contextSize] -> [B, N, size]
  at::Tensor forward(const at::Tensor& x, const at::Tensor& context) const;

 private:
  LayerNorm m_norm1, m_norm2, m_norm3;
  Attention m_selfAttention, m_crossAttention;
  GatedFeedForward m_feedForward;
};

/// What a SpatialTransformer is made of; `linearProjection` tells SD 2.x and SDXL from SD 1.x.
struct SpatialTransformerOptions {
  std::int64_t channels = 0;
  std::int64_t heads = 1;
  std::int64_t contextSize = 0;
  std::int64_t layers = 1;
  std::int64_t normGroups = 32;
  bool linearProjection = false;
};

/// Transformer blocks over the pixels of a feature map, with text as context.
class SpatialTransformer final : public Module {
 public:
  explicit SpatialTransformer(const SpatialTransformerOptions& options);
  /// x [B, C, H, W], context [n * B, M, contextSize] -> [n * B, C, H, W]: with n > 1 each n-th part of the context is
  /// attended to by the same x, and what comes before that is computed once.
  at::Tensor forward(const at::Tensor& x, const at::Tensor& context) const;

 private:
  GroupNorm m_norm;
  std::unique_ptr<Linear> m_linearIn, m_linearOut;
  std::unique_ptr<Conv2d> m_convIn, m_convOut;
  std::vector<std::unique_ptr<TransformerBlock>> m_blocks;
};

}  // namespace pleinair::nn
