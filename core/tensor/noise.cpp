#include "core/tensor/noise.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

namespace pleinair {

at::Generator cpuGenerator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

at::Tensor drawNoise(at::Generator& generator, const std::vector<std::int64_t>& shape) {
  return at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat));
}

at::Tensor generatorState(const at::Generator& generator) { return generator.get_state(); }

void setGeneratorState(at::Generator& generator, const at::Tensor& state) { generator.set_state(state); }

}  // namespace pleinair
