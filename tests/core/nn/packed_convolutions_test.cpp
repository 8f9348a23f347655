#include "core/nn/packed_convolutions.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "core/nn/resnet.h"

namespace pleinair::nn {
namespace {

/// Layers of every kind that a UNet has: large, small, strided, and one whose weight is read. The pictures are too
/// small for winogradConvolution, which comes first where it is worth it.
struct Layers final : Module {
  Layers()
      : large(64, 512, 3, 1, 1), strided(512, 64, 3, 2, 1), pointwise(512, 1024, 1), small(4, 8, 3, 1, 1), up(180) {
    registerModule("large", large);
    registerModule("strided", strided);
    registerModule("pointwise", pointwise);
    registerModule("small", small);
    registerModule("up", up);
    initialize(*this, 3);
    for (Conv2d* layer : {&large, &strided, &pointwise, &small}) {
      layer->weight = layer->weight.contiguous(at::MemoryFormat::ChannelsLast);
    }
  }
  Conv2d large, strided, pointwise, small;
  Upsample up;
};

TEST(PackedConvolutions, GiveTheSameBitsAndTheWeightsBack) {
  const at::NoGradGuard noGradients;
  Layers layers;
  for (const auto& [batch, height, width] : {std::array{1, 19, 18}, {2, 12, 14}, {3, 11, 10}}) {
    const at::Tensor x = at::randn({batch, 64, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
    const at::Tensor other = at::randn({batch, 180, height, width}).contiguous(at::MemoryFormat::ChannelsLast);
    const auto results = [&] {
      const at::Tensor h = layers.large.forward(x);
      return std::array{h, layers.strided.forward(h), layers.pointwise.forward(h), layers.up.forward(other)};
    };
    const at::Tensor weight = layers.large.weight;
    const auto plain = results();
    {
      const PackedConvolutions packed(layers);
      EXPECT_FALSE(layers.large.weight.is_mkldnn());
      const auto fast = results();
      EXPECT_TRUE(layers.large.weight.is_mkldnn());
      EXPECT_TRUE(layers.strided.weight.is_mkldnn());
      EXPECT_FALSE(layers.small.weight.is_mkldnn());
      for (std::size_t i = 0; i < plain.size(); ++i)
        EXPECT_TRUE(at::equal(plain[i], fast[i])) << i << " at " << height;
    }
    EXPECT_TRUE(at::equal(layers.large.weight, weight));
    EXPECT_TRUE(layers.large.weight.is_contiguous(at::MemoryFormat::ChannelsLast));
    EXPECT_TRUE(at::equal(results()[1], plain[1]));
  }
}

TEST(PackedConvolutions, LetGoOfLayersThatWereNeverUsed) {
  const at::NoGradGuard noGradients;
  Layers layers;
  { const PackedConvolutions packed(layers); }
  const at::Tensor x = at::randn({1, 64, 16, 22});
  EXPECT_EQ(layers.large.forward(x).size(1), 512);
  EXPECT_FALSE(layers.large.weight.is_mkldnn());
}

TEST(PackedConvolutions, KernelsThatAreFoldedAreFoldedOnce) {
  const at::NoGradGuard noGradients;
  Upsample up(256);
  initialize(up, 5);
  const at::Tensor x = at::randn({2, 256, 9, 8}).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor plain = up.forward(x);
  {
    const PackedConvolutions packed(up);
    EXPECT_TRUE(at::equal(up.forward(x), plain));
    EXPECT_TRUE(at::equal(up.forward(x), plain));
    up.visitParameters([](const std::string& name, at::Tensor& weight, const auto&) {
      if (name == "conv.weight") weight = weight * 2;
    });
    EXPECT_TRUE(at::equal(up.forward(x), plain)) << "the kernels were folded again";
  }
  EXPECT_FALSE(at::allclose(up.forward(x), plain));
}

/// Gradients of x as libtorch's own convolutions give them, also behind an upsampler that is folded or is not.
TEST(PackedConvolutions, GradientsFlowWhileTraining) {
  Conv2d conv(64, 512, 3, 1, 1);
  Upsample few(512), many(512);
  struct All final : Module {
    All(Conv2d& conv, Upsample& few, Upsample& many) {
      registerModule("conv", conv);
      registerModule("few", few);
      registerModule("many", many);
    }
  } all(conv, few, many);
  initialize(all, 7);
  all.setRequiresGrad(false);
  const at::Tensor start = at::randn({2, 64, 8, 16}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto run = [&] {
    at::Tensor x = start.clone().set_requires_grad(true);
    const at::Tensor y = many.forward(few.forward(conv.forward(x)));  // 1,024 positions, then 4,096
    (y * y).mean().backward();
    return std::array{y.detach(), x.grad()};
  };
  const auto plain = run();
  {
    const PackedConvolutions packed(all, PackedConvolutions::Use::Training);
    for (int step = 0; step < 2; ++step) {
      const auto fast = run();
      EXPECT_TRUE(conv.weight.is_mkldnn());
      EXPECT_TRUE(at::allclose(fast[0], plain[0], 1e-5, 1e-6));
      EXPECT_TRUE(at::allclose(fast[1], plain[1], 1e-4, 1e-9)) << (fast[1] - plain[1]).abs().max().item<float>();
    }
  }
  EXPECT_FALSE(conv.weight.is_mkldnn());
  EXPECT_TRUE(at::equal(run()[1], plain[1]));
}

/// Not every processor can have its bfloat16 weights packed; all of them draw.
TEST(PackedConvolutions, Bfloat16IsDrawnOnAnyProcessor) {
  const at::NoGradGuard noGradients;
  Layers layers;
  layers.to(at::kCPU, at::kBFloat16);
  const at::Tensor x = at::randn({1, 64, 19, 18}, at::kBFloat16).contiguous(at::MemoryFormat::ChannelsLast);
  const at::Tensor plain = layers.large.forward(x);
  const PackedConvolutions packed(layers);
  EXPECT_LT((layers.large.forward(x) - plain).abs().max().item<float>(), 0.05F);
}

TEST(PackedConvolutions, CarryLoraBranches) {
  const at::NoGradGuard noGradients;
  Layers layers;
  const at::Tensor x = at::randn({1, 64, 16, 22}), plain = layers.large.forward(x);
  layers.large.branches.push_back({at::randn({4, 64, 3, 3}), at::randn({512, 4, 1, 1}), 0.5});
  const at::Tensor changed = layers.large.forward(x);
  const PackedConvolutions packed(layers);
  EXPECT_TRUE(at::equal(layers.large.forward(x), changed));
  EXPECT_FALSE(at::allclose(changed, plain));
}

}  // namespace
}  // namespace pleinair::nn
