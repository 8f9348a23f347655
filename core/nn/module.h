#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pleinair::nn {

/// A tree of named parameters, like torch.nn.Module without its machinery. Names follow the checkpoint's
/// keys exactly ("down_blocks.0.resnets.1.conv1.weight"). A parameter declares its shape when it is
/// registered and has no storage until weights are loaded or initialised into it.
class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  virtual ~Module() = default;

  using ParameterVisitor =
      std::function<void(const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape)>;
  using ModuleVisitor = std::function<void(const std::string& name, Module& module)>;

  /// Visits every parameter slot, depth first in order of registration.
  void visitParameters(const ParameterVisitor& visit, const std::string& prefix = {});
  /// Visits this module's descendants (not itself), parents first.
  void visitModules(const ModuleVisitor& visit, const std::string& prefix = {});

  /// How many numbers the registered shapes hold.
  std::int64_t parameterCount();
  /// Moves every parameter that has storage.
  void to(at::Device device, at::ScalarType dtype);
  void setRequiresGrad(bool requiresGrad);
  /// True once every registered parameter has storage.
  bool loaded();

 protected:
  /// `slot` must live as long as the module (a member of it).
  void registerParameter(std::string name, at::Tensor& slot, std::vector<std::int64_t> shape);
  void registerModule(std::string name, Module& child);

 private:
  struct ParameterEntry {
    std::string name;
    at::Tensor* slot;
    std::vector<std::int64_t> shape;
  };
  struct ModuleEntry {
    std::string name;
    Module* module;
  };
  std::vector<ParameterEntry> m_parameters;
  std::vector<ModuleEntry> m_modules;
};

/// Fills every parameter with fresh float32 values as PyTorch's layers do by default: uniform in
/// +-1/sqrt(fan_in) for weights and biases of linear and convolution layers, ones and zeros for norms,
/// N(0, 0.02) for embeddings. Drawn from the CPU generator with `seed`, in order of registration.
void initialize(Module& module, std::uint64_t seed);

}  // namespace pleinair::nn
