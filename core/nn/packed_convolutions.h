#pragma once

#include <ATen/core/Tensor.h>

#include <unordered_map>
#include <vector>

#include "core/nn/layers.h"
#include "core/nn/module.h"

namespace pleinair::nn {

/// Keeps a network's large convolution weights in the order oneDNN computes in for as long as it lives, each from its
/// layer's first use on that winogradConvolution does not take; on a CPU they are otherwise turned around at every
/// call. Results are the same to the bit (for inputs below 20,480 numbers, where conv2d does not use oneDNN, to
/// rounding); no gradients can be taken, and the weights cannot be read. Does nothing on a GPU. When memory runs out at
/// the end, some weights stay packed, which only training minds. One thread; the network must outlive it.
class PackedConvolutions {
 public:
  explicit PackedConvolutions(Module& network);
  ~PackedConvolutions();
  PackedConvolutions(const PackedConvolutions&) = delete;
  PackedConvolutions& operator=(const PackedConvolutions&) = delete;

  /// Packs the layer's weight for inputs like x, if that is still to be done. Throws as ATen does.
  void prepare(const Conv2d& layer, const at::Tensor& x);

 private:
  std::unordered_map<const Conv2d*, Conv2d*> m_waiting;
  std::vector<Conv2d*> m_packed;
};

/// The convolution of x by a weight that PackedConvolutions holds.
at::Tensor packedConvolution(const Conv2d& layer, const at::Tensor& x);

}  // namespace pleinair::nn
