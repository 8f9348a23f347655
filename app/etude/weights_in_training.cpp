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

constexpr std::int64_t kLeastSide = 16;  ///< a smaller matrix is no map between features
constexpr double kMomentum = 0.95;

/// A weight as outputs by inputs; a convolution's taps are inputs of their own. A view: convolutions lie channels
/// last.
at::Tensor asMatrix(const at::Tensor& weight) {
  return weight.dim() == 4 ? weight.permute({0, 2, 3, 1}).view({weight.size(0), -1}) : weight;
}

/// Whether a weight maps features to features. A table of words or places does not, nor does what has so few of them
/// on one side as a bias or the picture's channels.
bool isMap(const std::string& name, const at::Tensor& weight) {
  return weight.dim() > 1 && !name.ends_with("embedding.weight") && weight.size(0) >= kLeastSide &&
         weight.numel() / weight.size(0) >= kLeastSide;
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

WeightsInTraining::Flat::Flat(const std::vector<at::Tensor>& like, at::ScalarType type, at::Device device) {
  constexpr std::int64_t kWidth = 128;  // each begins where kernels can read many bytes in one go
  std::vector<std::int64_t> places{0};
  for (const at::Tensor& one : like) {
    places.push_back(places.back() + (one.numel() + kWidth - 1) / kWidth * kWidth);
  }
  all = at::zeros({places.back()}, at::TensorOptions().dtype(type).device(device));
  for (std::size_t i = 0; i < like.size(); ++i) {
    views.push_back(all.as_strided(like[i].sizes(), like[i].strides(), places[i]));
  }
}

void WeightsInTraining::add(nn::Module& module, at::Device device, at::ScalarType computeType) {
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
    at::Tensor master = slot.detach().to(device, at::kFloat).clone();
    if (shape.size() == 4) {
      master = master.contiguous(at::MemoryFormat::ChannelsLast);
    }
    at::Tensor copy = master.to(computeType).clone();
    copy.set_requires_grad(true);
    slot = copy;
    const at::Tensor gradient = at::zeros_like(master);
    m_slots.push_back(&slot);
    m_masters.push_back(master);
    m_averages.push_back(master.clone());
    m_copies.push_back(copy);
    m_gradients.push_back(gradient);
    if (m_options.orthogonal && isMap(name, master)) {
      Alike& group = alike(asMatrix(master));
      group.masters.push_back(asMatrix(master));
      group.gradients.push_back(asMatrix(gradient));
      group.momenta.push_back(at::zeros_like(group.masters.back()));
    } else {
      m_byAdam.masters.push_back(master);
      m_byAdam.gradients.push_back(gradient);
      m_byAdam.first.push_back(at::zeros_like(master));
      m_byAdam.second.push_back(at::zeros_like(master));
      m_byAdam.steps.push_back(at::zeros({}, master.options()));
    }
  });
}

WeightsInTraining::Alike& WeightsInTraining::alike(const at::Tensor& matrix) {
  const auto found = std::ranges::find_if(
      m_matrices, [&](const Alike& one) { return one.rows == matrix.size(0) && one.columns == matrix.size(1); });
  if (found != m_matrices.end()) {
    return *found;
  }
  m_matrices.push_back({matrix.size(0), matrix.size(1), {}, {}, {}});
  return m_matrices.back();
}

void WeightsInTraining::mirror(const std::vector<nn::Module*>& modules, at::Device device) {
  const at::Tensor& first = m_copies.front();
  if (m_mirrors.empty()) {
    m_sent = Flat(m_copies, first.scalar_type(), first.device());
  }
  Mirror there{.weights = Flat(m_copies, first.scalar_type(), device),
               .gradients = Flat(m_copies, first.scalar_type(), device),
               .received = Flat(m_copies, at::kFloat, first.device()),
               .copies = {}};
  for (nn::Module* module : modules) {
    module->visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
      slot = there.weights.views.at(there.copies.size()).detach().set_requires_grad(true);
      there.copies.push_back(slot);
    });
  }
  m_mirrors.push_back(std::move(there));
  sendWeights();
}

void WeightsInTraining::gatherGradients() {
  at::_foreach_copy_(m_gradients, takeGradients(m_copies));
  for (Mirror& there : m_mirrors) {
    at::_foreach_copy_(there.gradients.views, takeGradients(there.copies));
    there.received.all.copy_(there.gradients.all, /*non_blocking=*/true);
    at::_foreach_add_(m_gradients, there.received.views);
  }
  if (!m_mirrors.empty()) {
    at::_foreach_mul_(m_gradients, 1.0 / static_cast<double>(m_mirrors.size() + 1));
  }
}

void WeightsInTraining::sendWeights() {
  if (m_mirrors.empty()) {
    return;
  }
  const at::NoGradGuard noGrad;
  at::_foreach_copy_(m_sent.views, m_copies);
  for (Mirror& there : m_mirrors) {
    there.weights.all.copy_(m_sent.all, /*non_blocking=*/true);
  }
}

void WeightsInTraining::stepByAdam(double learningRate) {
  at::_foreach_add_(m_byAdam.steps, 1);
  at::_fused_adamw_(m_byAdam.masters, m_byAdam.gradients, m_byAdam.first, m_byAdam.second, {}, m_byAdam.steps,
                    learningRate, m_options.beta1, m_options.beta2, m_options.weightDecay, m_options.epsilon, false,
                    false);
}

void WeightsInTraining::stepOrthogonally(double learningRate) {
  for (const Alike& group : m_matrices) {
    at::_foreach_lerp_(group.momenta, group.gradients, 1.0 - kMomentum);
    const at::Tensor ahead = at::stack(group.gradients).lerp_(at::stack(group.momenta), kMomentum);
    const double size = 0.2 * std::sqrt(static_cast<double>(std::max(group.rows, group.columns)));
    const at::Tensor steps = orthogonalized(ahead).to(at::kFloat).mul_(-learningRate * size);
    at::_foreach_mul_(group.masters, 1.0 - learningRate * m_options.weightDecay);
    at::_foreach_add_(group.masters, steps.unbind());
  }
}

void WeightsInTraining::step(double learningRate) {
  const at::NoGradGuard noGrad;
  gatherGradients();
  const at::Tensor norm = at::stack(at::_foreach_norm(m_gradients, 2)).norm();
  at::_foreach_mul_(m_gradients, (norm + 1e-6).reciprocal().mul(m_options.clipTo).clamp_max(1.0));
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
