#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace pleinair {

/// What a user may ask of a running training, set from any thread and read once per step by the worker.
/// Cancellation is the std::stop_token beside it, never an error.
class Controls {
 public:
  void pause() { m_paused = true; }
  void resume() {
    { const std::lock_guard lock(m_mutex); m_paused = false; }
    m_wake.notify_all();
  }
  void requestSample() { m_sample = true; }
  void requestSave() { m_save = true; }
  /// Ends the run after the current step and keeps it resumable.
  void requestStop() { m_stop = true; resume(); }

  [[nodiscard]] bool paused() const { return m_paused; }
  [[nodiscard]] bool takeSampleRequest() { return m_sample.exchange(false); }
  [[nodiscard]] bool takeSaveRequest() { return m_save.exchange(false); }
  [[nodiscard]] bool stopRequested() const { return m_stop; }

  /// Blocks while paused; returns at once when resumed, stopped, or when `token` asks to cancel.
  void waitWhilePaused(const std::stop_token& token) {
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, token, [this] { return !m_paused || m_stop; });
  }

 private:
  std::atomic<bool> m_paused{false}, m_sample{false}, m_save{false}, m_stop{false};
  std::mutex m_mutex;
  std::condition_variable_any m_wake;
};

}  // namespace pleinair
