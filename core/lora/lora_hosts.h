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
  std::string ldmPath;              ///< what the original LDM code calls a UNet's layer; empty if it has none
  std::string kohyaName;  ///< "lora_unet_…": what kohya's trainer calls the layer in a model of this family
};

/// Every layer of the hosts that can carry a branch, in order of registration. Works without storage.
std::vector<HostLayer> hostLayers(const LoraHosts& hosts);

/// Whether this is one of the attention projections that training adapts: to_q, to_k, to_v, to_out.0 of the UNet;
/// q_proj, k_proj, v_proj, out_proj of a text encoder.
bool isAttentionProjection(const HostLayer& host);

/// Whether this is a linear layer of a UNet transformer block's feed-forward half.
bool isFeedForward(const HostLayer& host);

/// Whether this is a convolution of a UNet's resnets or resampling layers.
bool isInnerConvolution(const HostLayer& host);

/// "SDXL" for a UNet with an embedding of sizes or a second text encoder, else told from the width of the UNet's
/// cross attention: "SD 1.x" and so on.
std::string hostFamily(const LoraHosts& hosts);

/// "lora_unet_down_blocks_0_…_to_q": what kohya's files call a layer. A1111 cuts keys at the first '.', so there is
/// none before the tensor's own name. SDXL's UNet goes by LDM's block names and its text encoders by te1 and te2.
std::string kohyaLayerName(const HostLayer& host);

/// A LoRA's layer and the layer of the model that it changes.
struct LoraMatch {
  const LoraEntry* entry;
  const HostLayer* host;
};

/// A LoRA laid over a model.
struct LoraMatches {
  std::vector<HostLayer> hosts;  ///< what the matches point into
  std::vector<LoraMatch> found;
  std::vector<std::string> unused;  ///< the file's keys that have no place in the model
};

/// Finds the host of every layer, under diffusers' or LDM's block names. LoraMismatch, naming both families, when no
/// layer has a host or one has another size. `lora` must outlive the matches.
Result<LoraMatches> matchLora(const LoraHosts& hosts, const LoraFile& lora);

}  // namespace pleinair
