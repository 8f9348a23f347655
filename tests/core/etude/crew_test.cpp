#include "app/etude/crew.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace pleinair::etude {
namespace {

TEST(Crew, EachMemberWorksOnItsOwnThreadRoundAfterRound) {
  Crew crew(3);
  std::array<std::thread::id, 3> first, now;
  crew.run([&](int member) { first.at(static_cast<std::size_t>(member)) = std::this_thread::get_id(); });
  EXPECT_EQ(first[0], std::this_thread::get_id());
  EXPECT_NE(first[1], first[0]);
  EXPECT_NE(first[2], first[0]);
  EXPECT_NE(first[1], first[2]);
  for (int round = 0; round < 50; ++round) {
    now = {};
    crew.run([&](int member) { now.at(static_cast<std::size_t>(member)) = std::this_thread::get_id(); });
    ASSERT_EQ(now, first) << round;
  }
}

TEST(Crew, AnErrorReachesWhoeverAskedAndTheCrewWorksOn) {
  Crew crew(2);
  for (const int careless : {0, 1}) {
    EXPECT_THROW(crew.run([&](int member) {
      if (member == careless) throw std::runtime_error("no memory");
    }),
                 std::runtime_error);
  }
  std::array<int, 2> done = {};
  crew.run([&](int member) { done.at(static_cast<std::size_t>(member)) = 1; });
  EXPECT_EQ(done, (std::array<int, 2>{1, 1}));
}

TEST(Crew, OneAloneNeedsNoThread) {
  Crew crew(1);
  int calls = 0;
  crew.run([&](int member) { calls += member + 1; });
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace pleinair::etude
