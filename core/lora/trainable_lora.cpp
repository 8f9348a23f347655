#include "core/lora/trainable_lora.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/tensor/noise.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

namespace {

std::vector<std::int64_t> downShape(const HostLayer& host, int rank) {
  std::vector<std::int64_t> shape = host.shape;
  shape[0] = rank;
  return shape;
}

std::vector<std::int64_t> upShape(const HostLayer& host, int rank) {
  std::vector<std::int64_t> shape(host.shape.size(), 1);
  shape[0] = host.shape[0];
  shape[1] = rank;
  return shape;
}

std::int64_t product(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

at::Tensor leaf(const at::Tensor& values, at::Device device) {
  return values.to(device, at::kFloat).contiguous().set_requires_grad(true);
}

Error missing(const std::string& name) {
  return {ErrorCode::LoraMismatch, "The adapter does not fit this run", name,
          "Resume with the model and the settings that the run was begun with."};
}

}  // namespace

std::vector<HostLayer> targetLayers(const LoraHosts& hosts, const LoraTargets& targets) {
  std::vector<HostLayer> layers = hostLayers(hosts);
  std::erase_if(layers, [&](const HostLayer& host) {
    switch (host.part) {
      case LoraPart::UNet:
        return !(targets.unetAttention && isAttentionProjection(host)) &&
               !(targets.unetFeedForward && isFeedForward(host)) &&
               !(targets.unetConvolutions && isInnerConvolution(host));
      case LoraPart::TextEncoder:
        return !targets.textEncoderAttention || !isAttentionProjection(host);
      case LoraPart::TextEncoder2:
        return !targets.textEncoder2Attention || !isAttentionProjection(host);
    }
    return true;
  });
  return layers;
}

std::int64_t trainableParameters(const LoraHosts& hosts, const LoraSpec& spec) {
  std::int64_t count = 0;
  for (const HostLayer& host : targetLayers(hosts, spec.targets)) {
    count += product(downShape(host, spec.rank)) + product(upShape(host, spec.rank));
  }
  return count;
}

Result<TrainableLora> TrainableLora::create(const LoraHosts& hosts, const LoraSpec& spec, std::uint64_t seed) {
  if (spec.rank < 1) {
    return Error{ErrorCode::BadArgument, "A LoRA's rank must be at least 1", {}, "Choose a rank of 4 to 128."};
  }
  TrainableLora lora;
  lora.m_spec = spec;
  const std::vector<HostLayer> targets = targetLayers(hosts, spec.targets);
  if (targets.empty()) {
    return Error{ErrorCode::BadArgument, "These settings train nothing", "targets",
                 "Choose the UNet's attention, the text encoder's, or both."};
  }
  PLEINAIR_TRY(guarded("making the adapter", [&] {
    const at::NoGradGuard noGrad;
    at::Generator generator = cpuGenerator(seed);
    for (const HostLayer& host : targets) {
      const std::vector<std::int64_t> shape = downShape(host, spec.rank);
      const double bound = 1 / std::sqrt(static_cast<double>(product(shape) / shape[0]));
      const at::Tensor down = at::empty(shape, at::kFloat).uniform_(-bound, bound, generator);
      const at::Device device = host.layer->weight.device();
      Layer layer{host, leaf(down, device), leaf(at::zeros(upShape(host, spec.rank), at::kFloat), device)};
      host.layer->branches.push_back({layer.down, layer.up, spec.alpha / spec.rank});
      lora.m_layers.push_back(std::move(layer));
    }
  }));
  return lora;
}

TrainableLora::TrainableLora(TrainableLora&& other) noexcept
    : m_spec(other.m_spec), m_layers(std::exchange(other.m_layers, {})) {}

TrainableLora& TrainableLora::operator=(TrainableLora&& other) noexcept {
  if (this != &other) {
    remove();
    m_spec = other.m_spec;
    m_layers = std::exchange(other.m_layers, {});
  }
  return *this;
}

TrainableLora::~TrainableLora() { remove(); }

void TrainableLora::remove() {
  for (const Layer& layer : m_layers) {
    std::erase_if(layer.host.layer->branches,
                  [&](const nn::LoraBranch& branch) { return branch.down.is_same(layer.down); });
  }
  m_layers.clear();
}

TensorMap TrainableLora::tensors() const {
  TensorMap values;
  for (const Layer& layer : m_layers) {
    const std::string name = kohyaLayerName(layer.host);
    values[name + ".lora_down.weight"] = layer.down.detach();
    values[name + ".lora_up.weight"] = layer.up.detach();
  }
  return values;
}

Result<void> TrainableLora::load(const TensorMap& values) {
  const at::NoGradGuard noGrad;
  for (auto& [name, own] : tensors()) {
    const auto found = values.find(name);
    if (found == values.end() || found->second.sizes() != own.sizes()) return missing(name);
    own.copy_(found->second);
  }
  return {};
}

Result<void> TrainableLora::load(const LoraFile& lora) {
  TensorMap values;
  std::map<std::pair<LoraPart, std::string>, const LoraEntry*> index;
  for (const LoraEntry& entry : lora.entries) index[{entry.part, entry.path}] = &entry;
  if (index.size() != m_layers.size()) return missing(lora.file.string());
  for (const Layer& layer : m_layers) {
    auto found = index.find({layer.host.part, neutralLoraPath(layer.host.part, layer.host.modulePath)});
    if (found == index.end())
      found = index.find({layer.host.part, neutralLoraPath(layer.host.part, layer.host.ldmPath)});
    if (found == index.end() || !found->second->isPlain()) return missing(layer.host.modulePath);
    const std::string name = kohyaLayerName(layer.host);
    values[name + ".lora_down.weight"] = found->second->down;
    values[name + ".lora_up.weight"] = found->second->up;
  }
  return load(values);
}

std::vector<at::Tensor> TrainableLora::parameters(LoraPart part) const {
  std::vector<at::Tensor> leaves;
  for (const Layer& layer : m_layers) {
    if (layer.host.part != part) continue;
    leaves.push_back(layer.down);
    leaves.push_back(layer.up);
  }
  return leaves;
}

std::int64_t TrainableLora::parameterCount() const {
  std::int64_t count = 0;
  for (const Layer& layer : m_layers) count += layer.down.numel() + layer.up.numel();
  return count;
}

}  // namespace pleinair
