#include "core/lora/lora_hosts.h"

#include <array>
#include <string_view>
#include <utility>

namespace pleinair {

namespace {

void collect(LoraPart part, nn::Module* module, std::vector<HostLayer>& layers) {
  if (module == nullptr) return;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  module->visitParameters(
      [&](const std::string& name, at::Tensor&, const std::vector<std::int64_t>& shape) { shapes[name] = shape; });
  module->visitModules([&](const std::string& name, nn::Module& child) {
    auto* layer = dynamic_cast<nn::AdaptableLayer*>(&child);
    if (layer != nullptr) layers.push_back({part, name, layer, shapes[name + ".weight"]});
  });
}

}  // namespace

std::vector<HostLayer> hostLayers(const LoraHosts& hosts) {
  std::vector<HostLayer> layers;
  collect(LoraPart::UNet, hosts.unet, layers);
  collect(LoraPart::TextEncoder, hosts.textEncoder, layers);
  collect(LoraPart::TextEncoder2, hosts.textEncoder2, layers);
  return layers;
}

bool isAttentionProjection(const HostLayer& host) {
  constexpr std::array<std::string_view, 4> kUNet{".to_q", ".to_k", ".to_v", ".to_out.0"};
  constexpr std::array<std::string_view, 4> kText{".q_proj", ".k_proj", ".v_proj", ".out_proj"};
  for (const std::string_view ending : host.part == LoraPart::UNet ? kUNet : kText) {
    if (host.modulePath.ends_with(ending)) return true;
  }
  return false;
}

std::string hostFamily(const LoraHosts& hosts) {
  for (const HostLayer& host : hostLayers({hosts.unet, nullptr, nullptr})) {
    if (host.modulePath.ends_with("attn2.to_k")) return familyOfTextWidth(host.shape.at(1));
  }
  return "an unknown model";
}

}  // namespace pleinair
