#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/tensor/gpu_program.h"

/// What our kernels for GPUs (gpu_common.cu and those behind it) have in common on the processor's side.
namespace pleinair::nn::gpu_kernels {

constexpr int kThreads = 256;  ///< a block's, as in gpu_common.cu

/// Whether there are kernels for numbers of this type.
bool knows(at::ScalarType type);

/// How many numbers 16 bytes hold, which a thread reads in one go.
std::int64_t channelsAtOnce(at::ScalarType type);

/// Whether x begins where 16 bytes can be read in one go.
bool aligned(const at::Tensor& x);

/// `text` behind gpu_common.cu, compiled for the type and the GPU of `options`. An Error where that cannot be done.
Result<std::shared_ptr<const GpuProgram>> compile(const std::string& text, const std::vector<std::string>& kernels,
                                                  const at::TensorOptions& options);

/// Numbers to try kernels with: sin(i * step) + from, in the type and on the device of `options`.
at::Tensor ramp(at::IntArrayRef sizes, double step, double from, const at::TensorOptions& options);

/// Whether `ours`, in its type's precision, is what libtorch computed in float32.
bool near(const at::Tensor& ours, const at::Tensor& theirs);

/// Kernels(program) where the program compiles and agree(options) says that it gives what libtorch gives; else null,
/// and `what` is libtorch's, which is logged with the reason.
template <typename Kernels>
std::shared_ptr<const Kernels> tried(const std::string& what, const std::string& text,
                                     const std::vector<std::string>& names, const at::TensorOptions& options) {
  auto program = compile(text, names, options);
  std::string why = program ? "our kernels gave something else on this GPU" : program.error().text();
  if (program) {
    auto kernels = std::make_shared<const Kernels>(std::move(program).value());
    try {
      if (kernels->agree(options)) return kernels;
    } catch (const std::exception& problem) {
      why = "our kernels failed: " + std::string(problem.what());
    }
  }
  log::warning(what + " is libtorch's: " + why);
  return nullptr;
}

}  // namespace pleinair::nn::gpu_kernels
