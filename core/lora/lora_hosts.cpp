#include "core/lora/lora_hosts.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "core/lora/ldm_names.h"
#include "core/lora/lora_change.h"

namespace pleinair {

namespace {

void collect(LoraPart part, nn::Module* module, std::vector<HostLayer>& layers) {
  if (module == nullptr) return;
  std::map<std::string, std::vector<std::int64_t>> shapes;
  module->visitParameters(
      [&](const std::string& name, at::Tensor&, const std::vector<std::int64_t>& shape) { shapes[name] = shape; });
  module->visitModules([&](const std::string& name, nn::Module& child) {
    auto* layer = dynamic_cast<nn::AdaptableLayer*>(&child);
    if (layer != nullptr) layers.push_back({part, name, layer, shapes[name + ".weight"], {}, {}});
  });
}

bool isSdxl(const LoraHosts& hosts, const std::vector<HostLayer>& layers) {
  if (hosts.textEncoder2 != nullptr) return true;
  for (const HostLayer& host : layers) {
    if (host.part == LoraPart::UNet && host.modulePath.starts_with("add_embedding.")) return true;
  }
  return false;
}

std::string kohyaName(const HostLayer& host, bool sdxl) {
  const std::string path = neutralLoraPath(host.part, host.modulePath);
  // The second encoder's projection stands beside the text model.
  const std::string text = path.starts_with("text_projection") ? path : "text_model_" + path;
  switch (host.part) {
    case LoraPart::UNet:
      return "lora_unet_" + (sdxl && !host.ldmPath.empty() ? neutralLoraPath(host.part, host.ldmPath) : path);
    case LoraPart::TextEncoder:
      return (sdxl ? "lora_te1_" : "lora_te_") + text;
    case LoraPart::TextEncoder2:
      return "lora_te2_" + text;
  }
  return path;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t size : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(size);
  }
  return text;
}

Error mismatch(const LoraHosts& hosts, const LoraFile& lora, const std::string& why) {
  const std::string from = loraFamily(lora), to = hostFamily(hosts);
  const std::string message = from == to ? "This LoRA was made for another model of the family " + to
                                         : "This LoRA was made for " + from + ", the model is " + to;
  return {ErrorCode::LoraMismatch, message, lora.file.string() + ": " + why,
          "Choose a LoRA made for this model's family, or the model it was made for."};
}

}  // namespace

std::vector<HostLayer> hostLayers(const LoraHosts& hosts) {
  std::vector<HostLayer> layers;
  collect(LoraPart::UNet, hosts.unet, layers);
  std::vector<std::string> paths;
  for (const HostLayer& host : layers) paths.push_back(host.modulePath);
  const LdmLayout layout = ldmLayoutOf(paths);
  for (HostLayer& host : layers) host.ldmPath = ldmUNetPath(layout, host.modulePath).value_or("");
  collect(LoraPart::TextEncoder, hosts.textEncoder, layers);
  collect(LoraPart::TextEncoder2, hosts.textEncoder2, layers);
  const bool sdxl = isSdxl(hosts, layers);
  for (HostLayer& host : layers) host.kohyaName = kohyaName(host, sdxl);
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

bool isFeedForward(const HostLayer& host) {
  return host.part == LoraPart::UNet && host.modulePath.find(".ff.net.") != std::string::npos;
}

bool isInnerConvolution(const HostLayer& host) {
  if (host.part != LoraPart::UNet || host.shape.size() != 4) return false;
  constexpr std::array<std::string_view, 3> kPlaces{".resnets.", ".downsamplers.", ".upsamplers."};
  return std::ranges::any_of(
      kPlaces, [&](std::string_view place) { return host.modulePath.find(place) != std::string::npos; });
}

std::string hostFamily(const LoraHosts& hosts) {
  const std::vector<HostLayer> layers = hostLayers({hosts.unet, nullptr, nullptr});
  if (isSdxl(hosts, layers)) return "SDXL";
  for (const HostLayer& host : layers) {
    if (host.modulePath.ends_with(".proj_in")) return familyOfProjection(host.shape);
  }
  return "an unknown model";
}

std::string kohyaLayerName(const HostLayer& host) { return host.kohyaName; }

Result<LoraMatches> matchLora(const LoraHosts& hosts, const LoraFile& lora) {
  LoraMatches matches;
  matches.hosts = hostLayers(hosts);
  std::map<std::pair<LoraPart, std::string>, const HostLayer*> index;
  for (const HostLayer& host : matches.hosts) {
    index[{host.part, neutralLoraPath(host.part, host.modulePath)}] = &host;
    if (!host.ldmPath.empty()) index[{host.part, neutralLoraPath(host.part, host.ldmPath)}] = &host;
  }
  for (const LoraEntry& entry : lora.entries) {
    const auto found = index.find({entry.part, entry.path});
    if (found == index.end()) {
      matches.unused.push_back(entry.key);
      continue;
    }
    if (!entryFits(entry, found->second->shape)) {
      return mismatch(hosts, lora,
                      entry.key + " changes a weight of " + shapeText({entry.outSize(), entry.inSize()}) +
                          ", the model's is " + shapeText(found->second->shape));
    }
    matches.found.push_back({&entry, found->second});
  }
  if (matches.found.empty()) {
    return mismatch(hosts, lora, "none of its " + std::to_string(lora.entries.size()) + " layers is in the model");
  }
  matches.unused.insert(matches.unused.end(), lora.unknownKeys.begin(), lora.unknownKeys.end());
  return matches;
}

}  // namespace pleinair
