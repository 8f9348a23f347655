#include "core/nn/gpu_group_norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/nn/gpu_kernels.h"
#include "core/nn/gpu_sources.h"

namespace pleinair::nn {
namespace {

using gpu_kernels::channelsAtOnce;
using gpu_kernels::kThreads;

constexpr std::int64_t kNumbersABlock = 16384;  // enough to outweigh what a block does before it reads them

/// As in gpu_group_norm.cu.
struct Shape {
  int positions, channels, groups, splits;
};

Shape shapeOf(const at::Tensor& x, std::int64_t groups) {
  const std::int64_t numbers = x.numel() / x.size(0);
  const std::int64_t splits = std::clamp<std::int64_t>(numbers / kNumbersABlock, 1, 256);
  return {static_cast<int>(x.size(2) * x.size(3)), static_cast<int>(x.size(1)), static_cast<int>(groups),
          static_cast<int>(splits)};
}

bool fits(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::ScalarType type = x.scalar_type();
  if (!x.is_cuda() || x.dim() != 4 || !gpu_kernels::knows(type)) return false;
  const std::int64_t lanes = x.size(1) / channelsAtOnce(type);
  return x.is_contiguous(at::MemoryFormat::ChannelsLast) && x.size(1) % channelsAtOnce(type) == 0 && lanes > 0 &&
         lanes <= kThreads && x.size(0) > 0 && weight.scalar_type() == type && bias.scalar_type() == type &&
         weight.is_contiguous() && bias.is_contiguous() && gpu_kernels::aligned(x);
}

/// The kernels for one type of numbers on one GPU.
class Kernels {
 public:
  explicit Kernels(std::shared_ptr<const GpuProgram> program) : m_program(std::move(program)) {}

  /// Null where they cannot be used; the reason is logged once.
  static const Kernels* of(const at::Tensor& x) {
    static PerGpu<Kernels> all;
    return all.of(x.device(), x.scalar_type(), [&] {
      return gpu_kernels::tried<Kernels>(
          "Group normalisation", sources::gpu_group_norm,
          {"moments", "statistics", "normalize", "gradientMoments", "gradientStatistics", "gradientOfInput"},
          x.options());
    });
  }

  [[nodiscard]] std::pair<at::Tensor, at::Tensor> forward(const at::Tensor& x, const at::Tensor& weight,
                                                          const at::Tensor& bias, std::int64_t groups, double epsilon,
                                                          bool silu) const {
    const Call call(x, groups);
    const auto floats = x.options().dtype(at::kFloat);
    const at::Tensor partial = at::empty({x.size(0), call.shape.splits, x.size(1), 2}, floats);
    at::Tensor statistics = at::empty({x.size(0), groups, 2}, floats);
    at::Tensor y = at::empty_like(x, at::MemoryFormat::ChannelsLast);
    const void *in = x.const_data_ptr(), *w = weight.const_data_ptr(), *b = bias.const_data_ptr();
    void *sums = partial.mutable_data_ptr(), *result = statistics.mutable_data_ptr(), *out = y.mutable_data_ptr();
    const auto small = static_cast<float>(epsilon);
    const int then = silu ? 1 : 0;
    m_program->launch("moments", call.split, {&call.shape, &in, &sums});
    m_program->launch("statistics", call.whole, {&call.shape, &in, &sums, &small, &result});
    m_program->launch("normalize", call.split, {&call.shape, &in, &result, &w, &b, &then, &out});
    return {std::move(y), std::move(statistics)};
  }

  struct Gradients {
    at::Tensor x, weight, bias;
  };
  [[nodiscard]] Gradients backward(const at::Tensor& gradient, const at::Tensor& x, const at::Tensor& statistics,
                                   const at::Tensor& weight, const at::Tensor& bias, std::int64_t groups,
                                   bool silu) const {
    const Call call(x, groups);
    const auto floats = x.options().dtype(at::kFloat);
    const at::Tensor partial = at::empty({x.size(0), call.shape.splits, x.size(1), 2}, floats);
    const at::Tensor channels = at::empty({x.size(0), x.size(1), 2}, floats);
    const at::Tensor means = at::empty({x.size(0), groups, 2}, floats);
    at::Tensor result = at::empty_like(x, at::MemoryFormat::ChannelsLast);
    const void *in = x.const_data_ptr(), *after = gradient.const_data_ptr(), *known = statistics.const_data_ptr(),
               *w = weight.const_data_ptr(), *b = bias.const_data_ptr();
    void *sums = partial.mutable_data_ptr(), *perChannel = channels.mutable_data_ptr(),
         *perGroup = means.mutable_data_ptr(), *out = result.mutable_data_ptr();
    const int then = silu ? 1 : 0;
    m_program->launch("gradientMoments", call.split, {&call.shape, &in, &after, &known, &w, &b, &then, &sums});
    m_program->launch("gradientStatistics", call.whole, {&call.shape, &sums, &w, &perChannel, &perGroup});
    m_program->launch("gradientOfInput", call.split,
                      {&call.shape, &in, &after, &known, &perGroup, &w, &b, &then, &out});
    const at::Tensor ofWeights = channels.sum(0).to(x.scalar_type());  // [C, 2]
    return {std::move(result), ofWeights.select(1, 1).contiguous(), ofWeights.select(1, 0).contiguous()};
  }

  /// Whether they give what libtorch gives, forward and back, for a picture of their own.
  [[nodiscard]] bool agree(const at::TensorOptions& options) const {
    const at::AutoDispatchBelowAutograd noRecords;
    constexpr std::int64_t kChannels = 64, kGroups = 16, kSide = 24;
    const auto ramp = [&](at::IntArrayRef sizes, double step, double from) {
      return gpu_kernels::ramp(sizes, step, from, options);
    };
    const at::Tensor x = ramp({3, kChannels, kSide, kSide}, 0.37, 0.5).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor after = ramp(x.sizes(), 0.11, 0.0).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor weight = ramp({kChannels}, 1.3, 1.0), bias = ramp({kChannels}, 0.7, 0.0);
    const auto [y, statistics] = forward(x, weight, bias, kGroups, 1e-5, true);
    const Gradients got = backward(after, x, statistics, weight, bias, kGroups, true);
    const auto exact = [](const at::Tensor& t) { return t.to(at::kFloat).contiguous(); };
    const auto [z, mean, inverse] = at::native_group_norm(exact(x), exact(weight), exact(bias), x.size(0), kChannels,
                                                          kSide * kSide, kGroups, 1e-5);
    const at::Tensor before = at::silu_backward(exact(after), z);
    const auto [ofX, ofWeight, ofBias] =
        at::native_group_norm_backward(before, exact(x), mean, inverse, exact(weight), x.size(0), kChannels,
                                       kSide * kSide, kGroups, {true, true, true});
    using gpu_kernels::near;
    return near(y, at::silu(z)) && near(got.x, ofX) && near(got.weight, ofWeight) && near(got.bias, ofBias);
  }

 private:
  struct Call {
    Call(const at::Tensor& x, std::int64_t groups) : shape(shapeOf(x, groups)) {
      const auto batch = static_cast<unsigned>(x.size(0));
      split = {{batch, static_cast<unsigned>(shape.splits), 1}, kThreads};
      whole = {{batch, 1, 1}, kThreads};
    }
    Shape shape;
    GpuGrid split, whole;
  };

  std::shared_ptr<const GpuProgram> m_program;
};

struct Recorded : torch::autograd::Function<Recorded> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                            const at::Tensor& bias, std::int64_t groups, double epsilon, bool silu) {
    auto [y, statistics] = Kernels::of(x)->forward(x, weight, bias, groups, epsilon, silu);
    context->save_for_backward({x, weight, bias, statistics});
    context->saved_data["groups"] = groups;
    context->saved_data["silu"] = silu;
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    auto found = Kernels::of(x)->backward(gradients[0].contiguous(at::MemoryFormat::ChannelsLast), x, saved[3],
                                          saved[1], saved[2], context->saved_data["groups"].toInt(),
                                          context->saved_data["silu"].toBool());
    return {std::move(found.x), std::move(found.weight), std::move(found.bias), {}, {}, {}};
  }
};

}  // namespace

bool worthGpuGroupNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t groups) {
  const bool trained = at::GradMode::is_enabled() && weight.requires_grad();
  return trained && fits(x, weight, bias) && x.size(1) % groups == 0 && Kernels::of(x) != nullptr;
}

at::Tensor gpuGroupNorm(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, std::int64_t groups,
                        double epsilon, bool silu) {
  const bool recorded =
      at::GradMode::is_enabled() && (x.requires_grad() || weight.requires_grad() || bias.requires_grad());
  return recorded ? Recorded::apply(x, weight, bias, groups, epsilon, silu)
                  : Kernels::of(x)->forward(x, weight, bias, groups, epsilon, silu).first;
}

}  // namespace pleinair::nn
