#include "core/tensor/noise.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <utility>

namespace pleinair {

at::Generator cpuGenerator(std::uint64_t seed) { return at::detail::createCPUGenerator(seed); }

at::Tensor drawNoise(at::Generator& generator, const std::vector<std::int64_t>& shape) {
  return at::randn(shape, generator, at::TensorOptions().dtype(at::kFloat));
}

BatchNoise::BatchNoise(const std::vector<std::uint64_t>& seeds, std::vector<std::int64_t> shape, at::Device device)
    : m_shape(std::move(shape)), m_device(device) {
  for (const std::uint64_t seed : seeds) m_generators.push_back(cpuGenerator(seed));
}

at::Tensor BatchNoise::draw() {
  std::vector<at::Tensor> rows;
  for (at::Generator& generator : m_generators) rows.push_back(drawNoise(generator, m_shape));
  return at::cat(rows).to(m_device);
}

at::Tensor generatorState(const at::Generator& generator) { return generator.get_state(); }

void setGeneratorState(at::Generator& generator, const at::Tensor& state) { generator.set_state(state); }

}  // namespace pleinair
