// The GPU's kernels for training transformers, run here by threads of the processor.
#include "core/nn/gpu_rows.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/nn/attention.h"
#include "core/nn/layers.h"
#include "core/tensor/device.h"

#define GPU_KERNELS "core/nn/gpu_rows.cu"
#include "tests/core/nn/gpu_threads.h"

namespace {

using namespace pleinair::gpu_threads;

struct Case {
  std::int64_t rows, channels;
  int blocks;
};

struct Outcome {
  at::Tensor y, ofX, ofWeight, ofBias, columns, gated, ofGated;
};

/// What libtorch computes in float64. x [rows, 2 * channels]: the gate takes all of it, the norm its first half.
Outcome expected(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& after) {
  const auto exact = [](const at::Tensor& t) { return t.to(at::kDouble).clone().requires_grad_(true); };
  const std::int64_t channels = weight.size(0);
  const at::Tensor in = exact(x.slice(1, 0, channels)), w = exact(weight), b = exact(bias), both = exact(x);
  const at::Tensor y = at::layer_norm(in, {channels}, w, b, 1e-5);
  y.backward(after.to(at::kDouble));
  const auto halves = both.chunk(2, 1);
  const at::Tensor gated = halves[0] * at::gelu(halves[1]);
  gated.backward(after.to(at::kDouble));
  return {y.detach(), in.grad(), w.grad(), b.grad(), after.to(at::kDouble).sum(0), gated.detach(), both.grad()};
}

/// What the kernels give that stand beside `Rows`, in whose namespace they are looked up.
template <typename Rows, typename Value>
Outcome outcome(const Case& c, const at::Tensor& both, const at::Tensor& weight, const at::Tensor& bias,
                const at::Tensor& after) {
  const Rows rows{static_cast<int>(c.rows), static_cast<int>(c.channels)};
  const at::Tensor x = both.slice(1, 0, c.channels).contiguous();
  const at::Tensor y = at::full_like(x, NAN), ofX = at::full_like(x, NAN), gated = at::full_like(x, NAN),
                   ofGated = at::full_like(both, NAN), statistics = at::full({c.rows, 2}, NAN),
                   parts = at::full({3, c.blocks, c.channels}, NAN);
  auto* known = statistics.mutable_data_ptr<float>();
  const auto part = [&](std::int64_t i) { return parts.select(0, i).mutable_data_ptr<float>(); };
  const Value *in = values<Value>(x), *all = values<Value>(both), *w = values<Value>(weight),
              *b = values<Value>(bias), *g = values<Value>(after);
  Value *out = written<Value>(y), *gradient = written<Value>(ofX), *gateOut = written<Value>(gated),
        *ofGate = written<Value>(ofGated);
  onGrid(c.blocks, 1, [&] { layerNorm(rows, c.blocks, in, w, b, 1e-5F, out, known); });
  onGrid(c.blocks, 1, [&] { layerNormGradient(rows, c.blocks, in, g, known, w, gradient, part(0), part(1)); });
  onGrid(c.blocks, 1, [&] { columnSums(rows, c.blocks, g, part(2)); });
  onGrid(c.blocks, 1, [&] { gate(rows, c.blocks, all, gateOut); });
  onGrid(c.blocks, 1, [&] { gateGradient(rows, c.blocks, all, g, ofGate); });
  const at::Tensor sums = parts.sum(1);
  return {y, ofX, sums.select(0, 0), sums.select(0, 1), sums.select(0, 2), gated, ofGated};
}

class GpuRows : public testing::TestWithParam<Case> {};

TEST_P(GpuRows, GivesWhatLibtorchGives) {
  const Case c = GetParam();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const auto typed = [&](const at::Tensor& t) { return t.to(type); };
    const at::Tensor x = typed(ramp({c.rows, 2 * c.channels}, 0.37, 0.4)),
                     after = typed(ramp({c.rows, c.channels}, 0.11, 0.1)),
                     weight = typed(ramp({c.channels}, 1.3, 1.0)), bias = typed(ramp({c.channels}, 0.7, 0.0));
    const Outcome wanted = expected(x, weight, bias, after);
    const Outcome got = type == at::kFloat ? outcome<floats::Rows, floats::Value>(c, x, weight, bias, after)
                                           : outcome<halves::Rows, halves::Value>(c, x, weight, bias, after);
    const double bound = type == at::kFloat ? 2e-5 : 4e-3;
    EXPECT_LT(distance(got.y, wanted.y), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofX, wanted.ofX), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofWeight, wanted.ofWeight), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofBias, wanted.ofBias), bound) << at::toString(type);
    EXPECT_LT(distance(got.columns, wanted.columns), bound) << at::toString(type);
    EXPECT_LT(distance(got.gated, wanted.gated), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofGated, wanted.ofGated), bound) << at::toString(type);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, GpuRows,
                         testing::Values(Case{77, 96, 3}, Case{5, 192, 1}, Case{40, 8, 2}, Case{300, 128, 4},
                                         Case{9, 256, 20}));

TEST(GpuRowsTest, AreForGpusOnly) {
  const at::Tensor x = at::randn({4, 64}), one = at::ones({64}).requires_grad_(true);
  EXPECT_FALSE(pleinair::nn::worthGpuLayerNorm(x, one));
  EXPECT_FALSE(pleinair::nn::worthGpuGate(x, one));
  EXPECT_FALSE(pleinair::nn::worthGpuBias(x, at::ones({64, 64}).requires_grad_(true), one));
}

/// A small network with all that is replaced in training: its output and the gradients of x and of each parameter.
std::vector<at::Tensor> passThrough(at::Device device, at::ScalarType type) {
  at::Generator dice = at::globalContext().defaultGenerator(at::kCPU).clone();
  dice.set_current_seed(5);
  const auto random = [&](at::IntArrayRef sizes, double spread, double mean) {
    return at::randn(sizes, dice).mul(spread).add(mean).to(device, type);
  };
  pleinair::nn::Conv2d convolution(8, 64, 3, 1, 1);
  pleinair::nn::TransformerBlock block(64, 2, 48);
  std::vector<at::Tensor> parameters;
  const auto fill = [&](pleinair::nn::Module& module) {
    module.visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
      at::Tensor filled = shape.size() == 1 ? random(shape, 0.2, 0.8) : random(shape, 0.2, 0.0);
      if (shape.size() == 4) filled = filled.contiguous(at::MemoryFormat::ChannelsLast);
      slot = filled.set_requires_grad(true);
      parameters.push_back(slot);
    });
  };
  fill(convolution);
  fill(block);
  const at::Tensor x = random({2, 8, 6, 5}, 1.0, 0.0).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor context = random({2, 7, 48}, 1.0, 0.0);
  x.set_requires_grad(true);
  const at::Tensor rows = convolution.forward(x).permute({0, 2, 3, 1}).reshape({2, 30, 64});
  const at::Tensor y = block.forward(rows, context);
  y.backward(random(y.sizes(), 1.0, 0.0));
  std::vector<at::Tensor> all = {y.detach(), x.grad()};
  for (const at::Tensor& parameter : parameters) all.push_back(parameter.grad());
  for (at::Tensor& t : all) t = t.to(at::kCPU, at::kDouble);
  return all;
}

TEST(GpuRowsTest, OnAGpuANetworkLearnsAsOnTheProcessor) {
  const auto device = pleinair::resolveDevice({});
  if (!device || !device->isGpu()) GTEST_SKIP() << "no GPU here";
  const auto wanted = passThrough(at::kCPU, at::kFloat);
  double largest = 0.0;
  for (std::size_t i = 2; i < wanted.size(); ++i) largest = std::max(largest, wanted[i].norm().item<double>());
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const auto got = passThrough(device->device, type);
    ASSERT_EQ(got.size(), wanted.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      const double size = std::max(wanted[i].norm().item<double>(), 0.05 * largest);
      EXPECT_LT((got[i] - wanted[i]).norm().item<double>() / size, type == at::kFloat ? 1e-3 : 6e-2)
          << at::toString(type) << ' ' << i;
    }
  }
}

}  // namespace
