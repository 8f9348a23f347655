#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>

namespace pleinair {

/// One thread that runs jobs in the order they came. Torch-free; every method may be called from any thread.
class JobQueue {
 public:
  using Work = std::function<void(const std::stop_token& stop)>;

  JobQueue();
  /// Asks the running job to stop, runs the rest with a token that is already stopped (so that each can say it was
  /// cancelled), and joins.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  void submit(std::uint64_t id, Work work);
  /// Stops the job's token, whether it runs or waits. A waiting job that was cancelled is run here and now on the
  /// calling thread, so that its end need not wait for the present one: it is expected to see the token first and to
  /// do nothing. Returns false for an unknown id.
  bool cancel(std::uint64_t id);

 private:
  struct Entry {
    std::uint64_t id;
    Work work;
    std::stop_source stop;
  };
  void loop(const std::stop_token& ending);

  std::mutex m_mutex;
  std::condition_variable_any m_wake;
  std::deque<Entry> m_waiting;
  std::uint64_t m_runningId = 0;
  std::stop_source m_runningStop{std::nostopstate};
  bool m_ending = false;
  std::jthread m_thread;  // last: it uses everything above
};

}  // namespace pleinair
