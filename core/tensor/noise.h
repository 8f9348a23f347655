#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <vector>

namespace pleinair {

/// A fresh CPU generator. Seeds mean the same picture on every device because noise is always drawn here.
at::Generator cpuGenerator(std::uint64_t seed);

/// Standard normal float32 numbers on the CPU.
at::Tensor drawNoise(at::Generator& generator, const std::vector<std::int64_t>& shape);

/// Noise for all pictures of a batch, each from its own CPU generator, so that none depends on its neighbours. One
/// thread at a time.
class BatchNoise {
 public:
  /// One seed a picture; `shape` is one picture's, [1, ...]; what is drawn is moved to `device`.
  BatchNoise(const std::vector<std::uint64_t>& seeds, std::vector<std::int64_t> shape, at::Device device);

  /// The next standard normal float32 numbers of every generator.  [seeds, ...]
  at::Tensor draw();

 private:
  std::vector<std::int64_t> m_shape;
  at::Device m_device;
  std::vector<at::Generator> m_generators;
};

/// The generator's whole state as bytes [N], and back: a resumed run draws what it would have drawn.
at::Tensor generatorState(const at::Generator& generator);
void setGeneratorState(at::Generator& generator, const at::Tensor& state);

}  // namespace pleinair
