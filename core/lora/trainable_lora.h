#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/training_config.h"
#include "core/lora/lora_hosts.h"

namespace pleinair {

/// What a fresh adapter looks like. The change it makes is scaled by alpha / rank.
struct LoraSpec {
  int rank = 16;
  double alpha = 16;
  LoraTargets targets;
};

/// The layers that a run with these targets adapts, in order.
std::vector<HostLayer> targetLayers(const LoraHosts& hosts, const LoraTargets& targets);

/// How many numbers a fresh adapter trains. Works on modules without storage.
std::int64_t trainableParameters(const LoraHosts& hosts, const LoraSpec& spec);

/// An adapter in training: leaf tensors in float32 that require gradients, hung beside the layers of a model. The
/// branches go exactly when this object goes.
class TrainableLora {
 public:
  struct Layer {
    HostLayer host;
    at::Tensor down, up;
  };

  /// Fresh branches: down uniform in +-1/sqrt(fan in), as PEFT draws them, up zero, so the model begins unchanged.
  /// Drawn on the CPU with `seed`, in order of the layers. BadArgument when the targets select nothing.
  static Result<TrainableLora> create(const LoraHosts& hosts, const LoraSpec& spec, std::uint64_t seed);

  TrainableLora() = default;
  TrainableLora(TrainableLora&& other) noexcept;
  TrainableLora& operator=(TrainableLora&& other) noexcept;
  ~TrainableLora();

  /// The tensors under kohya's names without alpha; they share storage with the layers.
  [[nodiscard]] TensorMap tensors() const;
  /// Copies values from tensors(); every name must be there with its shape.
  Result<void> load(const TensorMap& values);
  /// Copies values from a file in any format; it must have exactly these layers and this rank.
  Result<void> load(const LoraFile& lora);

  [[nodiscard]] const std::vector<Layer>& layers() const { return m_layers; }
  /// All leaves of one part, down and up alternating.
  [[nodiscard]] std::vector<at::Tensor> parameters(LoraPart part) const;
  [[nodiscard]] const LoraSpec& spec() const { return m_spec; }
  [[nodiscard]] std::int64_t parameterCount() const;

 private:
  void remove();
  LoraSpec m_spec;
  std::vector<Layer> m_layers;
};

}  // namespace pleinair
