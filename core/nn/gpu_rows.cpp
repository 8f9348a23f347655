#include "core/nn/gpu_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>
#include <string>
#include <tuple>
#include <utility>

#include "core/nn/gpu_kernels.h"
#include "core/nn/gpu_sources.h"

namespace pleinair::nn {
namespace {

using gpu_kernels::channelsAtOnce;
using gpu_kernels::knows;
using gpu_kernels::kThreads;
using torch::autograd::AutogradContext;
using Gradients = torch::autograd::variable_list;

constexpr int kMostBlocks = 1056;
constexpr int kRoundsABlock = 4;  // enough to outweigh what a block does before and after them
/// Threads that share a row. A layer norm's row is summed by each of them; wider ones are libtorch's.
constexpr std::int64_t kMostLanes = 256, kMostLanesOfNorms = 64;

/// As in gpu_rows.cu.
struct Rows {
  int count, channels;
};

bool wholeRows(const at::Tensor& x, std::int64_t channels, std::int64_t lanes) {
  const at::ScalarType type = x.scalar_type();
  return x.is_cuda() && knows(type) && x.numel() > 0 && x.numel() < (std::int64_t{1} << 30) &&
         channels % channelsAtOnce(type) == 0 && channels / channelsAtOnce(type) <= lanes &&
         gpu_kernels::aligned(x);
}

/// The kernels for one type of numbers on one GPU.
class Kernels {
 public:
  explicit Kernels(std::shared_ptr<const GpuProgram> program) : m_program(std::move(program)) {}

  /// Null where they cannot be used; the reason is logged once.
  static const Kernels* of(const at::Tensor& x) {
    static PerGpu<Kernels> all;
    return all.of(x.device(), x.scalar_type(), [&] {
      return gpu_kernels::tried<Kernels>("Layer normalisation in training", sources::gpu_rows,
                                         {"layerNorm", "layerNormGradient", "columnSums", "gate", "gateGradient"},
                                         x.options());
    });
  }

  /// y and what the way back needs: mean and 1 / deviation of each row [rows, 2].
  [[nodiscard]] std::pair<at::Tensor, at::Tensor> layerNorm(const at::Tensor& x, const at::Tensor& weight,
                                                            const at::Tensor& bias, double epsilon) const {
    const Call call(x, x.size(-1));
    at::Tensor y = at::empty_like(x);
    at::Tensor statistics = at::empty({call.rows.count, 2}, x.options().dtype(at::kFloat));
    const void *in = x.const_data_ptr(), *w = weight.const_data_ptr(), *b = bias.const_data_ptr();
    void *out = y.mutable_data_ptr(), *found = statistics.mutable_data_ptr();
    const auto small = static_cast<float>(epsilon);
    m_program->launch("layerNorm", call.grid, {&call.rows, &call.blocks, &in, &w, &b, &small, &out, &found});
    return {std::move(y), std::move(statistics)};
  }

  /// Gradients of x, weight and bias.
  [[nodiscard]] Gradients layerNormGradient(const at::Tensor& gradient, const at::Tensor& x,
                                            const at::Tensor& statistics, const at::Tensor& weight) const {
    const Call call(x, x.size(-1));
    at::Tensor ofX = at::empty_like(x);
    const at::Tensor parts = at::empty({2, call.blocks, x.size(-1)}, x.options().dtype(at::kFloat));
    const at::Tensor ofWeight = parts.select(0, 0), ofBias = parts.select(0, 1);
    const void *in = x.const_data_ptr(), *after = gradient.const_data_ptr(), *known = statistics.const_data_ptr(),
               *w = weight.const_data_ptr();
    void *out = ofX.mutable_data_ptr(), *first = ofWeight.mutable_data_ptr(), *second = ofBias.mutable_data_ptr();
    m_program->launch("layerNormGradient", call.grid,
                      {&call.rows, &call.blocks, &in, &after, &known, &w, &out, &first, &second});
    const at::Tensor sums = parts.sum(1).to(x.scalar_type());  // [2, channels]
    return {std::move(ofX), sums.select(0, 0), sums.select(0, 1)};
  }

  /// x [rows, channels] -> [channels]
  [[nodiscard]] at::Tensor columnSums(const at::Tensor& x) const {
    const std::int64_t channels = x.size(1);
    if (!wholeRows(x, channels, kMostLanes)) return x.sum(0);
    const Call call(x, channels);
    const at::Tensor parts = at::empty({call.blocks, channels}, x.options().dtype(at::kFloat));
    const void* in = x.const_data_ptr();
    void* out = parts.mutable_data_ptr();
    m_program->launch("columnSums", call.grid, {&call.rows, &call.blocks, &in, &out});
    return parts.sum(0).to(x.scalar_type());
  }

  [[nodiscard]] at::Tensor gate(const at::Tensor& x) const {
    std::vector<std::int64_t> sizes = x.sizes().vec();
    sizes.back() /= 2;
    at::Tensor y = at::empty(sizes, x.options());
    const Call call(y, sizes.back());
    const void* in = x.const_data_ptr();
    void* out = y.mutable_data_ptr();
    m_program->launch("gate", call.grid, {&call.rows, &call.blocks, &in, &out});
    return y;
  }

  [[nodiscard]] at::Tensor gateGradient(const at::Tensor& gradient, const at::Tensor& x) const {
    const Call call(gradient, gradient.size(-1));
    at::Tensor ofX = at::empty_like(x);
    const void *in = x.const_data_ptr(), *after = gradient.const_data_ptr();
    void* out = ofX.mutable_data_ptr();
    m_program->launch("gateGradient", call.grid, {&call.rows, &call.blocks, &in, &after, &out});
    return ofX;
  }

  /// Whether they give what libtorch gives, forward and back, for rows of their own.
  [[nodiscard]] bool agree(const at::TensorOptions& options) const {
    const at::AutoDispatchBelowAutograd noRecords;
    constexpr std::int64_t kRows = 3001, kChannels = 96;
    const auto ramp = [&](at::IntArrayRef sizes, double step, double from) {
      return gpu_kernels::ramp(sizes, step, from, options);
    };
    const at::Tensor x = ramp({kRows, kChannels}, 0.37, 0.5), after = ramp(x.sizes(), 0.11, 0.1),
                     weight = ramp({kChannels}, 1.3, 1.0), bias = ramp({kChannels}, 0.7, 0.0);
    const auto [y, statistics] = layerNorm(x, weight, bias, 1e-5);
    const Gradients got = layerNormGradient(after, x, statistics, weight);
    const auto exact = [](const at::Tensor& t) { return t.to(at::kFloat); };
    const auto [z, mean, inverse] = at::native_layer_norm(exact(x), {kChannels}, exact(weight), exact(bias), 1e-5);
    const auto [ofX, ofWeight, ofBias] = at::native_layer_norm_backward(
        exact(after), exact(x), {kChannels}, mean, inverse, exact(weight), exact(bias), {true, true, true});
    using gpu_kernels::near;
    const at::Tensor value = exact(x.slice(1, 0, kChannels / 2)), open = exact(x.slice(1, kChannels / 2)),
                     half = after.slice(1, 0, kChannels / 2).contiguous();
    const at::Tensor ofGate =
        at::cat({exact(half) * at::gelu(open), at::gelu_backward(exact(half) * value, open)}, 1);
    return near(y, z) && near(got[0], ofX) && near(got[1], ofWeight) && near(got[2], ofBias) &&
           near(columnSums(after), exact(after).sum(0)) && near(gate(x), value * at::gelu(open)) &&
           near(gateGradient(half, x), ofGate);
  }

 private:
  struct Call {
    Call(const at::Tensor& x, std::int64_t channels)
        : rows{static_cast<int>(x.numel() / channels), static_cast<int>(channels)} {
      const auto perBlock = static_cast<int>(kThreads / (channels / channelsAtOnce(x.scalar_type())));
      blocks = std::clamp(rows.count / (perBlock * kRoundsABlock), 1, kMostBlocks);
      grid = {{static_cast<unsigned>(blocks), 1, 1}, kThreads};
    }
    Rows rows;
    int blocks = 1;
    GpuGrid grid;
  };

  std::shared_ptr<const GpuProgram> m_program;
};

struct RecordedLayerNorm : torch::autograd::Function<RecordedLayerNorm> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, double epsilon) {
    auto [y, statistics] = Kernels::of(x)->layerNorm(x, weight, bias, epsilon);
    context->save_for_backward({x, weight, statistics});
    return y;
  }
  static Gradients backward(AutogradContext* context, const Gradients& gradients) {
    const auto saved = context->get_saved_variables();
    Gradients found =
        Kernels::of(saved[0])->layerNormGradient(gradients[0].contiguous(), saved[0], saved[2], saved[1]);
    found.emplace_back();
    return found;
  }
};

struct RecordedGate : torch::autograd::Function<RecordedGate> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x) {
    context->save_for_backward({x});
    return Kernels::of(x)->gate(x);
  }
  static Gradients backward(AutogradContext* context, const Gradients& gradients) {
    const at::Tensor x = context->get_saved_variables()[0];
    return {Kernels::of(x)->gateGradient(gradients[0].contiguous(), x)};
  }
};

struct RecordedLinear : torch::autograd::Function<RecordedLinear> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias) {
    context->save_for_backward({x, weight});
    return at::linear(x, weight, bias);
  }
  static Gradients backward(AutogradContext* context, const Gradients& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1];
    const at::Tensor after = gradients[0].contiguous().view({-1, weight.size(0)});
    at::Tensor ofX;
    if (context->needs_input_grad(0)) ofX = at::mm(after, weight).view(x.sizes());
    return {ofX, at::mm(after.t(), x.reshape({-1, weight.size(1)})), Kernels::of(after)->columnSums(after)};
  }
};

/// [B, C, H, W] with its channels innermost -> [B*H*W, C]
at::Tensor rowsOf(const at::Tensor& x) { return x.permute({0, 2, 3, 1}).reshape({-1, x.size(1)}); }

struct RecordedConvolution : torch::autograd::Function<RecordedConvolution> {
  static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, std::int64_t stride, std::int64_t padding) {
    context->save_for_backward({x, weight});
    context->saved_data["stride"] = stride;
    context->saved_data["padding"] = padding;
    return at::conv2d(x, weight, bias, stride, padding);
  }
  static Gradients backward(AutogradContext* context, const Gradients& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor after = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const std::int64_t stride = context->saved_data["stride"].toInt(),
                       padding = context->saved_data["padding"].toInt();
    auto [ofX, ofWeight, none] =
        at::convolution_backward(after, saved[0], saved[1], std::nullopt, {stride, stride}, {padding, padding},
                                 {1, 1}, false, {0, 0}, 1, {context->needs_input_grad(0), true, false});
    return {std::move(ofX), std::move(ofWeight), Kernels::of(after)->columnSums(rowsOf(after)), {}, {}};
  }
};

bool trained(const at::Tensor& x, const at::Tensor& weight) {
  return at::GradMode::is_enabled() && x.is_cuda() && knows(x.scalar_type()) && weight.defined() &&
         weight.requires_grad() && weight.scalar_type() == x.scalar_type();
}

}  // namespace

bool worthGpuLayerNorm(const at::Tensor& x, const at::Tensor& weight) {
  return trained(x, weight) && x.is_contiguous() && wholeRows(x, x.size(-1), kMostLanesOfNorms) &&
         Kernels::of(x) != nullptr;
}

bool worthGpuGate(const at::Tensor& x, const at::Tensor& weight) {
  return trained(x, weight) && x.is_contiguous() && wholeRows(x, x.size(-1) / 2, kMostLanes) &&
         Kernels::of(x) != nullptr;
}

bool worthGpuBias(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return bias.defined() && trained(x, weight) && bias.requires_grad() && Kernels::of(x) != nullptr;
}

at::Tensor gpuLayerNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, double epsilon) {
  return RecordedLayerNorm::apply(x, weight, bias, epsilon);
}

at::Tensor gpuGate(const at::Tensor& x) { return RecordedGate::apply(x); }

at::Tensor gpuLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return RecordedLinear::apply(x, weight, bias);
}

at::Tensor gpuConvolution(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t stride,
                          std::int64_t padding) {
  return RecordedConvolution::apply(x, weight, bias, stride, padding);
}

}  // namespace pleinair::nn
