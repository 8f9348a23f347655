#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/nn/module.h"

namespace pleinair::nn {

/// One low-rank branch beside a Linear or Conv2d (Hu et al. 2021): y += scale * up(down(x)), with
/// scale = weight * alpha / rank. The branch is computed in the precision of the activations, whichever its own tensors
/// have (float32 where they are trained). A branch without `up` holds a whole change of the weight in `down`, for
/// adapters that are not of low rank.
struct LoraBranch {
  at::Tensor down;  // [rank, in] or [rank, in, k, k]; the weight's own shape without `up`
  at::Tensor up;    // [out, rank] or [out, rank, 1, 1], or undefined
  double scale = 1.0;
};

/// Whatever can carry LoRA branches.
class AdaptableLayer : public Module {
 public:
  at::Tensor weight;
  at::Tensor bias;  ///< undefined when the layer has none
  std::vector<LoraBranch> branches;
};

/// y = x W^T + b.  x [..., in] -> [..., out]
class Linear final : public AdaptableLayer {
 public:
  Linear(std::int64_t inFeatures, std::int64_t outFeatures, bool withBias = true);
  at::Tensor forward(const at::Tensor& x) const;
};

class PackedConvolutions;

/// Two-dimensional convolution with equal stride and padding on both axes.  [B, in, H, W] -> [B, out, H', W']
class Conv2d final : public AdaptableLayer {
 public:
  Conv2d(std::int64_t inChannels, std::int64_t outChannels, std::int64_t kernel, std::int64_t strideBy = 1,
         std::int64_t paddingBy = 0, bool withBias = true);
  at::Tensor forward(const at::Tensor& x) const;

  [[nodiscard]] std::int64_t stride() const { return m_stride; }
  [[nodiscard]] std::int64_t padding() const { return m_padding; }
  /// Whether PackedConvolutions may turn the weight around; not where somebody reads it.
  [[nodiscard]] bool packable() const { return m_packable; }
  void keepReadable() { m_packable = false; }

  PackedConvolutions* packer = nullptr;  ///< while the weight waits to be packed, or is folded
  at::Tensor turned;  ///< while it is packed for training: the packed weight that carries gradients back to x

 private:
  [[nodiscard]] at::Tensor convolved(const at::Tensor& x) const;

  std::int64_t m_stride, m_padding;
  bool m_packable = true;
};

class GroupNorm final : public Module {
 public:
  GroupNorm(std::int64_t groups, std::int64_t channels, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;
  /// silu(forward(x)), which a GPU does in one.
  at::Tensor activated(const at::Tensor& x) const;
  at::Tensor weight, bias;

 private:
  [[nodiscard]] bool onGpu(const at::Tensor& x) const;

  std::int64_t m_groups;
  double m_epsilon;
};

class LayerNorm final : public Module {
 public:
  LayerNorm(std::int64_t size, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;
  at::Tensor weight, bias;

 private:
  std::int64_t m_size;
  double m_epsilon;
};

class Embedding final : public Module {
 public:
  Embedding(std::int64_t count, std::int64_t size);
  at::Tensor forward(const at::Tensor& ids) const;
  at::Tensor weight;
};

/// x * sigmoid(x), written over x where no gradients are recorded: x must be a result that nobody else reads.
at::Tensor silu(at::Tensor x);

/// y + x (same shape, x's batch may be 1), written over y where no gradients are recorded: y must be a result that
/// nobody else reads.
at::Tensor addInto(at::Tensor y, const at::Tensor& x);

/// x repeated along its first axis until it has `batch` rows, which is a multiple of what it has; x itself if it has
/// them already.
at::Tensor repeatedTo(const at::Tensor& x, std::int64_t batch);

}  // namespace pleinair::nn
