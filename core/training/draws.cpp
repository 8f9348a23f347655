#include "core/training/draws.h"

#include <ATen/ATen.h>

#include "core/tensor/noise.h"

namespace pleinair {

namespace {

enum Purpose : std::uint64_t { kMicro = 1, kEpoch = 2 };

/// One round of splitmix64 (Steele et al. 2014).
std::uint64_t scrambled(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

}  // namespace

std::uint64_t mixedSeed(std::uint64_t seed, std::uint64_t purpose, std::uint64_t a, std::uint64_t b) {
  return scrambled(scrambled(scrambled(scrambled(seed) ^ purpose) ^ a) ^ b);
}

MicroDraws drawMicro(std::uint64_t seed, std::int64_t micro, const std::vector<std::int64_t>& latentShape,
                     int trainTimesteps, double captionDropout) {
  at::Generator generator = cpuGenerator(mixedSeed(seed, kMicro, static_cast<std::uint64_t>(micro)));
  MicroDraws draws;
  draws.latentNoise = drawNoise(generator, latentShape);
  draws.noise = drawNoise(generator, latentShape);
  draws.offsetNoise = drawNoise(generator, {latentShape[0], latentShape[1], 1, 1});
  draws.timesteps = at::randint(0, trainTimesteps, {latentShape[0]}, generator, at::kLong);
  const at::Tensor chance = at::rand({latentShape[0]}, generator, at::kFloat);
  for (std::int64_t i = 0; i < latentShape[0]; ++i) {
    draws.dropCaption.push_back(chance[i].item<double>() < captionDropout);
  }
  return draws;
}

at::Tensor shiftedTimesteps(const at::Tensor& timesteps, int trainTimesteps, double shift) {
  const double whole = trainTimesteps;
  const at::Tensor middle = (timesteps.to(at::kDouble) + 0.5) / whole;
  return (middle * shift / (middle * (shift - 1.0) + 1.0) * whole).to(at::kLong).clamp(0, trainTimesteps - 1);
}

BatchPlan::BatchPlan(std::vector<BucketSize> sizes, int batchSize, std::uint64_t seed)
    : m_sizes(std::move(sizes)), m_batchSize(batchSize), m_seed(seed) {
  m_perEpoch = std::max<std::int64_t>(1, static_cast<std::int64_t>(epochBatches(m_sizes, m_batchSize, 0).size()));
}

const std::vector<std::size_t>& BatchPlan::batch(std::int64_t micro) {
  const std::int64_t epoch = epochOf(micro);
  if (m_epoch != epoch) {
    m_batches = epochBatches(m_sizes, m_batchSize, mixedSeed(m_seed, kEpoch, static_cast<std::uint64_t>(epoch)));
    m_epoch = epoch;
  }
  return m_batches.at(static_cast<std::size_t>(micro % m_perEpoch));
}

}  // namespace pleinair
