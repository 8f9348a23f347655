#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <array>
#include <cmath>
#include <limits>
#include <stop_token>
#include <string>

#include "core/base/cancellation.h"
#include "core/nn/attention.h"
#include "core/nn/flash_attention.h"
#include "tests/core/nn/flash_attention_kernels.h"

namespace pleinair::nn {
namespace {

using Gradients = std::array<at::Tensor, 3>;
constexpr std::array kNames = {"q", "k", "v"};

/// Softmax and its gradients as torch computes and differentiates them in float64, from these numbers.
struct Exact {
  at::Tensor logSumExp;
  Gradients gradients;
};

Exact exactly(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& gradOut,
              std::int64_t heads) {
  const at::AutoGradMode recording(true);
  const auto leaf = [](const at::Tensor& x) { return x.detach().to(at::kDouble).clone().set_requires_grad(true); };
  const auto split = [&](const at::Tensor& x) { return headsOf(x, heads); };
  const std::vector<at::Tensor> leaves = {leaf(q), leaf(k), leaf(v)};
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(2) / heads));
  const at::Tensor scores = split(leaves[0]).matmul(split(leaves[1]).transpose(2, 3)) * scale;
  const at::Tensor out = at::softmax(scores, -1).matmul(split(leaves[2])).transpose(1, 2).reshape(q.sizes());
  const auto made = torch::autograd::grad({out}, leaves, {gradOut.to(at::kDouble)});
  return {at::logsumexp(scores, -1).detach(), {made[0], made[1], made[2]}};
}

/// In parts of the largest exact number, if that is not small (with one key, gradients of q and k are zero).
double errorOf(const at::Tensor& made, const at::Tensor& exact) {
  return ((made.to(at::kDouble) - exact).abs().max() / exact.abs().max().clamp_min(0.3)).item<double>();
}

Gradients torchs(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& gradOut,
                 std::int64_t heads) {
  const auto split = [&](const at::Tensor& x) { return headsOf(x, heads); };
  const auto join = [](const at::Tensor& x) {
    return x.transpose(1, 2).reshape({x.size(0), x.size(2), x.size(1) * x.size(3)});
  };
  const auto [out, logSumExp] = at::_scaled_dot_product_flash_attention_for_cpu(split(q), split(k), split(v));
  const auto [a, b, c] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
      split(gradOut), split(q), split(k), split(v), out, logSumExp, 0.0, false);
  return {join(a), join(b), join(c)};
}

Gradients ours(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& gradOut,
               std::int64_t heads, const FlashKernel& kernel, std::array<bool, 3> wanted = {true, true, true}) {
  return flashAttentionBackward(gradOut, q, k, v, flashAttentionForward(q, k, v, heads, true, kernel), heads, wanted,
                                kernel);
}

/// Sizes of heads, numbers of queries and of keys that no vector and no block divides, and those that they do. The
/// bounds are below what leaving out a row, or delta, makes; with bfloat16 they are near torch's own errors.
TEST(FlashAttentionBackward, IsTheGradientAtAnyShape) {
  const at::NoGradGuard noGradients;
  at::manual_seed(21);
  for (const auto& [batch, heads, queries, keys, size] : {std::array<std::int64_t, 5>{2, 4, 96, 128, 40},
                                                          {1, 3, 1, 77, 40},
                                                          {2, 2, 49, 77, 8},
                                                          {1, 2, 130, 1, 80},
                                                          {1, 1, 17, 131, 9},
                                                          {2, 1, 33, 257, 13},
                                                          {1, 2, 63, 300, 64},
                                                          {2, 2, 65, 129, 77},
                                                          {1, 2, 97, 205, 160},
                                                          {1, 1, 5, 3, 1},
                                                          {1, 2, 48, 500, 31},
                                                          {1, 1, 70, 1030, 40}}) {
    const at::Tensor q = at::randn({batch, queries, heads * size}) * 2, k = at::randn({batch, keys, heads * size}),
                     v = at::randn({batch, keys, heads * size}), g = at::randn({batch, queries, heads * size}) + 0.5;
    for (const at::ScalarType type : kFlashTypes) {
      const at::Tensor a = q.to(type), b = k.to(type), c = v.to(type), d = g.to(type);
      const Exact exact = exactly(a, b, c, d, heads);
      const Gradients theirs = torchs(a, b, c, d, heads);
      for (const FlashKernel* kernel : runnableFlashKernels(type)) {
        SCOPED_TRACE(std::string(kernel->name) + (type == at::kFloat ? " float32 " : " bfloat16 ") +
                     std::to_string(queries) + " queries, " + std::to_string(keys) + " keys, size " +
                     std::to_string(size));
        const FlashAttended attended = flashAttentionForward(a, b, c, heads, true, *kernel);
        EXPECT_LT((attended.logSumExp - exact.logSumExp).abs().max().item<double>(), 3e-4);
        const Gradients made = flashAttentionBackward(d, a, b, c, attended, heads, {true, true, true}, *kernel);
        for (std::size_t i = 0; i < 3; ++i) {
          ASSERT_EQ(made[i].scalar_type(), type);
          const double torchError = errorOf(theirs[i], exact.gradients[i]);
          EXPECT_LT(errorOf(made[i], exact.gradients[i]),
                    std::max((type == at::kFloat ? 4 : 2.5) * torchError, type == at::kFloat ? 1e-5 : 6e-3))
              << kNames[i] << ", torch " << torchError;
        }
      }
    }
  }
}

/// Rounding aside, the error of the gradients of bfloat16 is that of torch's, over many numbers.
TEST(FlashAttentionBackward, IsAsExactAsTorchOnAverage) {
  const at::NoGradGuard noGradients;
  at::manual_seed(22);
  const at::Tensor q = at::randn({1, 300, 160}).to(at::kBFloat16), k = at::randn({1, 400, 160}).to(at::kBFloat16),
                   v = at::randn({1, 400, 160}).to(at::kBFloat16), g = at::randn({1, 300, 160}).to(at::kBFloat16);
  const Exact exact = exactly(q, k, v, g, 4);
  const Gradients theirs = torchs(q, k, v, g, 4);
  const auto average = [](const at::Tensor& made, const at::Tensor& right) {
    return (made - right).square().mean().sqrt().item<double>();
  };
  for (const FlashKernel* kernel : runnableFlashKernels(at::kBFloat16)) {
    SCOPED_TRACE(kernel->name);
    const Gradients made = ours(q, k, v, g, 4, *kernel);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_LT(average(made[i], exact.gradients[i]), 1.3 * average(theirs[i], exact.gradients[i])) << kNames[i];
    }
  }
}

TEST(FlashAttentionBackward, ComputesWhatIsWanted) {
  const at::NoGradGuard noGradients;
  at::manual_seed(23);
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor q = at::randn({2, 70, 80}).to(type), k = at::randn({2, 77, 80}).to(type),
                     v = at::randn({2, 77, 80}).to(type), g = at::randn({2, 70, 80}).to(type);
    const Gradients all = ours(q, k, v, g, 2, kernel);
    for (const unsigned some : {1U, 2U, 3U, 4U, 5U, 6U}) {
      const Gradients made = ours(q, k, v, g, 2, kernel, {(some & 1U) != 0, (some & 2U) != 0, (some & 4U) != 0});
      for (std::size_t i = 0; i < 3; ++i) {
        ASSERT_EQ(made[i].defined(), (some >> i & 1U) != 0);
        if (!made[i].defined()) continue;
        EXPECT_TRUE(at::equal(made[i], all[i])) << kNames[i];
      }
    }
  });
}

TEST(FlashAttentionBackward, ReadsPartsOfWiderTensorsInPlace) {
  const at::NoGradGuard noGradients;
  at::manual_seed(24);
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor wide = at::randn({2, 90, 4 * 80}).to(type);
    const std::vector<at::Tensor> parts = wide.chunk(4, -1);
    const Gradients right =
        ours(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous(), parts[3].contiguous(), 2, kernel);
    const std::vector<at::Tensor> turned = wide.transpose(1, 2).contiguous().transpose(1, 2).chunk(4, -1);
    for (const std::vector<at::Tensor>& x : {parts, turned}) {
      const Gradients made = ours(x[0], x[1], x[2], x[3], 2, kernel);
      for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(at::equal(made[i], right[i])) << kNames[i];
    }
  });
}

TEST(FlashAttentionBackward, DoesNotDependOnThreads) {
  const at::NoGradGuard noGradients;
  at::manual_seed(25);
  const int threads = at::get_num_threads();
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    for (const std::int64_t keys : {211, 1100}) {  // the latter in parts
      const at::Tensor q = at::randn({1, 133, 120}).to(type), k = at::randn({1, keys, 120}).to(type),
                       v = at::randn({1, keys, 120}).to(type), g = at::randn({1, 133, 120}).to(type);
      at::set_num_threads(1);
      const Gradients alone = ours(q, k, v, g, 3, kernel);
      for (const int count : {2, 3}) {
        at::set_num_threads(count);
        const Gradients made = ours(q, k, v, g, 3, kernel);
        for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(at::equal(made[i], alone[i])) << kNames[i];
      }
    }
  });
  at::set_num_threads(threads);
}

/// With all scores far below or above zero, what lies beyond the last key has weights that are not.
TEST(FlashAttentionBackward, LargeScoresAreFinite) {
  const at::NoGradGuard noGradients;
  at::manual_seed(26);
  const at::Tensor v = at::randn({1, 77, 40}), g = at::randn({1, 50, 40});
  const at::Tensor q = at::ones({1, 50, 40}), k = at::linspace(-1, 1, 77).view({1, 77, 1}).expand({1, 77, 40});
  const double reach = 1e4 / std::sqrt(40.0);  // a score of +-1e4
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    for (const double offset : {0.0, -2.0, 2.0}) {
      const at::Tensor a = (q * reach).to(type), b = (k + offset).to(type), c = v.to(type), d = g.to(type);
      const Gradients made = ours(a, b, c, d, 1, kernel);
      for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(at::isfinite(made[i]).all().item<bool>()) << kNames[i];
      EXPECT_LT(errorOf(made[2], exactly(a, b, c, d, 1).gradients[2]), type == at::kFloat ? 1e-2 : 2e-2) << offset;
    }
  });
}

TEST(FlashAttentionBackward, WhatIsNoNumberStaysWithItsHead) {
  const at::NoGradGuard noGradients;
  at::manual_seed(27);
  at::Tensor g = at::randn({1, 60, 80});
  g[0][7][3] = std::numeric_limits<float>::quiet_NaN();
  const at::Tensor q = at::randn({1, 60, 80}), k = at::randn({1, 77, 80}), v = at::randn({1, 77, 80});
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const Gradients made = ours(q.to(type), k.to(type), v.to(type), g.to(type), 2, kernel);
    EXPECT_EQ(at::isnan(made[0]).sum().item<std::int64_t>(), 40) << "the query of the result";
    EXPECT_EQ(at::isnan(made[1]).sum().item<std::int64_t>(), 77 * 40);
    EXPECT_EQ(at::isnan(made[2]).sum().item<std::int64_t>(), 77) << "the column of the result";
  });
}

/// Through torch's autograd: twice by the same graph, one tensor as queries, keys and values, a gradient that is
/// broadcast, a part that needs none.
TEST(FlashAttentionBackward, IsRecorded) {
  at::manual_seed(28);
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor x = at::randn({1, 70, 80}).to(type).set_requires_grad(true), k = at::randn({1, 77, 80}).to(type),
                     v = at::randn({1, 77, 80}).to(type).set_requires_grad(true);
    const at::Tensor out = flashAttention(x, k, v, 2, kernel);
    ASSERT_TRUE(out.requires_grad());
    const Gradients right = ours(x.detach(), k, v.detach(), at::ones({1, 70, 80}).to(type), 2, kernel);
    for (int i = 0; i < 2; ++i) {
      const auto made = torch::autograd::grad({out.sum()}, {x, v}, {}, /*retain_graph=*/true);
      EXPECT_TRUE(at::equal(made[0], right[0]));
      EXPECT_TRUE(at::equal(made[1], right[2]));
    }
    const at::Tensor itself = torch::autograd::grad({flashAttention(x, x, x, 2, kernel).sum()}, {x})[0];
    const at::Tensor y = x.detach();
    const Gradients parts = ours(y, y, y, at::ones({1, 70, 80}).to(type), 2, kernel);
    EXPECT_LT(errorOf(itself, (parts[0].to(at::kDouble) + parts[1].to(at::kDouble) + parts[2].to(at::kDouble))),
              type == at::kFloat ? 1e-5 : 2e-2);
  });
}

TEST(FlashAttentionBackward, TellsWhatItCannotDo) {
  at::manual_seed(29);
  const FlashKernel& kernel = *runnableFlashKernels(at::kFloat).front();
  const at::Tensor x = at::randn({1, 70, 80}).set_requires_grad(true), k = at::randn({1, 77, 80});
  const at::Tensor first =
      torch::autograd::grad({flashAttention(x, k, k, 2, kernel).sum()}, {x}, {}, std::nullopt, true)[0];
  EXPECT_THROW(torch::autograd::grad({first.sum()}, {x}), c10::Error) << "a second derivative";
  const at::Tensor changed = k.clone();
  const at::Tensor out = flashAttention(x, changed, k, 2, kernel);
  changed.add_(1);
  EXPECT_THROW(torch::autograd::grad({out.sum()}, {x}), c10::Error) << "keys that are not those of the forward pass";
}

TEST(FlashAttentionBackward, EndsWhenCancelled) {
  const FlashKernel& kernel = *runnableFlashKernels(at::kFloat).front();
  const at::Tensor x = at::randn({1, 70, 80}).set_requires_grad(true);
  const at::Tensor out = flashAttention(x, x, x, 2, kernel);
  std::stop_source source;
  const CancellationScope scope(source.get_token());
  source.request_stop();
  EXPECT_THROW(torch::autograd::grad({out.sum()}, {x}), CancelledException);
}

/// What the layers call, as training does: in both types, with the shapes of self- and cross-attention.
TEST(FlashAttentionBackward, IsWhatTrainingTakes) {
  at::manual_seed(30);
  for (const at::ScalarType type : kFlashTypes) {
    for (const std::int64_t keys : {256, 77}) {
      const auto leaf = [&](std::int64_t rows) { return at::randn({1, rows, 320}).to(type).set_requires_grad(true); };
      const at::Tensor q = leaf(256), k = leaf(keys), v = leaf(keys), g = at::randn({1, 256, 320}).to(type);
      const auto made = torch::autograd::grad({multiHeadAttention(q, k, v, 8)}, {q, k, v}, {g});
      const Exact exact = exactly(q, k, v, g, 8);
      for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(made[i].sizes(), (i == 0 ? q : k).sizes());
        EXPECT_LT(errorOf(made[i], exact.gradients[i]), type == at::kFloat ? 1e-5 : 1.5e-2) << kNames[i];
      }
    }
  }
}

}  // namespace
}  // namespace pleinair::nn
