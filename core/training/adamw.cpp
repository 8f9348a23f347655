#include "core/training/adamw.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

namespace pleinair {

namespace {

/// The names of one leaf's state.
std::string stateName(std::size_t group, std::size_t leaf, const char* what) {
  return "optimizer." + std::to_string(group) + "." + std::to_string(leaf) + "." + what;
}

}  // namespace

void AdamW::addGroup(std::vector<at::Tensor> leaves) {
  Group group;
  for (const at::Tensor& leaf : leaves) {
    group.firstMoments.push_back(at::zeros_like(leaf.detach()));
    group.secondMoments.push_back(at::zeros_like(leaf.detach()));
    group.steps.push_back(at::zeros({}, leaf.options().dtype(at::kFloat).requires_grad(false)));
  }
  group.leaves = std::move(leaves);
  m_groups.push_back(std::move(group));
}

void AdamW::step(const std::vector<double>& learningRates) {
  const at::NoGradGuard noGrad;
  for (std::size_t g = 0; g < m_groups.size(); ++g) {
    Group& group = m_groups[g];
    std::vector<at::Tensor> leaves, gradients, first, second, steps;
    for (std::size_t i = 0; i < group.leaves.size(); ++i) {
      if (!group.leaves[i].grad().defined()) continue;
      leaves.push_back(group.leaves[i]);
      gradients.push_back(group.leaves[i].grad());
      first.push_back(group.firstMoments[i]);
      second.push_back(group.secondMoments[i]);
      steps.push_back(group.steps[i]);
    }
    if (leaves.empty()) continue;
    at::_foreach_add_(steps, 1);
    at::_fused_adamw_(leaves, gradients, first, second, {}, steps, learningRates.at(g), m_options.beta1,
                      m_options.beta2, m_options.weightDecay, m_options.epsilon, /*amsgrad=*/false,
                      /*maximize=*/false);
  }
}

void AdamW::clearGradients() {
  for (Group& group : m_groups) {
    for (at::Tensor& leaf : group.leaves) leaf.mutable_grad() = at::Tensor();
  }
}

double AdamW::clipGradients(double most) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> gradients;
  for (const Group& group : m_groups) {
    for (const at::Tensor& leaf : group.leaves) {
      if (leaf.grad().defined()) gradients.push_back(leaf.grad());
    }
  }
  if (gradients.empty()) return 0;
  const double norm = at::stack(at::_foreach_norm(gradients, 2)).norm().item<double>();
  // The small number is the reference's guard against division by zero.
  if (most > 0 && most / (norm + 1e-6) < 1) at::_foreach_mul_(gradients, most / (norm + 1e-6));
  return norm;
}

TensorMap AdamW::state() const {
  TensorMap state;
  for (std::size_t g = 0; g < m_groups.size(); ++g) {
    for (std::size_t i = 0; i < m_groups[g].leaves.size(); ++i) {
      state[stateName(g, i, "first")] = m_groups[g].firstMoments[i];
      state[stateName(g, i, "second")] = m_groups[g].secondMoments[i];
      state[stateName(g, i, "step")] = m_groups[g].steps[i];
    }
  }
  return state;
}

Result<void> AdamW::load(const TensorMap& values) {
  const at::NoGradGuard noGrad;
  for (auto& [name, own] : state()) {
    const auto found = values.find(name);
    if (found == values.end() || found->second.sizes() != own.sizes()) {
      return Error{ErrorCode::CorruptFile, "The saved optimizer does not fit this run", name,
                   "Begin the run anew; its checkpoints are kept."};
    }
    own.copy_(found->second);
  }
  return {};
}

}  // namespace pleinair
