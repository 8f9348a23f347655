#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/lora/lora_hosts.h"

namespace pleinair {

/// A LoRA that acts on a model, as branches beside its layers; the base weights are never touched, so switching
/// LoRAs reloads nothing. Removed exactly when this object goes. Several can act at once.
class AppliedLora {
 public:
  /// Puts every layer of `lora` on its host with this weight. LoraMismatch, naming both families, when it fits no
  /// layer or the sizes differ; nothing is applied then. Keys without a host are listed in unusedKeys() and logged.
  /// The branches compute in float32, as in training.
  static Result<AppliedLora> apply(const LoraHosts& hosts, const LoraFile& lora, double weight);

  AppliedLora() = default;
  AppliedLora(AppliedLora&& other) noexcept;
  AppliedLora& operator=(AppliedLora&& other) noexcept;
  ~AppliedLora();

  /// How many layers carry a branch of it.
  [[nodiscard]] std::size_t layerCount() const { return m_branches.size(); }
  [[nodiscard]] const std::vector<std::string>& unusedKeys() const { return m_unusedKeys; }
  void remove();

 private:
  struct Placed {
    nn::AdaptableLayer* layer;
    at::Tensor down;
  };
  std::vector<Placed> m_branches;
  std::vector<std::string> m_unusedKeys;
};

/// Adds the LoRA into the base weights for speed (W += weight * alpha / rank * up @ down) and keeps the weights it
/// changed, so that removal gives back the very same bits. Costs a copy of these weights.
class MergedLora {
 public:
  static Result<MergedLora> merge(const LoraHosts& hosts, const LoraFile& lora, double weight);
  MergedLora() = default;
  MergedLora(MergedLora&& other) noexcept;
  MergedLora& operator=(MergedLora&& other) noexcept;
  ~MergedLora();
  void remove();

 private:
  struct Kept {
    nn::AdaptableLayer* layer;
    at::Tensor original;
  };
  std::vector<Kept> m_kept;
};

}  // namespace pleinair
