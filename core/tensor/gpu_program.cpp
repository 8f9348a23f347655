#include "core/tensor/gpu_program.h"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Exception.h>
#include <dlfcn.h>

#include <filesystem>
#include <optional>

#include "core/tensor/device.h"

namespace pleinair {
namespace {

/// Functions of a library that is opened by name, without its headers: their forms are those of NVIDIA's manuals
/// ("NVRTC" and "CUDA Driver API", both 13.0).
template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

struct Driver {
  int (*deviceGet)(int*, int);
  int (*deviceGetAttribute)(int*, int, int);
  int (*currentContext)(void**);
  int (*setCurrentContext)(void*);
  int (*retainContext)(void**, int);
  int (*loadModule)(void**, const void*);
  int (*moduleFunction)(void**, void*, const char*);
  int (*launch)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
  int (*errorName)(int, const char**);

  /// Null where there is no driver.
  static const Driver* open() {
    static const std::optional<Driver> driver = [] {
      Driver d{};
      void* library = dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL);
      const bool whole = library != nullptr && find(library, "cuDeviceGet", d.deviceGet) &&
                         find(library, "cuDeviceGetAttribute", d.deviceGetAttribute) &&
                         find(library, "cuCtxGetCurrent", d.currentContext) &&
                         find(library, "cuCtxSetCurrent", d.setCurrentContext) &&
                         find(library, "cuDevicePrimaryCtxRetain", d.retainContext) &&
                         find(library, "cuModuleLoadData", d.loadModule) &&
                         find(library, "cuModuleGetFunction", d.moduleFunction) &&
                         find(library, "cuLaunchKernel", d.launch) && find(library, "cuGetErrorName", d.errorName);
      return whole ? std::optional(d) : std::nullopt;
    }();
    return driver ? &*driver : nullptr;
  }

  [[nodiscard]] std::string nameOf(int error) const {
    const char* name = nullptr;
    return errorName(error, &name) == 0 && name != nullptr ? name : std::to_string(error);
  }

  /// The context that torch computes in is made current in threads that have none yet.
  int enterContextOf(int device) const {
    void* context = nullptr;
    if (const int failed = currentContext(&context); failed != 0 || context != nullptr) return failed;
    if (const int failed = retainContext(&context, device); failed != 0) return failed;
    return setCurrentContext(context);
  }
};

struct Compiler {
  int (*create)(void**, const char*, const char*, int, const char* const*, const char* const*);
  int (*compile)(void*, int, const char* const*);
  int (*binarySize)(void*, std::size_t*);
  int (*binary)(void*, char*);
  int (*logSize)(void*, std::size_t*);
  int (*log)(void*, char*);
  int (*destroy)(void**);

  static const Compiler* open() {
    static const std::optional<Compiler> compiler = [] {
      Compiler c{};
      void* library = openLibrary();
      const bool whole =
          library != nullptr && find(library, "nvrtcCreateProgram", c.create) &&
          find(library, "nvrtcCompileProgram", c.compile) && find(library, "nvrtcGetCUBINSize", c.binarySize) &&
          find(library, "nvrtcGetCUBIN", c.binary) && find(library, "nvrtcGetProgramLogSize", c.logSize) &&
          find(library, "nvrtcGetProgramLog", c.log) && find(library, "nvrtcDestroyProgram", c.destroy);
      return whole ? std::optional(c) : std::nullopt;
    }();
    return compiler ? &*compiler : nullptr;
  }

 private:
  /// It lies beside libtorch as Python's packages lie beside each other: nvidia/cu13/lib/libnvrtc.so.13.
  static void* openLibrary() {
    std::error_code ignored;
    const std::filesystem::path packages = torchLibraryFolder().parent_path().parent_path() / "nvidia";
    for (const auto& package : std::filesystem::directory_iterator(packages, ignored)) {
      for (const auto& file : std::filesystem::directory_iterator(package.path() / "lib", ignored)) {
        if (!file.path().filename().string().starts_with("libnvrtc.so")) continue;
        if (void* library = dlopen(file.path().c_str(), RTLD_LAZY | RTLD_LOCAL)) return library;
      }
    }
    for (const char* name : {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so"}) {
      if (void* library = dlopen(name, RTLD_LAZY | RTLD_LOCAL)) return library;
    }
    return nullptr;
  }
};

Error notCompiled(const std::string& why) {
  return {ErrorCode::Unknown, "A kernel for the GPU was not made: " + why, "", ""};
}

/// Machine code for a GPU of this compute capability ("90").
Result<std::string> machineCode(const Compiler& compiler, const std::string& source, std::vector<std::string> options,
                                const std::string& capability) {
  options.push_back("--gpu-architecture=sm_" + capability);
  options.emplace_back("--std=c++17");
  std::vector<const char*> texts;
  for (const std::string& option : options) texts.push_back(option.c_str());
  void* program = nullptr;
  if (compiler.create(&program, source.c_str(), "pleinair.cu", 0, nullptr, nullptr) != 0) {
    return notCompiled("the compiler did not start");
  }
  std::string code, log;
  std::size_t size = 0;
  const bool compiled = compiler.compile(program, static_cast<int>(texts.size()), texts.data()) == 0;
  if (!compiled && compiler.logSize(program, &size) == 0 && size > 1) {
    log.resize(size);
    compiler.log(program, log.data());
  }
  if (compiled && compiler.binarySize(program, &size) == 0 && size > 0) {
    code.resize(size);
    if (compiler.binary(program, code.data()) != 0) code.clear();
  }
  compiler.destroy(&program);
  if (code.empty()) return notCompiled(log.empty() ? "the compiler gave no code for sm_" + capability : log);
  return code;
}

constexpr int kCapabilityMajor = 75, kCapabilityMinor = 76;  // CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_*

}  // namespace

Result<std::shared_ptr<const GpuProgram>> GpuProgram::compile(const std::string& source,
                                                              const std::vector<std::string>& kernels,
                                                              const std::vector<std::string>& options,
                                                              at::Device device) {
  const Driver* driver = Driver::open();
  const Compiler* compiler = driver != nullptr ? Compiler::open() : nullptr;
  if (driver == nullptr) return notCompiled("no NVIDIA driver was found");
  if (compiler == nullptr) return notCompiled("libnvrtc was not found");
  int handle = 0, major = 0, minor = 0;
  if (driver->deviceGet(&handle, device.index()) != 0 ||
      driver->deviceGetAttribute(&major, kCapabilityMajor, handle) != 0 ||
      driver->deviceGetAttribute(&minor, kCapabilityMinor, handle) != 0) {
    return notCompiled("the driver does not know the GPU");
  }
  PLEINAIR_ASSIGN(const std::string code,
                  machineCode(*compiler, source, options, std::to_string(major) + std::to_string(minor)));
  const c10::impl::VirtualGuardImpl guard(at::kCUDA);
  const at::Device before = guard.exchangeDevice(device);  // whose context the code is loaded into
  std::shared_ptr<GpuProgram> program(new GpuProgram(device));
  void* module = nullptr;
  int failed = driver->enterContextOf(handle);
  if (failed == 0) failed = driver->loadModule(&module, code.data());
  for (const std::string& kernel : kernels) {
    if (failed == 0) failed = driver->moduleFunction(&program->m_kernels[kernel], module, kernel.c_str());
  }
  guard.setDevice(before);
  if (failed != 0) return notCompiled(driver->nameOf(failed));
  return std::shared_ptr<const GpuProgram>(std::move(program));
}

void GpuProgram::launch(const std::string& kernel, const GpuGrid& grid,
                        std::initializer_list<const void*> arguments) const {
  const Driver& driver = *Driver::open();
  const c10::impl::VirtualGuardImpl guard(at::kCUDA);
  const at::Device before = guard.exchangeDevice(m_device);
  void* const stream = guard.getStreamNativeHandle(guard.getStream(m_device));
  std::vector<void*> pointers;
  for (const void* argument : arguments) pointers.push_back(const_cast<void*>(argument));
  int failed = driver.enterContextOf(m_device.index());
  if (failed == 0) {
    failed = driver.launch(m_kernels.at(kernel), grid.blocks[0], grid.blocks[1], grid.blocks[2], grid.threads, 1, 1,
                           0, stream, pointers.data(), nullptr);
  }
  guard.setDevice(before);
  TORCH_CHECK(failed == 0, "The GPU refused the kernel ", kernel, ": ", driver.nameOf(failed));
}

}  // namespace pleinair
