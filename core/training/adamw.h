#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/base/result.h"
#include "core/weights/safetensors.h"

namespace pleinair {

struct AdamWOptions {
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01;
};

/// AdamW (Loshchilov and Hutter 2019) over groups of leaves, each with its own learning rate, in one fused kernel a
/// group. Moments are float32 on the leaves' device. One thread.
class AdamW {
 public:
  explicit AdamW(AdamWOptions options) : m_options(options) {}

  /// Adds a group; its index is the number of groups before.
  void addGroup(std::vector<at::Tensor> leaves);
  /// One update of every leaf that has a gradient, with the rate of its group.
  void step(const std::vector<double>& learningRates);
  void clearGradients();

  /// The Euclidean norm of all gradients together, then all scaled so that it is at most `most` (0: not scaled).
  double clipGradients(double most);

  /// Moments and counts by name, sharing storage; load() copies them back and refuses what does not fit.
  [[nodiscard]] TensorMap state() const;
  Result<void> load(const TensorMap& state);

 private:
  struct Group {
    std::vector<at::Tensor> leaves, firstMoments, secondMoments, steps;
  };
  AdamWOptions m_options;
  std::vector<Group> m_groups;
};

}  // namespace pleinair
