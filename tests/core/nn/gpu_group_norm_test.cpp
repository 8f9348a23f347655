// The GPU's kernels for group normalisation, run here by threads of the processor.
#include "core/nn/gpu_group_norm.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "core/tensor/device.h"

#define GPU_KERNELS "core/nn/gpu_group_norm.cu"
#include "tests/core/nn/gpu_threads.h"

namespace {

using namespace pleinair::gpu_threads;

struct Case {
  std::int64_t batch, channels, height, width, groups;
  int splits;
  bool silu;
  double offset;  ///< of x: far from zero, squares alone leave nothing of the variance
};

struct Outcome {
  at::Tensor y, ofX, ofWeight, ofBias;
};

/// What libtorch computes.
Outcome expected(const Case& c, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                 const at::Tensor& after) {
  const auto exact = [](const at::Tensor& t) { return t.to(at::kDouble).contiguous().requires_grad_(true); };
  const at::Tensor in = exact(x), w = exact(weight), b = exact(bias);
  const at::Tensor normal = at::group_norm(in, c.groups, w, b, 1e-5);
  const at::Tensor y = c.silu ? at::silu(normal) : normal;
  y.backward(after.to(at::kDouble));
  return {y.detach(), in.grad(), w.grad(), b.grad()};
}

/// What the kernels give that stand beside `Shape`, in whose namespace they are looked up. x and after are
/// channels-last.
template <typename Shape, typename Value>
Outcome outcome(const Case& c, const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                const at::Tensor& after) {
  const Shape shape{static_cast<int>(c.height * c.width), static_cast<int>(c.channels), static_cast<int>(c.groups),
                    c.splits};
  const at::Tensor partial = at::full({c.batch, c.splits, c.channels, 2}, NAN),
                   ofChannels = at::full({c.batch, c.channels, 2}, NAN),
                   ofGroups = at::full({c.batch, c.groups, 2}, NAN), means = at::full_like(ofGroups, NAN);
  const at::Tensor y = at::full_like(x, NAN), ofX = at::full_like(x, NAN);
  float *sums = partial.mutable_data_ptr<float>(), *known = ofGroups.mutable_data_ptr<float>(),
        *perChannel = ofChannels.mutable_data_ptr<float>(), *perGroup = means.mutable_data_ptr<float>();
  const int batch = static_cast<int>(c.batch), silu = c.silu ? 1 : 0;
  const Value *in = values<Value>(x), *w = values<Value>(weight), *b = values<Value>(bias), *g = values<Value>(after);
  Value *out = written<Value>(y), *gradient = written<Value>(ofX);
  onGrid(batch, c.splits, [&] { moments(shape, in, sums); });
  onGrid(batch, 1, [&] { statistics(shape, in, sums, 1e-5F, known); });
  onGrid(batch, c.splits, [&] { normalize(shape, in, known, w, b, silu, out); });
  onGrid(batch, c.splits, [&] { gradientMoments(shape, in, g, known, w, b, silu, sums); });
  onGrid(batch, 1, [&] { gradientStatistics(shape, sums, w, perChannel, perGroup); });
  onGrid(batch, c.splits, [&] { gradientOfInput(shape, in, g, known, perGroup, w, b, silu, gradient); });
  const at::Tensor ofWeights = ofChannels.sum(0);
  return {y, ofX, ofWeights.select(1, 1), ofWeights.select(1, 0)};
}

class GpuGroupNorm : public testing::TestWithParam<Case> {};

TEST_P(GpuGroupNorm, GivesWhatLibtorchGives) {
  const Case c = GetParam();
  for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
    const auto typed = [&](const at::Tensor& t) { return t.to(type); };
    const at::Tensor x = typed(ramp({c.batch, c.channels, c.height, c.width}, 0.37, c.offset))
                             .contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor after = typed(ramp(x.sizes(), 0.11, 0.1)).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor weight = typed(ramp({c.channels}, 1.3, 1.0)), bias = typed(ramp({c.channels}, 0.7, 0.0));
    const Outcome wanted = expected(c, x, weight, bias, after);
    const Outcome got = type == at::kFloat ? outcome<floats::Shape, floats::Value>(c, x, weight, bias, after)
                                           : outcome<halves::Shape, halves::Value>(c, x, weight, bias, after);
    const double bound = type == at::kFloat ? 2e-5 : 4e-3;
    EXPECT_LT(distance(got.y, wanted.y), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofX, wanted.ofX), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofWeight, wanted.ofWeight), bound) << at::toString(type);
    EXPECT_LT(distance(got.ofBias, wanted.ofBias), bound) << at::toString(type);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, GpuGroupNorm,
                         testing::Values(Case{2, 64, 9, 7, 32, 3, true, 0.3}, Case{1, 96, 8, 8, 32, 1, false, 0.0},
                                         Case{3, 8, 5, 5, 2, 2, true, 0.0}, Case{1, 320, 4, 6, 32, 7, true, 0.5},
                                         Case{1, 1024, 3, 3, 32, 2, false, 0.1},
                                         Case{2, 32, 16, 16, 4, 2, true, 40.0}));

TEST(GpuGroupNormTest, IsForGpusOnly) {
  const at::Tensor x = at::randn({1, 64, 4, 4}).contiguous(at::MemoryFormat::ChannelsLast),
                   one = at::ones({64}).requires_grad_(true);
  EXPECT_FALSE(pleinair::nn::worthGpuGroupNorm(x, one, one, 32));
}

TEST(GpuGroupNormTest, OnAGpuRecordsGradients) {
  const auto device = pleinair::resolveDevice({});
  if (!device || !device->isGpu()) GTEST_SKIP() << "no GPU here";
  for (const at::ScalarType type : {at::kFloat, at::kHalf, at::kBFloat16}) {
    const auto there = [&](const at::Tensor& t) { return t.to(device->device, type); };
    const at::Tensor x = there(ramp({2, 64, 33, 31}, 0.37, 0.2)).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor weight = there(ramp({64}, 1.3, 1.0)), bias = there(ramp({64}, 0.7, 0.0));
    EXPECT_FALSE(pleinair::nn::worthGpuGroupNorm(x, weight, bias, 32)) << "a finished model's";
    for (const at::Tensor& t : {x, weight, bias}) t.set_requires_grad(true);
    ASSERT_TRUE(pleinair::nn::worthGpuGroupNorm(x, weight, bias, 32)) << at::toString(type);
    const at::Tensor after = there(ramp(x.sizes(), 0.11, 0.1));
    const at::Tensor y = pleinair::nn::gpuGroupNorm(x, weight, bias, 32, 1e-5, true);
    y.backward(after);
    const Case c{2, 64, 33, 31, 32, 1, true, 0.2};
    const Outcome wanted = expected(c, x.detach().cpu(), weight.detach().cpu(), bias.detach().cpu(), after.cpu());
    const double bound = type == at::kFloat ? 1e-5 : 4e-3;
    EXPECT_LT(distance(y.detach().cpu(), wanted.y), bound) << at::toString(type);
    EXPECT_LT(distance(x.grad().cpu(), wanted.ofX), bound) << at::toString(type);
    EXPECT_LT(distance(weight.grad().cpu(), wanted.ofWeight), bound) << at::toString(type);
    EXPECT_LT(distance(bias.grad().cpu(), wanted.ofBias), bound) << at::toString(type);
  }
}

}  // namespace
