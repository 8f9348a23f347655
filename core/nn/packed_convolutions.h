#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <vector>

#include "core/nn/layers.h"
#include "core/nn/module.h"

namespace pleinair::nn {

/// The four kernels that stand for one over pixels repeated to twice the size, see Upsample.
using FoldedKernels = std::array<at::Tensor, 4>;

/// Keeps a network's large convolution weights in the order oneDNN computes in for as long as it lives, each from its
/// layer's first use on that winogradConvolution does not take, and the kernels that upsamplers fold; on a CPU they are
/// otherwise turned around at every call, which at 8x8 and 16x16 positions takes as long as the convolution. Results
/// are the same to the bit (for inputs below 20,480 numbers, where conv2d does not use oneDNN, to rounding). The
/// weights cannot be read meanwhile. Does nothing on a GPU. When memory runs out at the end, some weights stay packed,
/// which only training minds. One thread, one at a time for a network, which must outlive it.
class PackedConvolutions {
 public:
  /// For drawing no gradients can be taken. For training they flow to x, through a second packed copy of each weight.
  enum class Use { Drawing, Training };

  explicit PackedConvolutions(Module& network, Use use = Use::Drawing);
  ~PackedConvolutions();
  PackedConvolutions(const PackedConvolutions&) = delete;
  PackedConvolutions& operator=(const PackedConvolutions&) = delete;

  /// Packs the layer's weight for inputs like x, if that is still to be done. Throws as ATen does.
  void prepare(const Conv2d& layer, const at::Tensor& x);
  /// What `make` gives for this layer, made once, for inputs like x.
  const FoldedKernels& folded(const Conv2d& layer, const at::Tensor& x, const std::function<FoldedKernels()>& make);

 private:
  [[nodiscard]] bool isWorthPacking(const Conv2d& layer) const;

  Use m_use;
  std::unordered_map<const Conv2d*, Conv2d*> m_waiting;
  std::vector<Conv2d*> m_packed, m_folding;
  std::unordered_map<const Conv2d*, FoldedKernels> m_folded;
};

/// About what the second copies for training take of a UNet of so many parameters: half of them are convolutions'.
constexpr std::int64_t trainingCopiesBytes(std::int64_t parameters, std::int64_t bytesEach) {
  return parameters * bytesEach / 2;
}
/// Whether they are a small part of a machine's memory: of all of it, not of what is free at the moment, so that a
/// machine always computes a run in one way.
constexpr bool roomForTrainingCopies(std::int64_t parameters, std::int64_t bytesEach, std::int64_t memoryBytes) {
  return 8 * trainingCopiesBytes(parameters, bytesEach) <= memoryBytes;
}

/// The convolution of x by a weight that PackedConvolutions holds.
at::Tensor packedConvolution(const Conv2d& layer, const at::Tensor& x);
/// The convolution of x, with a border of one zero, by a folded kernel, packed or not.
at::Tensor foldedConvolution(const at::Tensor& x, const at::Tensor& kernel, const at::Tensor& bias);

}  // namespace pleinair::nn
