#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "core/nn/layers.h"

namespace pleinair::nn {
namespace {

/// Deep in a network a group may be one channel of two pixels, which differ little.
TEST(GroupNorm, OfFewAndNearlyEqualNumbersIsExactInEitherOrder) {
  const at::NoGradGuard noGradients;
  GroupNorm norm(32, 32, 1e-6);
  norm.weight = at::ones({32});
  norm.bias = at::zeros({32});
  at::Tensor x = at::linspace(1, 3, 64).view({1, 32, 1, 2}).repeat({2, 1, 1, 1});
  x.select(3, 1).copy_(x.select(3, 0) + 2e-4);
  const at::Tensor exact = at::group_norm(x.to(at::kDouble), 32, {}, {}, 1e-6);
  EXPECT_LT((norm.forward(x) - exact).abs().max().item<double>(), 2e-3);
  const at::Tensor innermost = x.contiguous(at::MemoryFormat::ChannelsLast);
  EXPECT_LT((norm.forward(innermost) - exact).abs().max().item<double>(), 2e-3);
  EXPECT_TRUE(norm.forward(innermost).is_contiguous(at::MemoryFormat::ChannelsLast));
}

}  // namespace
}  // namespace pleinair::nn
