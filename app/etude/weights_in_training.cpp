#include "app/etude/weights_in_training.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace pleinair::etude {
namespace {

/// Takes the gradients off `weights`; zeros where backward() did not come by.
std::vector<at::Tensor> takeGradients(std::vector<at::Tensor>& weights) {
  std::vector<at::Tensor> gradients;
  for (at::Tensor& weight : weights) {
    at::Tensor& gradient = weight.mutable_grad();
    gradients.push_back(gradient.defined() ? gradient : at::zeros_like(weight));
    gradient = at::Tensor();
  }
  return gradients;
}

/// Where each of several tensors begins in a flat one, and last how long that is. Each begins where kernels can read
/// many bytes in one go.
std::vector<std::int64_t> placesOf(const std::vector<at::Tensor>& tensors) {
  constexpr std::int64_t kWidth = 128;
  std::vector<std::int64_t> places{0};
  for (const at::Tensor& one : tensors) {
    places.push_back(places.back() + (one.numel() + kWidth - 1) / kWidth * kWidth);
  }
  return places;
}

/// Views of a flat tensor, one after the other, in the shapes and layouts of `like`.
std::vector<at::Tensor> viewsOf(const at::Tensor& flat, const std::vector<at::Tensor>& like) {
  const std::vector<std::int64_t> places = placesOf(like);
  std::vector<at::Tensor> views;
  for (std::size_t i = 0; i < like.size(); ++i) {
    views.push_back(flat.as_strided(like[i].sizes(), like[i].strides(), places[i]));
  }
  return views;
}

constexpr std::int64_t kLeastSide = 16;  ///< a smaller matrix is no map between features
constexpr double kMomentum = 0.95;

/// A weight as outputs by inputs; a convolution's taps are inputs of their own. A view: convolutions lie channels
/// last.
at::Tensor asMatrix(const at::Tensor& weight) {
  return weight.dim() == 4 ? weight.permute({0, 2, 3, 1}).view({weight.size(0), -1}) : weight;
}

/// The nearest matrices with orthogonal rows or columns, roughly: five rounds of a Newton-Schulz iteration that
/// brings all singular values near 1, with the coefficients of Jordan et al. 2024.  [n, rows, columns]
at::Tensor orthogonalized(const at::Tensor& matrices) {
  const bool tall = matrices.size(1) > matrices.size(2);
  at::Tensor x = tall ? matrices.transpose(1, 2) : matrices;
  x = x / (x.norm(2, {1, 2}, true) + 1e-7);
  x = x.to(x.is_cuda() ? at::kBFloat16 : at::kFloat);
  for (int round = 0; round < 5; ++round) {
    const at::Tensor a = x.bmm(x.transpose(1, 2));
    const at::Tensor b = at::baddbmm(a, a, a, -4.7750, 2.0315);
    x = at::baddbmm(x, b, x, 3.4445, 1.0);
  }
  return tall ? x.transpose(1, 2) : x;
}

}  // namespace

void WeightsInTraining::add(nn::Module& module, at::Device device, at::ScalarType computeType) {
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
    m_isTable.push_back(name.ends_with("embedding.weight"));
    at::Tensor master = slot.detach().to(device, at::kFloat).clone();
    if (shape.size() == 4) {
      master = master.contiguous(at::MemoryFormat::ChannelsLast);
    }
    at::Tensor copy = master.to(computeType).clone();
    copy.set_requires_grad(true);
    slot = copy;
    m_slots.push_back(&slot);
    m_masters.push_back(master);
    m_averages.push_back(master.clone());
    m_copies.push_back(copy);
    m_gradients.push_back(at::zeros_like(master));
    m_first.push_back(at::zeros_like(master));
    m_second.push_back(at::zeros_like(master));
    m_steps.push_back(at::zeros({}, master.options()));
  });
}

void WeightsInTraining::mirror(const std::vector<nn::Module*>& modules, at::Device device) {
  const auto options = m_copies.front().options();
  const std::int64_t count = placesOf(m_copies).back();
  Mirror there;
  there.weights = at::zeros({count}, options.device(device));
  there.gradients = at::zeros_like(there.weights);
  there.received = at::zeros({count}, options.dtype(at::kFloat));
  there.weightViews = viewsOf(there.weights, m_copies);
  there.gradientViews = viewsOf(there.gradients, m_copies);
  there.receivedViews = viewsOf(there.received, m_copies);
  for (nn::Module* module : modules) {
    module->visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
      slot = there.weightViews.at(there.copies.size()).detach().set_requires_grad(true);
      there.copies.push_back(slot);
    });
  }
  m_mirrors.push_back(std::move(there));
  sendWeights();
}

void WeightsInTraining::gatherGradients() {
  at::_foreach_copy_(m_gradients, takeGradients(m_copies));
  for (Mirror& there : m_mirrors) {
    at::_foreach_copy_(there.gradientViews, takeGradients(there.copies));
    there.received.copy_(there.gradients.to(m_gradients.front().device(), /*non_blocking=*/true));
    at::_foreach_add_(m_gradients, there.receivedViews);
  }
  if (!m_mirrors.empty()) {
    at::_foreach_mul_(m_gradients, 1.0 / static_cast<double>(m_mirrors.size() + 1));
  }
}

void WeightsInTraining::sendWeights() {
  const at::NoGradGuard noGrad;
  if (m_mirrors.empty()) {
    return;
  }
  const at::Tensor sent = at::zeros({placesOf(m_copies).back()}, m_copies.front().options());
  at::_foreach_copy_(viewsOf(sent, m_copies), m_copies);
  for (Mirror& there : m_mirrors) {
    there.weights.copy_(sent, /*non_blocking=*/true);
  }
}

void WeightsInTraining::sortWeights() {
  for (std::size_t i = 0; i < m_masters.size(); ++i) {
    const at::Tensor& weight = m_masters[i];
    const std::int64_t rows = weight.dim() > 1 ? weight.size(0) : 1;
    const std::int64_t columns = weight.numel() / rows;
    if (!m_options.orthogonal || m_isTable[i] || rows < kLeastSide || columns < kLeastSide) {
      m_others.push_back(i);
      continue;
    }
    const auto same = std::ranges::find_if(
        m_matrices, [&](const Alike& one) { return one.rows == rows && one.columns == columns; });
    Alike& alike = same == m_matrices.end() ? m_matrices.emplace_back(Alike{rows, columns, {}}) : *same;
    alike.which.push_back(i);
  }
}

void WeightsInTraining::stepByAdam(double learningRate) {
  const auto of = [&](const std::vector<at::Tensor>& all) {
    std::vector<at::Tensor> some;
    for (const std::size_t i : m_others) {
      some.push_back(all[i]);
    }
    return some;
  };
  at::_foreach_add_(of(m_steps), 1);
  at::_fused_adamw_(of(m_masters), of(m_gradients), of(m_first), of(m_second), {}, of(m_steps), learningRate,
                    m_options.beta1, m_options.beta2, m_options.weightDecay, m_options.epsilon, false, false);
}

void WeightsInTraining::stepOrthogonally(double learningRate) {
  for (const Alike& alike : m_matrices) {
    std::vector<at::Tensor> masters, gradients, momenta;
    for (const std::size_t i : alike.which) {
      masters.push_back(asMatrix(m_masters[i]));
      gradients.push_back(asMatrix(m_gradients[i]));
      momenta.push_back(asMatrix(m_first[i]));
    }
    at::_foreach_lerp_(momenta, gradients, 1.0 - kMomentum);
    const at::Tensor ahead = at::stack(gradients).lerp_(at::stack(momenta), kMomentum);
    const double size = 0.2 * std::sqrt(static_cast<double>(std::max(alike.rows, alike.columns)));
    const at::Tensor steps = orthogonalized(ahead).to(at::kFloat).mul_(-learningRate * size);
    at::_foreach_mul_(masters, 1.0 - learningRate * m_options.weightDecay);
    at::_foreach_add_(masters, steps.unbind());
  }
}

void WeightsInTraining::step(double learningRate) {
  const at::NoGradGuard noGrad;
  gatherGradients();
  const at::Tensor norm = at::stack(at::_foreach_norm(m_gradients, 2)).norm();
  at::_foreach_mul_(m_gradients, (norm + 1e-6).reciprocal().mul(m_options.clipTo).clamp_max(1.0));
  if (m_matrices.empty() && m_others.empty()) {
    sortWeights();
  }
  stepByAdam(learningRate);
  stepOrthogonally(learningRate);
  ++m_count;
  const double decay =
      std::min(m_options.averageDecay, static_cast<double>(m_count + 1) / static_cast<double>(m_count + 10));
  at::_foreach_lerp_(m_averages, m_masters, 1.0 - decay);
  at::_foreach_copy_(m_copies, m_masters);
  sendWeights();
}

void WeightsInTraining::useAverage() {
  for (std::size_t i = 0; i < m_slots.size(); ++i) {
    *m_slots[i] = m_averages[i];
  }
}

void WeightsInTraining::useTrained() {
  for (std::size_t i = 0; i < m_slots.size(); ++i) {
    *m_slots[i] = m_copies[i];
  }
}

}  // namespace pleinair::etude
