#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace pleinair::etude {

/// `x`, on the CPU, in memory that a GPU reads while the program goes on; as it is where `device` is none.
inline at::Tensor forDevice(const at::Tensor& x, at::Device device) { return device.is_cuda() ? x.pin_memory() : x; }

/// Draws parcels of pictures for a training. With threads they are drawn beside it (on a second GPU where there is
/// one) as fast as it goes, each in a stream of its own, so that the many small steps of drawing fill what training
/// leaves free; without threads each take() draws one parcel itself, so that equal seeds give equal runs.
template <typename Parcel>
class Painters {
 public:
  using Draw = std::function<Parcel(std::uint64_t ticket)>;

  /// What `draw` reads must be finished on the device.
  Painters(int threads, at::Device device, Draw draw) : m_device(device), m_draw(std::move(draw)) {
    for (int i = 0; i < threads; ++i) m_threads.emplace_back([this] { work(); });
  }
  ~Painters() {
    {
      const std::lock_guard lock(m_mutex);
      m_stop = true;
    }
    m_changed.notify_all();
    for (std::thread& thread : m_threads) thread.join();
  }
  Painters(const Painters&) = delete;
  Painters& operator=(const Painters&) = delete;

  /// All parcels that are finished; waits for the first one where `wait` is set. Throws what a painter threw.
  std::vector<Parcel> take(bool wait) {
    std::vector<Parcel> taken;
    if (m_threads.empty()) {
      taken.push_back(m_draw(m_ticket++));
      return taken;
    }
    std::unique_lock lock(m_mutex);
    if (wait) m_changed.wait(lock, [this] { return !m_finished.empty() || m_error; });
    if (m_error) std::rethrow_exception(m_error);
    taken.assign(std::make_move_iterator(m_finished.begin()), std::make_move_iterator(m_finished.end()));
    m_finished.clear();
    lock.unlock();
    m_changed.notify_all();
    return taken;
  }

 private:
  static constexpr std::size_t kWaiting = 24;  // a training that is slow does not fill the memory with pictures

  void work() {
    std::optional<c10::StreamGuard> ownStream;
    if (m_device.is_cuda())
      ownStream.emplace(c10::impl::VirtualGuardImpl(at::kCUDA).getStreamFromGlobalPool(m_device));
    while (true) {
      std::uint64_t ticket = 0;
      {
        std::unique_lock lock(m_mutex);
        m_changed.wait(lock, [this] { return m_stop || m_finished.size() < kWaiting; });
        if (m_stop) return;
        ticket = m_ticket++;
      }
      try {
        Parcel parcel = m_draw(ticket);
        const std::lock_guard lock(m_mutex);
        m_finished.push_back(std::move(parcel));
      } catch (...) {
        const std::lock_guard lock(m_mutex);
        m_error = std::current_exception();
        m_stop = true;
      }
      m_changed.notify_all();
    }
  }

  at::Device m_device;
  Draw m_draw;
  std::mutex m_mutex;
  std::condition_variable m_changed;
  std::deque<Parcel> m_finished;
  std::vector<std::thread> m_threads;
  std::exception_ptr m_error;
  std::uint64_t m_ticket = 0;
  bool m_stop = false;
};

}  // namespace pleinair::etude
