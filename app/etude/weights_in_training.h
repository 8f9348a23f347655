#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/nn/module.h"

namespace pleinair::etude {

/// The weights of one or more modules while they are trained: float32 masters with AdamW's moments and a running
/// average, and the copies the modules compute with (bfloat16 on a GPU). No step waits for the device.
class WeightsInTraining {
 public:
  struct Options {
    double beta1 = 0.9, beta2 = 0.99, epsilon = 1e-8, weightDecay = 0.01;
    double clipTo = 1.0;  ///< norm of all gradients together
    double averageDecay = 0.999;
  };
  explicit WeightsInTraining(Options options) : m_options(options) {}

  /// Takes a module's float32 weights and gives it copies on `device` that record gradients.
  void add(nn::Module& module, at::Device device, at::ScalarType computeType);
  /// One AdamW update from the gradients that backward() left; clears them.
  void step(double learningRate);
  /// Hands the averaged float32 weights to the modules (for sampling and saving), and the trained ones back.
  void useAverage();
  void useTrained();

 private:
  Options m_options;
  std::vector<at::Tensor*> m_slots;
  std::vector<at::Tensor> m_masters, m_averages, m_copies, m_gradients, m_first, m_second, m_steps;
  std::int64_t m_count = 0;
};

}  // namespace pleinair::etude
