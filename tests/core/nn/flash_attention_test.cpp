#include "core/nn/flash_attention.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>

#include "core/base/cancellation.h"
#include "core/nn/attention.h"
#include "core/nn/parallel.h"
#include "tests/core/nn/flash_attention_kernels.h"

namespace pleinair::nn {
namespace {

double largest(const at::Tensor& difference) { return difference.abs().max().item<double>(); }

at::Tensor exactly(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  const auto split = [&](const at::Tensor& x) { return headsOf(x.to(at::kDouble), heads); };
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(2) / heads));
  const at::Tensor weights = at::softmax(split(q).matmul(split(k).transpose(2, 3)) * scale, -1);
  return weights.matmul(split(v)).transpose(1, 2).reshape(q.sizes());
}

/// Sizes of heads, numbers of queries and of keys that no vector and no block divides, and those that they do.
TEST(FlashAttention, IsTheAttentionAtAnyShape) {
  const at::NoGradGuard noGradients;
  at::manual_seed(11);
  for (const auto& [batch, heads, queries, keys, size] : {std::array<std::int64_t, 5>{2, 8, 96, 128, 40},
                                                          {1, 3, 1, 77, 40},
                                                          {2, 2, 49, 77, 8},
                                                          {1, 2, 130, 1, 80},
                                                          {1, 1, 17, 131, 9},
                                                          {2, 1, 33, 257, 13},
                                                          {1, 2, 63, 300, 64},
                                                          {3, 2, 25, 129, 77},
                                                          {1, 2, 97, 385, 160},
                                                          {1, 1, 5, 3, 1},
                                                          {1, 2, 48, 1000, 31},
                                                          {1, 1, 20, 40, 512},
                                                          {1, 1, 70, 300, 512}}) {
    const at::Tensor q = at::randn({batch, queries, heads * size}), k = at::randn({batch, keys, heads * size}),
                     v = at::randn({batch, keys, heads * size});
    forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
      const at::Tensor a = q.to(type), b = k.to(type), c = v.to(type);
      const at::Tensor made = flashAttention(a, b, c, heads, kernel);
      ASSERT_EQ(made.scalar_type(), type);
      ASSERT_EQ(made.sizes(), q.sizes());
      EXPECT_LT(largest(made - exactly(a, b, c, heads)), type == at::kFloat ? 5e-6 : 2e-2)
          << queries << " queries, " << keys << " keys, size " << size;
    });
  }
}

/// Each query looks at one key only, each key is looked at: no block, lane or remainder is left out or mixed up.
TEST(FlashAttention, EveryQueryFindsItsKey) {
  const at::NoGradGuard noGradients;
  at::manual_seed(12);
  for (const std::int64_t count : {1, 2, 7, 16, 127, 128, 129, 301}) {
    const at::Tensor k = at::sign(at::randn({2, count, 3 * 64})) + at::randn({2, count, 3 * 64}) / 8,
                     v = at::randn({2, count, 3 * 64}), aims = at::randperm(count);
    const at::Tensor q = k.index_select(1, aims) * 20;
    forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
      const at::Tensor values = v.to(type);
      const at::Tensor made = flashAttention(q.to(type), k.to(type), values, 3, kernel);
      EXPECT_LT(largest(made.to(at::kFloat) - values.index_select(1, aims).to(at::kFloat)), 2e-4) << count;
    });
  }
}

/// In whichever order they come, the largest and the smallest scores are no reason for infinities.
TEST(FlashAttention, LargeScoresAreFinite) {
  const at::NoGradGuard noGradients;
  at::manual_seed(13);
  const at::Tensor v = at::randn({1, 400, 40});
  at::Tensor q = at::ones({1, 50, 40}), k = at::linspace(-1, 1, 400).view({1, 400, 1}).expand({1, 400, 40});
  q.slice(1, 25).neg_();
  const double reach = 1e4 / std::sqrt(40.0);  // a score of +-1e4
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor a = (q * reach).to(type), b = k.to(type), c = v.to(type);
    const at::Tensor made = flashAttention(a, b, c, 1, kernel);
    EXPECT_LT(largest(made - exactly(a, b, c, 1)), type == at::kFloat ? 2e-3 : 2e-2);
    EXPECT_TRUE(at::isfinite(flashAttention(a, b.neg(), c, 1, kernel)).all().item<bool>());
    const at::Tensor below = (k - 2).to(type);  // scores from -3e4 to -1e4 for some, from 1e4 to 3e4 for others
    EXPECT_LT(largest(flashAttention(a, below, c, 1, kernel) - exactly(a, below, c, 1)),
              type == at::kFloat ? 5e-3 : 2e-2);
    EXPECT_TRUE(at::isfinite(flashAttention(a * 1e3, b, c, 1, kernel)).all().item<bool>());
  });
}

TEST(FlashAttention, WhatIsNoNumberStaysWithItsQuery) {
  const at::NoGradGuard noGradients;
  at::manual_seed(14);
  at::Tensor q = at::randn({1, 60, 40});
  const at::Tensor k = at::randn({1, 150, 40}), v = at::randn({1, 150, 40});
  q[0][7][3] = std::numeric_limits<float>::quiet_NaN();
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor made = flashAttention(q.to(type), k.to(type), v.to(type), 1, kernel);
    EXPECT_TRUE(at::isnan(made[0][7]).all().item<bool>());
    EXPECT_EQ(at::isnan(made).sum().item<std::int64_t>(), 40);
  });
}

TEST(FlashAttention, ReadsPartsOfWiderTensorsInPlace) {
  const at::NoGradGuard noGradients;
  at::manual_seed(15);
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor wide = at::randn({2, 90, 3 * 80}).to(type);
    const std::vector<at::Tensor> parts = wide.chunk(3, -1);
    const at::Tensor made = flashAttention(parts[0], parts[1], parts[2], 2, kernel);
    EXPECT_TRUE(at::equal(
        made, flashAttention(parts[0].contiguous(), parts[1].contiguous(), parts[2].contiguous(), 2, kernel)));
    const at::Tensor turned = wide.transpose(1, 2).contiguous().transpose(1, 2);  // columns are contiguous, rows not
    const std::vector<at::Tensor> columns = turned.chunk(3, -1);
    EXPECT_TRUE(at::equal(made, flashAttention(columns[0], columns[1], columns[2], 2, kernel)));
  });
}

TEST(FlashAttention, DoesNotDependOnThreads) {
  const at::NoGradGuard noGradients;
  at::manual_seed(16);
  const int threads = at::get_num_threads();
  forEachKernel([&](at::ScalarType type, const FlashKernel& kernel) {
    const at::Tensor q = at::randn({2, 333, 160}).to(type), k = at::randn({2, 211, 160}).to(type),
                     v = at::randn({2, 211, 160}).to(type);
    at::set_num_threads(1);
    const at::Tensor alone = flashAttention(q, k, v, 4, kernel);
    for (const int count : {2, 3}) {
      at::set_num_threads(count);
      EXPECT_TRUE(at::equal(alone, flashAttention(q, k, v, 4, kernel)));
    }
  });
  at::set_num_threads(threads);
}

TEST(FlashAttention, EndsWhenCancelled) {
  const at::NoGradGuard noGradients;
  const at::Tensor x = at::randn({1, 100, 40});
  std::stop_source source;
  const CancellationScope scope(source.get_token());
  const FlashKernel& kernel = *runnableFlashKernels(at::kFloat).front();
  EXPECT_NO_THROW(flashAttention(x, x, x, 1, kernel));
  source.request_stop();
  EXPECT_THROW(flashAttention(x, x, x, 1, kernel), CancelledException);
}

TEST(FlashAttention, LeavesWhatItIsNotFor) {
  at::manual_seed(17);
  const at::Tensor x = at::randn({1, 1024, 320});
  const bool any = runnableFlashKernels(at::kFloat).size() > 1;  // a processor that it has a kernel for
  EXPECT_EQ(worthFlashAttention(x, x, x, 8), any);
  EXPECT_FALSE(worthFlashAttention(x.slice(1, 0, 4), x, x, 8)) << "few queries";
  EXPECT_FALSE(worthFlashAttention(x, x.slice(1, 0, 4), x.slice(1, 0, 4), 8)) << "few keys";
  const at::Tensor wide = at::randn({1, 1024, 640});
  EXPECT_FALSE(worthFlashAttention(wide, wide, wide, 1)) << "too large a head";
  EXPECT_FALSE(worthFlashAttention(x.to(at::kDouble), x.to(at::kDouble), x.to(at::kDouble), 8));
  EXPECT_FALSE(worthFlashAttention(x.to(at::kHalf), x.to(at::kHalf), x.to(at::kHalf), 8));
  at::Tensor learning = x.clone().set_requires_grad(true);
  EXPECT_TRUE(multiHeadAttention(x, learning, x, 8).requires_grad());
  const at::NoGradGuard noGradients;
  EXPECT_EQ(worthFlashAttention(x, learning, x, 8), any);
  const at::Tensor y = at::randn({1, 1024, 320}), z = at::randn({1, 1024, 320});
  EXPECT_LT(largest(multiHeadAttention(x, y, z, 8) - exactly(x, y, z, 8)), 5e-6);
}

TEST(InParallel, CoversAllOnce) {
  const int threads = at::get_num_threads();
  at::set_num_threads(3);
  std::array<std::atomic<int>, 100> calls{};
  std::mutex mutex;
  std::set<std::thread::id> ids;
  inParallel(100, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) ++calls.at(static_cast<std::size_t>(i));
    const std::lock_guard lock(mutex);
    ids.insert(std::this_thread::get_id());
  });
  for (const auto& count : calls) EXPECT_EQ(count, 1);
  EXPECT_EQ(ids.size(), 3U);
  EXPECT_TRUE(ids.contains(std::this_thread::get_id()));
  inParallel(0, [](std::int64_t, std::int64_t) { FAIL(); });
  EXPECT_THROW(inParallel(5,
                          [](std::int64_t, std::int64_t end) {
                            if (end == 5) throw std::runtime_error("one");
                          }),
               std::runtime_error);
  at::set_num_threads(threads);
}

}  // namespace
}  // namespace pleinair::nn
