#include "core/nn/packed_convolutions.h"

#include <ATen/ATen.h>
#include <ATen/core/List.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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

std::array<std::int64_t, 2> both(std::int64_t axis) { return {axis, axis}; }

at::Tensor reordered(const at::Tensor& weight, std::int64_t padding, std::int64_t stride, at::IntArrayRef inputs) {
  return at::mkldnn_reorder_conv2d_weight(weight.to_mkldnn(), both(padding), both(stride), kDilation, 1, inputs);
}

at::Tensor convolved(const at::Tensor& x, const at::Tensor& packedWeight, const at::Tensor& bias, std::int64_t padding,
                     std::int64_t stride) {
  using Scalars = c10::List<std::optional<at::Scalar>>;
  using Signature = at::Tensor(const at::Tensor&, const at::Tensor&, const std::optional<at::Tensor>&,
                               at::IntArrayRef, at::IntArrayRef, at::IntArrayRef, std::int64_t, std::string_view,
                               Scalars, std::optional<std::string_view>);
  // libtorch's own operator for convolutions with packed weights; it has no function in the at namespace.
  static const auto operation =
      c10::Dispatcher::singleton().findSchemaOrThrow("mkldnn::_convolution_pointwise", "").typed<Signature>();
  return operation.call(x, packedWeight, bias.defined() ? std::optional(bias) : std::nullopt, both(padding),
                        both(stride), kDilation, 1, "none", Scalars(), "");
}

/// Gradients to x of a convolution with stride 1 that keeps the size: one with the kernel turned half around and its
/// channels swapped.
struct Recorded : torch::autograd::Function<Recorded> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const Conv2d* layer) {
    context->saved_data["layer"] = reinterpret_cast<std::int64_t>(layer);
    return convolved(x, layer->weight, layer->bias, layer->padding(), layer->stride());
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto* const layer = reinterpret_cast<const Conv2d*>(context->saved_data["layer"].toInt());
    return {convolved(gradients[0], layer->turned, {}, layer->padding(), layer->stride()), {}};
  }
};

}  // namespace

bool PackedConvolutions::isWorthPacking(const Conv2d& layer) const {
  const at::Tensor& weight = layer.weight;
  const bool kept = layer.stride() == 1 && weight.size(2) == 2 * layer.padding() + 1;  // the size of the picture
  return layer.packable() && weight.defined() && weight.size(2) > 1 && weight.device().is_cpu() &&
         !weight.is_mkldnn() && packs(weight.scalar_type()) && weight.numel() >= kWorthPacking &&
         (m_use == Use::Drawing || kept);
}

PackedConvolutions::PackedConvolutions(Module& network, Use use) : m_use(use) {
  network.visitModules([&](const std::string&, Module& module) {
    auto* layer = dynamic_cast<Conv2d*>(&module);
    if (layer == nullptr) return;
    if (isWorthPacking(*layer)) {
      m_waiting.emplace(layer, layer);
    } else if (!layer->packable()) {
      m_folding.push_back(layer);
    } else {
      return;
    }
    layer->packer = this;
  });
}

PackedConvolutions::~PackedConvolutions() {
  const at::NoGradGuard noGradients;
  for (const auto& [key, layer] : m_waiting) layer->packer = nullptr;
  for (Conv2d* layer : m_folding) layer->packer = nullptr;
  try {
    for (Conv2d* layer : m_packed) {
      layer->turned = at::Tensor();
      layer->weight = layer->weight.to_dense().contiguous(at::MemoryFormat::ChannelsLast);
    }
  } catch (const std::exception& problem) {
    log::warning("Some of the model's weights stay packed: " + std::string(problem.what()));
  }
}

void PackedConvolutions::prepare(const Conv2d& layer, const at::Tensor& x) {
  const auto found = m_waiting.find(&layer);
  if (found == m_waiting.end()) return;
  const at::NoGradGuard noGradients;
  Conv2d& waiting = *found->second;
  if (m_use == Use::Training) {
    const at::Tensor turned = waiting.weight.flip({2, 3}).transpose(0, 1).contiguous(at::MemoryFormat::ChannelsLast);
    const std::array<std::int64_t, 4> gradients{x.size(0), turned.size(1), x.size(2), x.size(3)};
    waiting.turned = reordered(turned, waiting.padding(), waiting.stride(), gradients);
  }
  // Which order is best depends on the input's size.
  waiting.weight = reordered(waiting.weight, waiting.padding(), waiting.stride(), x.sizes());
  waiting.packer = nullptr;
  m_packed.push_back(&waiting);
  m_waiting.erase(found);
}

const FoldedKernels& PackedConvolutions::folded(const Conv2d& layer, const at::Tensor& x,
                                                const std::function<FoldedKernels()>& make) {
  const auto found = m_folded.find(&layer);
  if (found != m_folded.end()) return found->second;
  const at::NoGradGuard noGradients;
  FoldedKernels kernels = make();
  const bool packed = m_use == Use::Drawing && x.device().is_cpu() && packs(x.scalar_type());
  for (at::Tensor& kernel : kernels) {
    if (packed && kernel.numel() >= kWorthPacking) kernel = reordered(kernel, 1, 1, x.sizes());
  }
  return m_folded.emplace(&layer, std::move(kernels)).first->second;
}

at::Tensor packedConvolution(const Conv2d& layer, const at::Tensor& x) {
  if (layer.turned.defined() && at::GradMode::is_enabled() && x.requires_grad()) return Recorded::apply(x, &layer);
  return convolved(x, layer.weight, layer.bias, layer.padding(), layer.stride());
}

at::Tensor foldedConvolution(const at::Tensor& x, const at::Tensor& kernel, const at::Tensor& bias) {
  return kernel.is_mkldnn() ? convolved(x, kernel, bias, 1, 1) : at::conv2d(x, kernel, bias, 1, 1);
}

}  // namespace pleinair::nn
