#include "core/engine/job_queue.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <mutex>
#include <vector>

namespace pleinair {
namespace {

using namespace std::chrono_literals;

TEST(JobQueue, RunsJobsInOrderOnOneThread) {
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  {
    JobQueue queue;
    std::promise<void> last;
    for (int i = 1; i <= 20; ++i) {
      queue.submit(static_cast<std::uint64_t>(i), [&, i](const std::stop_token&) {
        order.push_back(i);
        threads.push_back(std::this_thread::get_id());
        if (i == 20) last.set_value();
      });
    }
    last.get_future().wait();
  }
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(order[static_cast<std::size_t>(i)], i + 1);
    EXPECT_EQ(threads[static_cast<std::size_t>(i)], threads[0]);
  }
}

TEST(JobQueue, CancelReachesTheRunningJob) {
  JobQueue queue;
  std::promise<void> began;
  std::promise<bool> ended;
  queue.submit(1, [&](const std::stop_token& stop) {
    began.set_value();
    while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
    ended.set_value(true);
  });
  began.get_future().wait();
  EXPECT_TRUE(queue.cancel(1));
  EXPECT_EQ(ended.get_future().wait_for(5s), std::future_status::ready);
}

TEST(JobQueue, ACancelledWaitingJobIsAnsweredAtOnce) {
  JobQueue queue;
  std::promise<void> gate, done;
  std::mutex mutex;
  std::vector<std::pair<int, bool>> seen;
  queue.submit(1, [&](const std::stop_token&) { gate.get_future().wait(); });
  for (int i = 2; i <= 4; ++i) {
    queue.submit(static_cast<std::uint64_t>(i), [&, i](const std::stop_token& stop) {
      const std::lock_guard lock(mutex);
      seen.emplace_back(i, stop.stop_requested());
      if (seen.size() == 3) done.set_value();
    });
  }
  EXPECT_TRUE(queue.cancel(4));
  EXPECT_FALSE(queue.cancel(99));
  {
    const std::lock_guard lock(mutex);
    ASSERT_EQ(seen.size(), 1u) << "the first job still runs";
  }
  gate.set_value();
  done.get_future().wait();
  const std::vector<std::pair<int, bool>> expected{{4, true}, {2, false}, {3, false}};
  EXPECT_EQ(seen, expected);
}

TEST(JobQueue, DestructionStopsTheRunningJobAndTellsTheWaitingOnes) {
  std::atomic<int> toldToStop{0};
  {
    JobQueue queue;
    std::promise<void> began;
    queue.submit(1, [&](const std::stop_token& stop) {
      began.set_value();
      while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
      ++toldToStop;
    });
    queue.submit(2, [&](const std::stop_token& stop) { toldToStop += stop.stop_requested() ? 1 : 0; });
    began.get_future().wait();
  }
  EXPECT_EQ(toldToStop, 2);
}

TEST(JobQueue, ManyThreadsMaySubmitAndCancel) {
  std::atomic<int> ran{0};
  {
    JobQueue queue;
    std::vector<std::jthread> threads;
    for (std::uint64_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::uint64_t i = 0; i < 100; ++i) {
          const std::uint64_t id = t * 1000 + i + 1;
          queue.submit(id, [&](const std::stop_token&) { ++ran; });
          if (i % 3 == 0) queue.cancel(id);
        }
      });
    }
  }
  EXPECT_EQ(ran, 400);
}

}  // namespace
}  // namespace pleinair
