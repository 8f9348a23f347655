#include "core/engine/job_queue.h"

#include <algorithm>
#include <utility>

namespace pleinair {

JobQueue::JobQueue() : m_thread([this](const std::stop_token& ending) { loop(ending); }) {}

JobQueue::~JobQueue() {
  {
    const std::lock_guard lock(m_mutex);
    m_ending = true;
    m_runningStop.request_stop();
    for (Entry& entry : m_waiting) entry.stop.request_stop();
  }
  m_thread.request_stop();
  m_wake.notify_all();
}

void JobQueue::submit(std::uint64_t id, Work work) {
  {
    const std::lock_guard lock(m_mutex);
    m_waiting.push_back({id, std::move(work), std::stop_source{}});
    if (m_ending) m_waiting.back().stop.request_stop();
  }
  m_wake.notify_all();
}

bool JobQueue::cancel(std::uint64_t id) {
  std::unique_lock lock(m_mutex);
  if (id == m_runningId) {
    m_runningStop.request_stop();
    return true;
  }
  const auto found = std::find_if(m_waiting.begin(), m_waiting.end(), [id](const Entry& e) { return e.id == id; });
  if (found == m_waiting.end()) return false;
  Entry entry = std::move(*found);
  m_waiting.erase(found);
  lock.unlock();
  entry.stop.request_stop();
  entry.work(entry.stop.get_token());
  return true;
}

void JobQueue::loop(const std::stop_token& ending) {
  std::unique_lock lock(m_mutex);
  for (;;) {
    m_wake.wait(lock, ending, [this] { return !m_waiting.empty(); });
    if (m_waiting.empty()) return;  // only when ending
    Entry entry = std::move(m_waiting.front());
    m_waiting.pop_front();
    m_runningId = entry.id;
    m_runningStop = entry.stop;
    lock.unlock();
    entry.work(entry.stop.get_token());
    lock.lock();
    m_runningId = 0;
    m_runningStop = std::stop_source{std::nostopstate};
  }
}

}  // namespace pleinair
