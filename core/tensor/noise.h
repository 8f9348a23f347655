#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace pleinair {

/// A fresh CPU generator. Seeds mean the same picture on every device because noise is always drawn here.
at::Generator cpuGenerator(std::uint64_t seed);

/// Standard normal float32 numbers on the CPU.
at::Tensor drawNoise(at::Generator& generator, const std::vector<std::int64_t>& shape);

/// The generator's whole state as bytes [N], and back: a resumed run draws what it would have drawn.
at::Tensor generatorState(const at::Generator& generator);
void setGeneratorState(at::Generator& generator, const at::Tensor& state);

}  // namespace pleinair
