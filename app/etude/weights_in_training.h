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
    /// Matrices and convolutions step by their orthogonalized momentum (Muon, Jordan et al. 2024), scaled to the size
    /// of AdamW's steps (Liu et al. 2025), so that one learning rate serves both; all other weights by AdamW.
    bool orthogonal = false;
  };
  explicit WeightsInTraining(Options options) : m_options(options) {}

  /// Takes a module's float32 weights and gives it copies on `device` that record gradients.
  void add(nn::Module& module, at::Device device, at::ScalarType computeType);
  /// Gives modules of the same shapes, in the order in which theirs were added, copies on another device. Steps then
  /// take the mean of all devices' gradients, and the copies stay alike.
  void mirror(const std::vector<nn::Module*>& modules, at::Device device);
  /// One AdamW update from the gradients that backward() left; clears them.
  void step(double learningRate);
  /// Hands the averaged float32 weights to the modules (for sampling and saving), and the trained ones back.
  void useAverage();
  void useTrained();

 private:
  /// Copies of all weights on another device. What is sent between devices is laid out flat: one transfer, not
  /// hundreds.
  struct Mirror {
    std::vector<at::Tensor> copies;
    at::Tensor weights, gradients;  // flat, there
    std::vector<at::Tensor> weightViews, gradientViews;
    at::Tensor received;  // the gradients, here, float32
    std::vector<at::Tensor> receivedViews;
  };
  /// Weights whose matrices are of one shape, orthogonalized together.
  struct Alike {
    std::int64_t rows = 0, columns = 0;
    std::vector<std::size_t> which;
  };
  void sortWeights();
  void stepOrthogonally(double learningRate);
  void stepByAdam(double learningRate);
  void gatherGradients();
  void sendWeights();

  Options m_options;
  std::vector<Mirror> m_mirrors;
  std::vector<Alike> m_matrices;
  std::vector<std::size_t> m_others;  ///< stepped by AdamW
  std::vector<at::Tensor*> m_slots;
  std::vector<bool> m_isTable;  ///< of words or places: no map between features
  std::vector<at::Tensor> m_masters, m_averages, m_copies, m_gradients, m_first, m_second, m_steps;
  std::int64_t m_count = 0;
};

}  // namespace pleinair::etude
