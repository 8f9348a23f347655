#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/config/device_config.h"

namespace pleinair {

/// Where tensors live and in which type weights are held and multiplied.
struct DeviceSpec {
  at::Device device{at::kCPU};
  at::ScalarType dtype = at::kFloat;

  [[nodiscard]] bool isGpu() const { return device.is_cuda(); }
};

/// Memory of a device in bytes. On a CPU: what this process holds, and what the machine (or the container's
/// limit) offers. Free is what this process could hold in all, beside everything else that runs now.
struct DeviceMemory {
  std::int64_t usedBytes = 0;
  std::int64_t totalBytes = 0;
  std::int64_t freeBytes = 0;
};

/// Settles where to compute and sets the number of threads. CUDA is opened at run time, only where a driver
/// is found, so this must be the first thing in the process that touches torch. Asking for CUDA where there
/// is none is an error; Automatic then takes the CPU, where the memory of large tensors is kept (keepLargeBlocks()).
Result<DeviceSpec> resolveDevice(const DeviceConfig& config);

/// "CPU, 2 cores" or the GPU's own name.
std::string deviceName(const DeviceSpec& spec);

/// "float32", "bfloat16" or "float16".
std::string precisionName(const DeviceSpec& spec);

/// The choice that leads to this precision.
PrecisionChoice precisionOf(const DeviceSpec& spec);

DeviceMemory deviceMemory(const DeviceSpec& spec);

/// Where the libtorch that runs lies: a program may have been moved since it was built.
std::filesystem::path torchLibraryFolder();

/// Waits until the device has done what was asked of it, for honest timings.
void synchronize(const DeviceSpec& spec);

}  // namespace pleinair
