#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace pleinair::etude {

/// Does the same work for several members at once, each on a thread of its own that stays the same: what libtorch has
/// found out about a network's convolutions (which of cuDNN's algorithms are fastest) it keeps by thread, and a new
/// thread would find it out anew in every step, which takes a hundred times as long as the step.
class Crew {
 public:
  /// The first member works on the thread that calls run(), so that a crew of one has no threads.
  explicit Crew(int members);
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  /// Calls `work` with each member's number, 0 to members - 1, and returns when all are done. Throws what the first
  /// of them threw.
  void run(const std::function<void(int member)>& work);

 private:
  void follow(int member);
  void attempt(int member);

  std::mutex m_mutex;
  std::condition_variable m_changed;
  const std::function<void(int member)>* m_work = nullptr;
  std::vector<std::exception_ptr> m_errors;
  std::size_t m_round = 0, m_busy = 0;
  bool m_stop = false;
  std::vector<std::thread> m_threads;  // last: they use what stands above
};

}  // namespace pleinair::etude
