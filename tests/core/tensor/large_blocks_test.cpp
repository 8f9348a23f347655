#include "core/tensor/large_blocks.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace pleinair {
namespace {

at::Tensor filled(std::int64_t count, float value) { return at::full({count}, value, at::kFloat); }

TEST(LargeBlocks, KeepTheirNumbersApartAndComeBackFilledOrNot) {
  keepLargeBlocks();
  keepLargeBlocks();  // once more changes nothing
  const at::Tensor small = filled(1000, 1), large = filled(5'000'001, 2);
  for (int round = 0; round < 3; ++round) {
    std::vector<at::Tensor> all;
    for (int i = 0; i < 20; ++i) all.push_back(filled(600'000 + 150'000 * i, static_cast<float>(i)));
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(all[static_cast<std::size_t>(i)].eq(i).all().item<bool>());
      if (i % 2 == round % 2) all[static_cast<std::size_t>(i)] = at::zeros({1'000'000 + 10'000 * i});
    }
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(all[static_cast<std::size_t>(i)].eq(i % 2 == round % 2 ? 0 : i).all().item<bool>());
    }
  }
  EXPECT_TRUE(small.eq(1).all().item<bool>() && large.eq(2).all().item<bool>());
}

TEST(LargeBlocks, AreFreedOnOtherThreadsAndWhileInUseNeverReturned) {
  keepLargeBlocks();
  at::Tensor held = filled(3'000'000, 7);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 50; ++i) {
        const at::Tensor own = filled(700'000 + 1000 * i, static_cast<float>(t));
        EXPECT_EQ(own.min().item<float>(), static_cast<float>(t));
        EXPECT_EQ(own.max().item<float>(), static_cast<float>(t));
        if (i % 10 == 0) returnLargeBlocks();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::thread([&] { held = held + 1; }).join();
  returnLargeBlocks();
  EXPECT_TRUE(held.eq(8).all().item<bool>());
}

TEST(LargeBlocks, LineUpWithVectorsWhateverTheirSize) {
  keepLargeBlocks();
  for (const std::int64_t count : {1, 100'000, 524'287, 524'288, 600'001, 20'000'000}) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(at::empty({count}, at::kFloat).data_ptr()) % 64, 0U) << count;
  }
}

}  // namespace
}  // namespace pleinair
