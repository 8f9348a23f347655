#include "core/nn/gpu_kernels.h"

#include <ATen/ATen.h>

#include "core/nn/gpu_sources.h"

namespace pleinair::nn::gpu_kernels {

bool knows(at::ScalarType type) { return type == at::kFloat || type == at::kHalf || type == at::kBFloat16; }

std::int64_t channelsAtOnce(at::ScalarType type) { return type == at::kFloat ? 4 : 8; }

bool aligned(const at::Tensor& x) { return reinterpret_cast<std::uintptr_t>(x.const_data_ptr()) % 16 == 0; }

Result<std::shared_ptr<const GpuProgram>> compile(const std::string& text, const std::vector<std::string>& kernels,
                                                  const at::TensorOptions& options) {
  const at::ScalarType type = options.dtype().toScalarType();
  const std::string value = type == at::kFloat ? "0" : type == at::kHalf ? "1" : "2";
  return GpuProgram::compile(sources::gpu_common + text, kernels, {"-DVALUE=" + value}, options.device());
}

at::Tensor ramp(at::IntArrayRef sizes, double step, double from, const at::TensorOptions& options) {
  const at::Tensor numbers = at::arange(c10::multiply_integers(sizes), options.dtype(at::kFloat)) * step;
  return numbers.sin().add(from).view(sizes).to(options.dtype());
}

bool near(const at::Tensor& ours, const at::Tensor& theirs) {
  const double bound = ours.scalar_type() == at::kFloat ? 1e-4 : 1e-2;
  return (ours.to(at::kFloat) - theirs).norm().item<double>() <= bound * theirs.norm().item<double>();
}

}  // namespace pleinair::nn::gpu_kernels
