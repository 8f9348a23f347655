#include "core/base/controls.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "core/base/cancellation.h"
#include "core/engine/rate_estimator.h"

namespace pleinair {
namespace {

using namespace std::chrono_literals;

TEST(Controls, RequestsAreTakenOnce) {
  Controls controls;
  EXPECT_FALSE(controls.takeSampleRequest());
  controls.requestSample();
  EXPECT_TRUE(controls.takeSampleRequest());
  EXPECT_FALSE(controls.takeSampleRequest());
}

TEST(Controls, PauseHoldsUntilResume) {
  Controls controls;
  std::stop_source stop;
  controls.pause();
  std::atomic<bool> through{false};
  std::jthread worker([&] {
    controls.waitWhilePaused(stop.get_token());
    through = true;
  });
  std::this_thread::sleep_for(30ms);
  EXPECT_FALSE(through);
  controls.resume();
  worker.join();
  EXPECT_TRUE(through);
}

TEST(Controls, StopAndCancelEndAPause) {
  Controls stopped;
  stopped.pause();
  std::stop_source never;
  std::jthread first([&] { stopped.waitWhilePaused(never.get_token()); });
  stopped.requestStop();
  first.join();
  EXPECT_TRUE(stopped.stopRequested());

  Controls cancelled;
  cancelled.pause();
  std::stop_source stop;
  std::jthread second([&] { cancelled.waitWhilePaused(stop.get_token()); });
  stop.request_stop();
  second.join();
}

TEST(Cancellation, HeedsTheInnermostScopeOfItsThread) {
  checkCancelled();
  std::stop_source outer, inner;
  CancellationScope outerScope(outer.get_token());
  {
    CancellationScope innerScope(inner.get_token());
    outer.request_stop();
    EXPECT_NO_THROW(checkCancelled());
    inner.request_stop();
    EXPECT_THROW(checkCancelled(), CancelledException);
    std::jthread([] { EXPECT_NO_THROW(checkCancelled()); }).join();
  }
  EXPECT_THROW(checkCancelled(), CancelledException);
}

TEST(RateEstimator, SpeaksAfterThreeItemsAndForgivesASlowStart) {
  RateEstimator rate;
  RateEstimator::Clock::time_point now{};
  rate.restart(100, now);
  rate.update(1, now += 10s);
  EXPECT_LT(rate.secondsLeft(), 0);
  rate.update(2, now += 1s);
  rate.update(3, now += 1s);
  EXPECT_NEAR(rate.secondsLeft(), 97, 1);
  for (int done = 4; done <= 100; ++done) rate.update(done, now += 1s);
  EXPECT_DOUBLE_EQ(rate.secondsLeft(), 0);
}

}  // namespace
}  // namespace pleinair
