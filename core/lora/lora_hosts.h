#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/lora/lora_file.h"
#include "core/nn/layers.h"

namespace pleinair {

/// The networks of one loaded model that can carry a LoRA. The pointers must outlive whatever is applied; null for a
/// network the model does not have.
struct LoraHosts {
  nn::Module* unet = nullptr;
  nn::Module* textEncoder = nullptr;
  nn::Module* textEncoder2 = nullptr;
};

/// A linear or convolution layer that can carry a branch, where it sits and how large its weight is.
struct HostLayer {
  LoraPart part = LoraPart::UNet;
  std::string modulePath;  ///< as in the checkpoint
  nn::AdaptableLayer* layer = nullptr;
  std::vector<std::int64_t> shape;  ///< of its weight
};

/// Every layer of the hosts that can carry a branch, in order of registration. Works without storage.
std::vector<HostLayer> hostLayers(const LoraHosts& hosts);

/// Whether this is one of the attention projections that training adapts: to_q, to_k, to_v, to_out.0 of the UNet;
/// q_proj, k_proj, v_proj, out_proj of a text encoder.
bool isAttentionProjection(const HostLayer& host);

/// "SD 1.x" and so on, told from the width of the UNet's cross attention.
std::string hostFamily(const LoraHosts& hosts);

}  // namespace pleinair
