#pragma once

#include <chrono>
#include <cstdint>

namespace pleinair {

/// Time left from how fast a stage went so far: a moving average that forgives a slow start. Not thread-safe.
class RateEstimator {
 public:
  using Clock = std::chrono::steady_clock;

  void restart(std::int64_t total, Clock::time_point now = Clock::now()) {
    m_total = total;
    m_done = 0;
    m_count = 0;
    m_last = now;
    m_secondsPerItem = 0;
  }

  void update(std::int64_t done, Clock::time_point now = Clock::now()) {
    if (done <= m_done) return;
    const double seconds = std::chrono::duration<double>(now - m_last).count() / static_cast<double>(done - m_done);
    // The first item pays for warming up; it only seeds the average.
    const double weight = m_count < 2 ? 1.0 : 0.2;
    m_secondsPerItem += weight * (seconds - m_secondsPerItem);
    m_done = done;
    m_last = now;
    ++m_count;
  }

  /// Negative until three updates came or when the total is unknown.
  [[nodiscard]] double secondsLeft() const {
    if (m_count < 3 || m_total <= 0) return -1;
    return m_secondsPerItem * static_cast<double>(m_total - m_done);
  }
  [[nodiscard]] std::int64_t total() const { return m_total; }

 private:
  std::int64_t m_total = 0, m_done = 0, m_count = 0;
  double m_secondsPerItem = 0;
  Clock::time_point m_last{};
};

}  // namespace pleinair
