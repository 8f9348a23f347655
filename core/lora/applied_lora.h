#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/lora/lora_hosts.h"

namespace pleinair {

/// How strongly a LoRA acts on each kind of network (1 = as trained).
struct LoraWeights {
  double unet = 1, textEncoders = 1;
  LoraWeights(double both) : unet(both), textEncoders(both) {}  // one number means both
  LoraWeights(double onUNet, double onTextEncoders) : unet(onUNet), textEncoders(onTextEncoders) {}
  [[nodiscard]] double of(LoraPart part) const { return part == LoraPart::UNet ? unet : textEncoders; }
};

/// A LoRA that acts on a model, as branches beside its layers; the base weights are never touched, so switching
/// LoRAs reloads nothing. Removed exactly when this object goes. Several can act at once.
class AppliedLora {
 public:
  /// Puts every layer of `lora` on its host with this weight. LoraMismatch, naming both families, when it fits no
  /// layer or the sizes differ; nothing is applied then. What has no host is listed in unusedKeys().
  /// Low-rank branches compute in the activations' precision, as in training; others (LoHa, LoKr, DoRA) hold the whole
  /// change of their weight in its own type. DoRA's lengths are taken of the base weight plus this LoRA alone, and a
  /// weight other than 1 goes that far from the base weight to the changed one.
  static Result<AppliedLora> apply(const LoraHosts& hosts, const LoraFile& lora, const LoraWeights& weights);

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

/// Adds the LoRA into the base weights for speed (W += weight * change) and keeps the weights it changed, so that
/// removal gives back the very same bits. Costs a copy of these weights.
class MergedLora {
 public:
  static Result<MergedLora> merge(const LoraHosts& hosts, const LoraFile& lora, const LoraWeights& weights);
  MergedLora() = default;
  MergedLora(MergedLora&& other) noexcept;
  MergedLora& operator=(MergedLora&& other) noexcept;
  ~MergedLora();
  void remove();
  /// Lets the changed weights stay; nothing is kept to give back.
  void keep() { m_kept.clear(); }
  [[nodiscard]] const std::vector<std::string>& unusedKeys() const { return m_unusedKeys; }
  [[nodiscard]] std::size_t layerCount() const { return m_layers; }

 private:
  struct Kept {
    nn::AdaptableLayer* layer;
    at::Tensor original;
  };
  std::vector<Kept> m_kept;
  std::vector<std::string> m_unusedKeys;
  std::size_t m_layers = 0;
};

}  // namespace pleinair
