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
  /// One update from the gradients that backward() left; clears them.
  void step(double learningRate);
  /// Hands the averaged float32 weights to the modules (for sampling and saving), and the trained ones back.
  void useAverage();
  void useTrained();

 private:
  /// Tensors of one type on one device, laid out one after the other: between devices one transfer, not hundreds.
  struct Flat {
    at::Tensor all;
    std::vector<at::Tensor> views;
    Flat() = default;
    Flat(const std::vector<at::Tensor>& like, at::ScalarType type, at::Device device);
  };
  /// All weights once more on another device, and their gradients there and, float32, here.
  struct Mirror {
    Flat weights, gradients, received;
    std::vector<at::Tensor> copies;
  };
  /// What AdamW steps.
  struct ByAdam {
    std::vector<at::Tensor> masters, gradients, first, second, steps;
  };
  /// Weights whose matrices are of one shape, orthogonalized together: views of masters and gradients.
  struct Alike {
    std::int64_t rows = 0, columns = 0;
    std::vector<at::Tensor> masters, gradients, momenta;
  };
  Alike& alike(const at::Tensor& matrix);
  void stepByAdam(double learningRate);
  void stepOrthogonally(double learningRate);
  void gatherGradients();
  void sendWeights();

  Options m_options;
  std::vector<at::Tensor*> m_slots;
  std::vector<at::Tensor> m_masters, m_averages, m_copies, m_gradients;
  ByAdam m_byAdam;
  std::vector<Alike> m_matrices;
  Flat m_sent;  ///< the copies, for the mirrors
  std::vector<Mirror> m_mirrors;
  std::int64_t m_count = 0;
};

}  // namespace pleinair::etude
