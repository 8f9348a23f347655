#include <ATen/ATen.h>

#include <memory>

#include "app/etude/gpu_sources.h"
#include "app/etude/noise.h"
#include "core/base/log.h"
#include "core/tensor/gpu_program.h"

namespace pleinair::etude {
namespace {

#define __device__ inline
#include "app/etude/lattice.cu"
#undef __device__

/// The kernel for one GPU; null where it cannot be compiled, which is logged once.
const GpuProgram* programFor(at::Device device) {
  static PerGpu<GpuProgram> all;
  return all.of(device, at::kFloat, [&]() -> std::shared_ptr<const GpuProgram> {
    auto program = GpuProgram::compile(sources::lattice, {"lattice"}, {}, device);
    if (program) return std::move(program).value();
    log::warning("Noise is drawn on the processor: " + program.error().text());
    return nullptr;
  });
}

at::Tensor onProcessor(const at::Tensor& seeds, std::int64_t salt, std::int64_t height, std::int64_t width) {
  const at::Tensor whole = seeds.contiguous();
  at::Tensor numbers = at::empty({seeds.size(0), 1, height, width}, at::kFloat);
  auto* out = numbers.mutable_data_ptr<float>();
  for (std::int64_t picture = 0; picture < seeds.size(0); ++picture) {
    const unsigned start = latticeStart(whole.const_data_ptr<std::int64_t>()[picture], salt);
    for (unsigned row = 0; row < height; ++row) {
      for (unsigned column = 0; column < width; ++column) *out++ = latticeNumber(start, row, column);
    }
  }
  return numbers;
}

}  // namespace

// A batch asks for thousands of lattices: made of tensor operations, each was a dozen passes over 64-bit integers.
at::Tensor lattice(const at::Tensor& seeds, std::int64_t salt, std::int64_t height, std::int64_t width) {
  const at::Device device = seeds.device();
  const GpuProgram* program = device.is_cuda() ? programFor(device) : nullptr;
  if (program == nullptr) return onProcessor(seeds.cpu(), salt, height, width).to(device);
  const at::Tensor whole = seeds.contiguous();
  at::Tensor numbers = at::empty({seeds.size(0), 1, height, width}, seeds.options().dtype(at::kFloat));
  constexpr unsigned kThreads = 256;
  const auto count = static_cast<unsigned>(numbers.numel()), high = static_cast<unsigned>(height),
             wide = static_cast<unsigned>(width);
  const void* seed = whole.const_data_ptr();
  void* out = numbers.mutable_data_ptr();
  program->launch("lattice", {{(count + kThreads - 1) / kThreads, 1, 1}, kThreads},
                  {&seed, &salt, &high, &wide, &count, &out});
  return numbers;
}

}  // namespace pleinair::etude
