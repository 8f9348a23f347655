#include "core/nn/attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <string>

#include "core/nn/cancel_point.h"
#include "core/nn/flash_attention.h"
#include "core/nn/gpu_rows.h"

namespace pleinair::nn {
namespace {

std::int64_t innerSize(const AttentionOptions& options) {
  return options.headSize > 0 ? options.heads * options.headSize : options.size;
}

std::int64_t contextOf(const AttentionOptions& options) {
  return options.contextSize > 0 ? options.contextSize : options.size;
}

at::Tensor splitHeads(const at::Tensor& x, std::int64_t heads) {  // [B, N, h*d] -> [B, h, N, d]
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

}  // namespace

at::Tensor multiHeadAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                              bool causal) {
  if (!causal && worthFlashAttention(q, k, v, heads)) return flashAttention(q, k, v, heads);
  const at::Tensor mixed = at::scaled_dot_product_attention(splitHeads(q, heads), splitHeads(k, heads),
                                                            splitHeads(v, heads), {}, 0.0, causal);
  return mixed.transpose(1, 2).reshape({q.size(0), q.size(1), q.size(2)});
}

Attention::Attention(const AttentionOptions& options)
    : toQ(options.size, innerSize(options), options.projectionBias),
      toK(contextOf(options), innerSize(options), options.projectionBias),
      toV(contextOf(options), innerSize(options), options.projectionBias),
      toOut(innerSize(options), options.size),
      m_heads(options.heads) {
  registerModule("to_q", toQ);
  registerModule("to_k", toK);
  registerModule("to_v", toV);
  registerModule("to_out.0", toOut);
}

at::Tensor Attention::forward(const at::Tensor& x, const at::Tensor& context) const {
  return toOut.forward(multiHeadAttention(toQ.forward(x), toK.forward(context), toV.forward(context), m_heads));
}

GatedFeedForward::GatedFeedForward(std::int64_t size) : m_projection(size, size * 8), m_out(size * 4, size) {
  registerModule("net.0.proj", m_projection);
  registerModule("net.2", m_out);
}

at::Tensor GatedFeedForward::forward(const at::Tensor& x) const {
  const at::Tensor projected = m_projection.forward(x);
  if (worthGpuGate(projected, m_projection.weight)) return m_out.forward(gpuGate(projected));
  const std::vector<at::Tensor> halves = projected.chunk(2, -1);
  at::Tensor gate = at::gelu(halves[1]);
  return m_out.forward(at::GradMode::is_enabled() ? halves[0] * gate : gate.mul_(halves[0]));
}

TransformerBlock::TransformerBlock(std::int64_t size, std::int64_t heads, std::int64_t contextSize)
    : m_norm1(size, 1e-5),
      m_norm2(size, 1e-5),
      m_norm3(size, 1e-5),
      m_selfAttention({.size = size, .heads = heads}),
      m_crossAttention({.size = size, .contextSize = contextSize, .heads = heads}),
      m_feedForward(size) {
  registerModule("norm1", m_norm1);
  registerModule("attn1", m_selfAttention);
  registerModule("norm2", m_norm2);
  registerModule("attn2", m_crossAttention);
  registerModule("norm3", m_norm3);
  registerModule("ff", m_feedForward);
}

at::Tensor TransformerBlock::forward(const at::Tensor& x, const at::Tensor& context) const {
  cancelPoint(x);  // one step of a large model takes seconds, one block does not
  const at::Tensor normal = m_norm1.forward(x);
  at::Tensor h = repeatedTo(addInto(m_selfAttention.forward(normal, normal), x), context.size(0));
  h = addInto(m_crossAttention.forward(m_norm2.forward(h), context), h);
  return addInto(m_feedForward.forward(m_norm3.forward(h)), h);
}

SpatialTransformer::SpatialTransformer(const SpatialTransformerOptions& options)
    : m_norm(options.normGroups, options.channels, 1e-6) {
  registerModule("norm", m_norm);
  if (options.linearProjection) {
    m_linearIn = std::make_unique<Linear>(options.channels, options.channels);
    m_linearOut = std::make_unique<Linear>(options.channels, options.channels);
    registerModule("proj_in", *m_linearIn);
  } else {
    m_convIn = std::make_unique<Conv2d>(options.channels, options.channels, 1);
    m_convOut = std::make_unique<Conv2d>(options.channels, options.channels, 1);
    registerModule("proj_in", *m_convIn);
  }
  for (std::int64_t i = 0; i < options.layers; ++i) {
    m_blocks.push_back(std::make_unique<TransformerBlock>(options.channels, options.heads, options.contextSize));
    registerModule("transformer_blocks." + std::to_string(i), *m_blocks.back());
  }
  registerModule("proj_out", options.linearProjection ? static_cast<Module&>(*m_linearOut) : *m_convOut);
}

at::Tensor SpatialTransformer::forward(const at::Tensor& x, const at::Tensor& context) const {
  const std::int64_t batch = x.size(0), channels = x.size(1), height = x.size(2), width = x.size(3);
  at::Tensor h = m_norm.forward(x);
  if (m_convIn) h = m_convIn->forward(h);
  h = h.permute({0, 2, 3, 1}).reshape({batch, height * width, channels});  // [B, H*W, C]
  if (m_linearIn) h = m_linearIn->forward(h);
  for (const auto& block : m_blocks) h = block->forward(h, context);
  if (m_linearOut) h = m_linearOut->forward(h);
  h = h.view({h.size(0), height, width, channels}).permute({0, 3, 1, 2});  // [B, C, H, W]
  if (m_convOut) h = m_convOut->forward(x.is_contiguous() ? h.contiguous() : h);
  return addInto(h, repeatedTo(x, h.size(0)));
}

}  // namespace pleinair::nn
