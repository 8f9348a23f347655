#include "core/tensor/device.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <c10/core/CachingDeviceAllocator.h>
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <limits>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "core/base/log.h"
#include "core/tensor/large_blocks.h"

namespace pleinair {
namespace {

bool driverPresent() {
  std::error_code ignored;
  if (std::filesystem::exists("/dev/nvidiactl", ignored)) return true;
  if (void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL)) {
    dlclose(driver);
    return true;
  }
  return false;
}

/// Brings torch's CUDA half into the process, once. Returns why it could not, or nothing.
std::string openCuda() {
  static std::once_flag once;
  static std::string problem;
  std::call_once(once, [] {
    if (!driverPresent()) {
      problem = "no NVIDIA driver was found";
      return;
    }
    const std::filesystem::path library = torchLibraryFolder() / "libtorch_cuda.so";
    if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      const char* reason = dlerror();
      problem = std::string("torch's CUDA library does not open: ") + (reason != nullptr ? reason : "unknown reason");
      return;
    }
    if (!at::hasCUDA() || at::detail::getCUDAHooks().deviceCount() < 1) problem = "the driver offers no CUDA device";
  });
  return problem;
}

std::int64_t readNumber(const char* file) {
  std::ifstream in(file);
  std::int64_t value = 0;
  return in >> value ? value : 0;
}

/// One value of a file of lines "name value …", times `unit`; 0 where it is not there.
std::int64_t namedNumber(const char* file, std::string_view wanted, std::int64_t unit) {
  std::ifstream in(file);
  std::string name;
  std::int64_t value = 0;
  while (in >> name >> value) {
    if (name == wanted) return value * unit;
    in.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

DeviceMemory processMemory() {
  const auto page = static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
  DeviceMemory memory;
  std::ifstream statm("/proc/self/statm");
  std::int64_t total = 0, resident = 0;
  if (statm >> total >> resident) memory.usedBytes = resident * page;
  memory.totalBytes = static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * page;
  const std::int64_t limit = readNumber("/sys/fs/cgroup/memory.max");
  if (limit > 0) memory.totalBytes = std::min(memory.totalBytes, limit);
  const std::int64_t available = namedNumber("/proc/meminfo", "MemAvailable:", 1024);
  memory.freeBytes = std::min(memory.totalBytes, available + memory.usedBytes);
  if (limit > 0) {
    // Cached files count as the group's memory too, but are given back when it runs short.
    const std::int64_t cached = namedNumber("/sys/fs/cgroup/memory.stat", "inactive_file", 1);
    const std::int64_t left = limit - readNumber("/sys/fs/cgroup/memory.current") + cached;
    memory.freeBytes = std::min(memory.freeBytes, std::max<std::int64_t>(left, 0) + memory.usedBytes);
  }
  return memory;
}

/// The driver's own name of a GPU, asked without CUDA's headers.
std::string gpuName(int index) {
  using Get = int (*)(int*, int);
  using Name = int (*)(char*, int, int);
  void* driver = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
  if (driver == nullptr) return "NVIDIA GPU";
  const auto deviceGet = reinterpret_cast<Get>(dlsym(driver, "cuDeviceGet"));
  const auto deviceGetName = reinterpret_cast<Name>(dlsym(driver, "cuDeviceGetName"));
  std::array<char, 256> name{};
  int device = 0;
  if (deviceGet == nullptr || deviceGetName == nullptr || deviceGet(&device, index) != 0 ||
      deviceGetName(name.data(), static_cast<int>(name.size()) - 1, device) != 0) {
    return "NVIDIA GPU";
  }
  return name.data();
}

/// Torch's matrix products in float16 are a hundred times slower than float32's on a processor.
at::ScalarType float16On(const DeviceSpec& spec) {
  if (spec.isGpu()) return at::kHalf;
  static std::once_flag once;
  std::call_once(once, [] {
    log::warning("float16 is for GPUs and would be far slower here: the CPU computes in float32 instead");
  });
  return at::kFloat;
}

}  // namespace

Result<DeviceSpec> resolveDevice(const DeviceConfig& config) {
  DeviceSpec spec;
  if (config.device != DeviceChoice::Cpu) {
    const std::string problem = openCuda();
    if (problem.empty()) {
      spec = {at::Device(at::kCUDA, 0), at::kBFloat16};
    } else if (config.device == DeviceChoice::Cuda) {
      return Error{ErrorCode::BadArgument, "No GPU can be used: " + problem, "device",
                   "Choose the CPU, or install the NVIDIA driver and start again."};
    } else if (driverPresent()) {
      log::warning("The GPU is not used: " + problem);
    }
  }
  if (config.precision == PrecisionChoice::Float32) spec.dtype = at::kFloat;
  // float32 means float32: cuDNN would round to TF32's ten bits unasked.
  at::globalContext().setAllowTF32CuDNN(false);
  if (config.precision == PrecisionChoice::BFloat16) spec.dtype = at::kBFloat16;
  if (config.precision == PrecisionChoice::Float16) spec.dtype = float16On(spec);
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (config.threads > 0) at::set_num_threads(std::min(config.threads, cores));
  if (!spec.isGpu()) keepLargeBlocks();
  return spec;
}

std::string deviceName(const DeviceSpec& spec) {
  if (spec.isGpu()) return gpuName(spec.device.index());
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return "CPU, " + std::to_string(cores) + (cores == 1 ? " core" : " cores");
}

std::string precisionName(const DeviceSpec& spec) {
  return spec.dtype == at::kBFloat16 ? "bfloat16" : spec.dtype == at::kHalf ? "float16" : "float32";
}

PrecisionChoice precisionOf(const DeviceSpec& spec) {
  return spec.dtype == at::kBFloat16 ? PrecisionChoice::BFloat16
         : spec.dtype == at::kHalf   ? PrecisionChoice::Float16
                                     : PrecisionChoice::Float32;
}

DeviceMemory deviceMemory(const DeviceSpec& spec) {
  if (!spec.isGpu()) return processMemory();
  try {
    const auto [free, total] = at::getDeviceAllocator(at::kCUDA)->getMemoryInfo(spec.device.index());
    return {static_cast<std::int64_t>(total - free), static_cast<std::int64_t>(total),
            static_cast<std::int64_t>(free)};
  } catch (const std::exception&) {
    return {};
  }
}

std::filesystem::path torchLibraryFolder() {
  Dl_info info{};
  if (dladdr(reinterpret_cast<void*>(&at::get_num_threads), &info) != 0 && info.dli_fname != nullptr) {
    const std::filesystem::path file(info.dli_fname);
    if (file.filename().string().starts_with("libtorch_cpu")) return file.parent_path();
  }
  return PLEINAIR_TORCH_LIB_DIR;
}

void synchronize(const DeviceSpec& spec) {
  if (spec.isGpu()) at::detail::getCUDAHooks().deviceSynchronize(spec.device.index());
}

}  // namespace pleinair
