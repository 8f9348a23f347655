#include "core/nn/winograd.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/nn/layers.h"

namespace pleinair::nn {
namespace {

double largest(const at::Tensor& difference) { return difference.abs().max().item<double>(); }

at::Tensor exactly(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const at::Tensor offsets = bias.defined() ? bias.to(at::kDouble) : bias;
  return at::conv2d(x.to(at::kDouble), weight.to(at::kDouble), offsets, 1, 1);
}

/// Odd sizes, several blocks of tiles, channels that no vector divides, output channels in parts and in chunks.
TEST(Winograd, IsTheConvolutionAtAnySize) {
  const at::NoGradGuard noGradients;
  at::manual_seed(4);
  for (const auto& [batch, in, out, height, width] :
       {std::array<std::int64_t, 5>{1, 64, 64, 20, 20}, {2, 67, 131, 21, 37}, {1, 640, 1000, 31, 13},
        {3, 70, 96, 40, 17}, {1, 96, 64, 1, 401}}) {
    const at::Tensor x = at::randn({batch, in, height, width}), bias = at::randn({out});
    const at::Tensor weight = at::randn({out, in, 3, 3}) / std::sqrt(9.0 * static_cast<double>(in));
    ASSERT_TRUE(worthWinograd(x, weight));
    const at::Tensor made = winogradConvolution(x, weight, bias), exact = exactly(x, weight, bias);
    ASSERT_EQ(made.sizes(), exact.sizes());
    EXPECT_LT(largest(made - exact), 1e-5) << in << " -> " << out << " at " << height << "x" << width;
    EXPECT_LT(largest(winogradConvolution(x, weight, {}) - exactly(x, weight, {})), 1e-5);
  }
}

TEST(Winograd, IsNoFurtherFromTheExactSumThanThePlainWay) {
  const at::NoGradGuard noGradients;
  at::manual_seed(5);
  const at::Tensor x = at::randn({1, 320, 32, 32}), weight = at::randn({320, 320, 3, 3}) / 54.0;
  const at::Tensor exact = exactly(x, weight, {});
  EXPECT_LE(largest(winogradConvolution(x, weight, {}) - exact), 2 * largest(at::conv2d(x, weight, {}, 1, 1) - exact));
}

TEST(Winograd, GradientsReachTheInput) {
  at::manual_seed(6);
  const at::Tensor weight = at::randn({80, 72, 3, 3}) / 25.0, bias = at::randn({80});
  at::Tensor x = at::randn({2, 72, 15, 22}).set_requires_grad(true);
  at::Tensor plain = x.detach().clone().set_requires_grad(true);
  const at::Tensor towards = at::randn({2, 80, 15, 22});
  (winogradConvolution(x, weight, bias) * towards).sum().backward();
  (at::conv2d(plain, weight, bias, 1, 1) * towards).sum().backward();
  EXPECT_LT(largest(x.grad() - plain.grad()), 2e-5);
}

TEST(Winograd, LeavesWhatItIsNotFor) {
  const at::Tensor x = at::randn({1, 64, 32, 32}), weight = at::randn({64, 64, 3, 3});
  EXPECT_TRUE(worthWinograd(x, weight));
  EXPECT_FALSE(worthWinograd(x, weight.clone().set_requires_grad(true)));
  EXPECT_FALSE(worthWinograd(x.to(at::kBFloat16), weight.to(at::kBFloat16)));
  EXPECT_FALSE(worthWinograd(x, at::randn({64, 64, 1, 1})));
  EXPECT_FALSE(worthWinograd(x.narrow(2, 0, 8), weight)) << "few pixels";
  EXPECT_FALSE(worthWinograd(at::randn({1, 4, 32, 32}), at::randn({64, 4, 3, 3})));
}

/// A block of tiles must not depend on how many threads share the work.
TEST(Winograd, GivesTheSameBitsOnAnyNumberOfThreads) {
  const at::NoGradGuard noGradients;
  const at::Tensor x = at::randn({1, 128, 40, 40}), weight = at::randn({192, 128, 3, 3}), bias = at::randn({192});
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const at::Tensor one = winogradConvolution(x, weight, bias);
  at::set_num_threads(5);
  const at::Tensor five = winogradConvolution(x, weight, bias);
  at::set_num_threads(threads);
  EXPECT_TRUE(at::equal(one, five));
}

TEST(Winograd, LayersUseItWithTheirBranches) {
  const at::NoGradGuard noGradients;
  at::manual_seed(7);
  Conv2d layer(64, 64, 3, 1, 1);
  initialize(layer, 8);
  layer.branches.push_back({at::randn({4, 64, 3, 3}), at::randn({64, 4, 1, 1}), 0.5});
  const at::Tensor x = at::randn({1, 64, 24, 24});
  const LoraBranch& branch = layer.branches.front();
  const at::Tensor change = at::conv2d(at::conv2d(x, branch.down, {}, 1, 1), branch.up) * branch.scale;
  EXPECT_LT(largest(layer.forward(x) - (at::conv2d(x, layer.weight, layer.bias, 1, 1) + change)), 1e-4);
}

}  // namespace
}  // namespace pleinair::nn
