#include "core/nn/module.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>
#include <unordered_map>
#include <utility>

#include "core/nn/layers.h"

namespace pleinair::nn {
namespace {

std::string joinName(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + "." + name;
}

enum class Fill { FanIn, Ones, Zeros, SmallNormal };

struct Initial {
  Fill fill = Fill::FanIn;
  double bound = 0;
};

using InitialValues = std::unordered_map<const at::Tensor*, Initial>;

void noteLayer(Module& module, InitialValues& values) {
  if (auto* layer = dynamic_cast<AdaptableLayer*>(&module)) {
    std::int64_t fanIn = 1;
    layer->visitParameters([&](const std::string& name, at::Tensor&, const std::vector<std::int64_t>& shape) {
      if (name != "weight") return;
      for (std::size_t axis = 1; axis < shape.size(); ++axis) fanIn *= shape[axis];
    });
    const double bound = 1.0 / std::sqrt(static_cast<double>(fanIn));
    values[&layer->weight] = {Fill::FanIn, bound};
    values[&layer->bias] = {Fill::FanIn, bound};
  } else if (auto* groupNorm = dynamic_cast<GroupNorm*>(&module)) {
    values[&groupNorm->weight] = {Fill::Ones, 0};
    values[&groupNorm->bias] = {Fill::Zeros, 0};
  } else if (auto* layerNorm = dynamic_cast<LayerNorm*>(&module)) {
    values[&layerNorm->weight] = {Fill::Ones, 0};
    values[&layerNorm->bias] = {Fill::Zeros, 0};
  } else if (auto* embedding = dynamic_cast<Embedding*>(&module)) {
    values[&embedding->weight] = {Fill::SmallNormal, 0.02};
  }
}

}  // namespace

void Module::visitParameters(const ParameterVisitor& visit, const std::string& prefix) {
  for (ParameterEntry& entry : m_parameters) visit(joinName(prefix, entry.name), *entry.slot, entry.shape);
  for (ModuleEntry& entry : m_modules) entry.module->visitParameters(visit, joinName(prefix, entry.name));
}

void Module::visitModules(const ModuleVisitor& visit, const std::string& prefix) {
  for (ModuleEntry& entry : m_modules) {
    const std::string name = joinName(prefix, entry.name);
    visit(name, *entry.module);
    entry.module->visitModules(visit, name);
  }
}

std::int64_t Module::parameterCount() {
  std::int64_t total = 0;
  visitParameters([&](const std::string&, at::Tensor&, const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    total += count;
  });
  return total;
}

void Module::to(at::Device device, at::ScalarType dtype) {
  visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
    if (slot.defined()) slot = slot.detach().to(device, dtype).requires_grad_(slot.requires_grad());
  });
}

void Module::setRequiresGrad(bool requiresGrad) {
  visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
    if (slot.defined()) slot.requires_grad_(requiresGrad);
  });
}

bool Module::loaded() {
  bool complete = true;
  visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
    complete = complete && slot.defined();
  });
  return complete;
}

void Module::registerParameter(std::string name, at::Tensor& slot, std::vector<std::int64_t> shape) {
  m_parameters.push_back({std::move(name), &slot, std::move(shape)});
}

void Module::registerModule(std::string name, Module& child) { m_modules.push_back({std::move(name), &child}); }

void initialize(Module& module, std::uint64_t seed) {
  InitialValues values;
  noteLayer(module, values);
  module.visitModules([&](const std::string&, Module& child) { noteLayer(child, values); });
  at::Generator generator = at::detail::createCPUGenerator(seed);
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
    const auto found = values.find(&slot);
    TORCH_CHECK(found != values.end(), "no initial value is known for parameter ", name);
    at::Tensor fresh = at::empty(shape, at::kFloat);
    switch (found->second.fill) {
      case Fill::FanIn:
        fresh.uniform_(-found->second.bound, found->second.bound, generator);
        break;
      case Fill::Ones:
        fresh.fill_(1.0);
        break;
      case Fill::Zeros:
        fresh.zero_();
        break;
      case Fill::SmallNormal:
        fresh.normal_(0.0, found->second.bound, generator);
        break;
    }
    slot = fresh;
  });
}

}  // namespace pleinair::nn
