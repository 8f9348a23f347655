#include "app/etude/weights_in_training.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

namespace pleinair::etude {

void WeightsInTraining::add(nn::Module& module, at::Device device, at::ScalarType computeType) {
  module.visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
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

void WeightsInTraining::step(double learningRate) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> gradients;
  for (std::size_t i = 0; i < m_copies.size(); ++i) {
    at::Tensor& gradient = m_copies[i].mutable_grad();
    if (gradient.defined()) {
      gradients.push_back(gradient);
      gradient = at::Tensor();
    } else {
      gradients.push_back(at::zeros_like(m_copies[i]));
    }
  }
  at::_foreach_copy_(m_gradients, gradients);
  const at::Tensor norm = at::stack(at::_foreach_norm(m_gradients, 2)).norm();
  at::_foreach_mul_(m_gradients, (norm + 1e-6).reciprocal().mul(m_options.clipTo).clamp_max(1.0));
  at::_foreach_add_(m_steps, 1);
  at::_fused_adamw_(m_masters, m_gradients, m_first, m_second, {}, m_steps, learningRate, m_options.beta1,
                    m_options.beta2, m_options.weightDecay, m_options.epsilon, false, false);
  ++m_count;
  const double decay =
      std::min(m_options.averageDecay, static_cast<double>(m_count + 1) / static_cast<double>(m_count + 10));
  at::_foreach_lerp_(m_averages, m_masters, 1.0 - decay);
  at::_foreach_copy_(m_copies, m_masters);
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
