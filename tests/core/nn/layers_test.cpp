#include "core/nn/layers.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "core/nn/attention.h"
#include "core/nn/resnet.h"

namespace pleinair::nn {
namespace {

bool close(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-5, 1e-5); }

TEST(Layers, ABranchAddsExactlyItsLowRankChange) {
  Linear linear(6, 5);
  initialize(linear, 1);
  const at::Tensor x = at::randn({2, 3, 6});
  const at::Tensor plain = linear.forward(x);
  const LoraBranch branch{at::randn({2, 6}), at::randn({5, 2}), 0.5};
  linear.branches.push_back(branch);
  const at::Tensor merged = at::linear(x, linear.weight + 0.5 * branch.up.matmul(branch.down), linear.bias);
  EXPECT_TRUE(close(linear.forward(x), merged));
  linear.branches.clear();
  EXPECT_TRUE(at::equal(linear.forward(x), plain));
}

TEST(Layers, ABranchOnAStridedConvolution) {
  Conv2d conv(4, 6, 3, 2, 1);
  initialize(conv, 2);
  const at::Tensor x = at::randn({1, 4, 9, 8});
  const LoraBranch branch{at::randn({2, 4, 3, 3}), at::randn({6, 2, 1, 1}), 1.5};
  conv.branches.push_back(branch);
  const at::Tensor change = at::einsum("orxy,rihw->oihw", {branch.up, branch.down}) * 1.5;
  EXPECT_TRUE(close(conv.forward(x), at::conv2d(x, conv.weight + change, conv.bias, 2, 1)));
}

TEST(Layers, GradientsReachTheBranchAndNotTheFrozenWeight) {
  Linear linear(4, 4);
  initialize(linear, 3);
  linear.branches.push_back({at::randn({2, 4}).requires_grad_(true), at::zeros({4, 2}).requires_grad_(true), 1.0});
  linear.forward(at::randn({3, 4})).square().sum().backward();
  EXPECT_TRUE(linear.branches[0].up.grad().defined());
  EXPECT_GT(linear.branches[0].up.grad().abs().sum().item<double>(), 0.0);
  EXPECT_FALSE(linear.weight.grad().defined());
}

TEST(Layers, FloatBranchesBesideBfloat16WeightsGiveBfloat16) {
  Linear linear(4, 4);
  initialize(linear, 4);
  linear.to(at::kCPU, at::kBFloat16);
  linear.branches.push_back({at::randn({2, 4}), at::randn({4, 2}), 1.0});
  EXPECT_EQ(linear.forward(at::randn({1, 4}).to(at::kBFloat16)).scalar_type(), at::kBFloat16);
}

TEST(Module, NamesShapesAndInitialValues) {
  TransformerBlock block(16, 2, 8);
  std::vector<std::string> names;
  block.visitParameters([&](const std::string& name, at::Tensor&, const auto&) { names.push_back(name); }, "b");
  EXPECT_EQ(names.front(), "b.norm1.weight");
  EXPECT_NE(std::find(names.begin(), names.end(), "b.attn2.to_out.0.bias"), names.end());
  EXPECT_NE(std::find(names.begin(), names.end(), "b.ff.net.0.proj.weight"), names.end());
  EXPECT_FALSE(block.loaded());
  initialize(block, 5);
  EXPECT_TRUE(block.loaded());
  TransformerBlock twin(16, 2, 8);
  initialize(twin, 5);
  const at::Tensor x = at::randn({1, 4, 16}), context = at::randn({1, 3, 8});
  EXPECT_TRUE(at::equal(block.forward(x, context), twin.forward(x, context))) << "one seed, one network";
  EXPECT_EQ(block.parameterCount(),
            3 * 32 + (4 * 256 + 16) + (2 * 256 + 2 * 128 + 16) + (16 * 128 + 128) + (64 * 16 + 16));
}

TEST(Attention, IsSoftmaxOfScaledProducts) {
  const at::Tensor q = at::randn({1, 5, 4}), k = at::randn({1, 7, 4}), v = at::randn({1, 7, 4});
  const at::Tensor head = [&](int h) {
    const auto part = [&](const at::Tensor& t) { return t.slice(2, h * 2, h * 2 + 2); };
    return at::softmax(part(q).matmul(part(k).transpose(1, 2)) / std::sqrt(2.0), -1).matmul(part(v));
  }(1);
  EXPECT_TRUE(close(multiHeadAttention(q, k, v, 2).slice(2, 2, 4), head));
}

TEST(Attention, CausalHidesWhatComesLater) {
  const at::Tensor x = at::randn({1, 6, 8});
  at::Tensor changed = x.clone();
  changed.slice(1, 4).add_(1.0);
  const at::Tensor a = multiHeadAttention(x, x, x, 2, true),
                   b = multiHeadAttention(changed, changed, changed, 2, true);
  EXPECT_TRUE(close(a.slice(1, 0, 4), b.slice(1, 0, 4)));
  EXPECT_FALSE(close(a.slice(1, 4), b.slice(1, 4)));
}

TEST(Resnet, UpsampleReachesOddSizes) {
  Upsample up(4);
  initialize(up, 6);
  EXPECT_EQ(up.forward(at::randn({1, 4, 2, 3}), 3, 5).sizes(), (at::IntArrayRef{1, 4, 3, 5}));
  EXPECT_EQ(up.forward(at::randn({1, 4, 2, 3})).sizes(), (at::IntArrayRef{1, 4, 4, 6}));
}

TEST(Resnet, UpsampleToTwiceTheSizeIsTheConvolutionOfRepeatedPixels) {
  Upsample up(192);
  initialize(up, 7);
  at::Tensor weight, bias;
  up.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>&) {
    (name == "conv.weight" ? weight : bias) = slot;
  });
  for (const auto& [height, width] : {std::pair{8, 8}, {1, 5}, {13, 2}}) {
    at::Tensor x = at::randn({2, 192, height, width}).requires_grad_();
    const at::Tensor repeated = at::upsample_nearest2d(x, {2 * height, 2 * width});
    const at::Tensor expected = at::conv2d(repeated, weight, bias, 1, 1), result = up.forward(x);
    EXPECT_TRUE(close(result, expected)) << height << " x " << width;
    const at::Tensor direction = at::randn_like(expected);
    (expected * direction).sum().backward();
    const at::Tensor gradient = x.grad().clone();
    x.mutable_grad() = at::Tensor();
    (result * direction).sum().backward();
    EXPECT_TRUE(close(x.grad(), gradient)) << height << " x " << width;
    const at::NoGradGuard noGradients;  // another way to put the pixels together
    for (const at::MemoryFormat format : {at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast}) {
      EXPECT_TRUE(close(up.forward(x.contiguous(format)), expected)) << height << " x " << width;
    }
  }
}

TEST(Timesteps, FeaturesFollowTheFormula) {
  const at::Tensor features = timestepFeatures(at::full({1}, 10.0), 4, true, 0);
  const std::vector<float> expected{std::cos(10.0f), std::cos(0.1f), std::sin(10.0f), std::sin(0.1f)};
  EXPECT_TRUE(close(features, at::tensor(expected).unsqueeze(0)));
}

}  // namespace
}  // namespace pleinair::nn
