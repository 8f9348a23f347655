#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <array>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace pleinair {

/// How many blocks of how many threads.
struct GpuGrid {
  std::array<unsigned, 3> blocks{1, 1, 1};
  unsigned threads = 1;
};

/// Kernels of our own for one NVIDIA GPU, compiled from CUDA C++ while the program runs, by the compiler library
/// (NVRTC) that comes with libtorch's CUDA half: building Pleinair needs no CUDA toolkit. To be used from any thread.
class GpuProgram {
 public:
  /// Compiles `source` and looks up its `kernels` (extern "C"). An Error where the libraries or the GPU are not there
  /// or the source does not compile; it holds the compiler's words.
  static Result<std::shared_ptr<const GpuProgram>> compile(const std::string& source,
                                                           const std::vector<std::string>& kernels,
                                                           const std::vector<std::string>& options,
                                                           at::Device device);

  /// Puts a kernel into torch's current stream of the device. `arguments` point at the kernel's arguments in their
  /// order. Throws c10::Error when the driver refuses.
  void launch(const std::string& kernel, const GpuGrid& grid, std::initializer_list<const void*> arguments) const;

  ~GpuProgram() = default;
  GpuProgram(const GpuProgram&) = delete;
  GpuProgram& operator=(const GpuProgram&) = delete;

 private:
  explicit GpuProgram(at::Device device) : m_device(device) {}

  at::Device m_device;
  std::map<std::string, void*> m_kernels;  ///< by name, for as long as the process runs
};

/// One Made for each GPU and type of numbers, made when it is first asked for. What could not be made stays null and
/// is not tried again. Any thread.
template <typename Made>
class PerGpu {
 public:
  /// `make` gives a shared pointer to a Made, or null.
  template <typename Make>
  const Made* of(at::Device device, at::ScalarType type, const Make& make) {
    const std::lock_guard lock(m_mutex);
    const auto [found, isNew] = m_all.try_emplace({device.index(), type});
    if (isNew) found->second = make();
    return found->second.get();
  }

 private:
  std::mutex m_mutex;
  std::map<std::pair<at::DeviceIndex, at::ScalarType>, std::shared_ptr<const Made>> m_all;
};

}  // namespace pleinair
