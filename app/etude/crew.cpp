#include "app/etude/crew.h"

namespace pleinair::etude {

Crew::Crew(int members) : m_errors(static_cast<std::size_t>(members)) {
  for (int member = 1; member < members; ++member) {
    m_threads.emplace_back([this, member] { follow(member); });
  }
}

Crew::~Crew() {
  {
    const std::lock_guard lock(m_mutex);
    m_stop = true;
  }
  m_changed.notify_all();
  for (std::thread& thread : m_threads) {
    thread.join();
  }
}

void Crew::attempt(int member) {
  std::exception_ptr& error = m_errors[static_cast<std::size_t>(member)];
  error = nullptr;
  try {
    (*m_work)(member);
  } catch (...) {
    error = std::current_exception();
  }
}

void Crew::follow(int member) {
  std::size_t done = 0;
  std::unique_lock lock(m_mutex);
  while (true) {
    m_changed.wait(lock, [&] { return m_stop || m_round > done; });
    if (m_stop) {
      return;
    }
    done = m_round;
    lock.unlock();
    attempt(member);
    lock.lock();
    --m_busy;
    m_changed.notify_all();
  }
}

void Crew::run(const std::function<void(int member)>& work) {
  {
    const std::lock_guard lock(m_mutex);
    m_work = &work;
    m_busy = m_threads.size();
    ++m_round;
  }
  m_changed.notify_all();
  attempt(0);
  std::unique_lock lock(m_mutex);
  m_changed.wait(lock, [this] { return m_busy == 0; });
  for (const std::exception_ptr& error : m_errors) {
    if (error) {
      std::rethrow_exception(error);
    }
  }
}

}  // namespace pleinair::etude
