#include "core/nn/packed_convolutions.h"

#include <ATen/ATen.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/log.h"

namespace pleinair::nn {
namespace {

/// Below this many numbers turning a weight around costs nothing that can be measured.
constexpr std::int64_t kWorthPacking = 1 << 18;
constexpr std::array<std::int64_t, 2> kDilation{1, 1};

/// oneDNN packs bfloat16 only for processors that have the wide vectors.
bool packs(at::ScalarType type) {
#ifdef __x86_64__
  static const bool wide = __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
                           __builtin_cpu_supports("avx512dq") != 0;
#else
  constexpr bool wide = false;
#endif
  return type == at::kFloat || (type == at::kBFloat16 && wide);
}

bool isWorthPacking(const Conv2d& layer) {
  const at::Tensor& weight = layer.weight;
  return layer.packable() && weight.defined() && weight.size(2) > 1 && weight.device().is_cpu() &&
         !weight.is_mkldnn() && packs(weight.scalar_type()) && weight.numel() >= kWorthPacking;
}

std::array<std::int64_t, 2> both(std::int64_t axis) { return {axis, axis}; }

}  // namespace

PackedConvolutions::PackedConvolutions(Module& network) {
  network.visitModules([&](const std::string&, Module& module) {
    auto* layer = dynamic_cast<Conv2d*>(&module);
    if (layer == nullptr || !isWorthPacking(*layer)) return;
    m_waiting.emplace(layer, layer);
    layer->packer = this;
  });
}

PackedConvolutions::~PackedConvolutions() {
  const at::NoGradGuard noGradients;
  for (const auto& [key, layer] : m_waiting) layer->packer = nullptr;
  try {
    for (Conv2d* layer : m_packed)
      layer->weight = layer->weight.to_dense().contiguous(at::MemoryFormat::ChannelsLast);
  } catch (const std::exception& problem) {
    log::warning("Some of the model's weights stay packed: " + std::string(problem.what()));
  }
}

void PackedConvolutions::prepare(const Conv2d& layer, const at::Tensor& x) {
  const auto found = m_waiting.find(&layer);
  if (found == m_waiting.end()) return;
  Conv2d& waiting = *found->second;
  // Which order is best depends on the input's size.
  waiting.weight = at::mkldnn_reorder_conv2d_weight(waiting.weight.to_mkldnn(), both(waiting.padding()),
                                                    both(waiting.stride()), kDilation, 1, x.sizes());
  waiting.packer = nullptr;
  m_packed.push_back(&waiting);
  m_waiting.erase(found);
}

at::Tensor packedConvolution(const Conv2d& layer, const at::Tensor& x) {
  using Scalars = c10::List<std::optional<at::Scalar>>;
  using Signature = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                               at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, std::int64_t, std::string_view,
                               Scalars, std::optional<std::string_view>);
  // libtorch's own operator for convolutions with packed weights; it has no function in the at namespace.
  static const auto operation =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_convolution_pointwise", "").typed<Signature>();
  return operation.call(x, layer.weight, layer.bias.defined() ? std::optional(layer.bias) : std::nullopt,
                        both(layer.padding()), both(layer.stride()), kDilation, 1, "none", Scalars(), "");
}

}  // namespace pleinair::nn
