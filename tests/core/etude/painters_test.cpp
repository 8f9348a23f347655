#include "app/etude/painters.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>

namespace pleinair::etude {
namespace {

TEST(Painters, WithoutThreadsEachTakeDrawsTheNextParcel) {
  Painters<std::uint64_t> painters(0, at::kCPU, [](std::uint64_t ticket) { return ticket * 10; });
  EXPECT_EQ(painters.take(true), std::vector<std::uint64_t>{0});
  EXPECT_EQ(painters.take(false), std::vector<std::uint64_t>{10});
}

TEST(Painters, ThreadsDrawEveryTicketOnceAndStopWhenTheyAreNoLongerNeeded) {
  std::set<std::uint64_t> seen;
  Painters<std::uint64_t> painters(3, at::kCPU, [](std::uint64_t ticket) { return ticket; });
  while (seen.size() < 200) {
    for (const std::uint64_t ticket : painters.take(true)) {
      EXPECT_TRUE(seen.insert(ticket).second) << ticket;
    }
  }
  EXPECT_LT(*seen.begin(), 3U);
}

TEST(Painters, AnErrorReachesTheTraining) {
  Painters<int> painters(2, at::kCPU, [](std::uint64_t ticket) {
    if (ticket == 5) throw std::runtime_error("no memory");
    return 1;
  });
  EXPECT_THROW(
      while (true) { painters.take(true); }, std::runtime_error);
}

}  // namespace
}  // namespace pleinair::etude
