#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/dataset/buckets.h"

namespace pleinair {

/// A number that depends on all of its parts and on nothing else, for seeding generators.
std::uint64_t mixedSeed(std::uint64_t seed, std::uint64_t purpose, std::uint64_t a, std::uint64_t b = 0);

/// Everything random about one micro batch. It is a pure function of the run's seed and the micro batch's number, so
/// a resumed run draws what it would have drawn and no generator has to be saved.
struct MicroDraws {
  at::Tensor latentNoise;  // [B, 4, h, w], picks the latents out of the VAE's distribution
  at::Tensor noise;        // [B, 4, h, w]
  at::Tensor offsetNoise;  // [B, 4, 1, 1]
  at::Tensor timesteps;    // int64 [B]
  std::vector<bool> dropCaption;
};
MicroDraws drawMicro(std::uint64_t seed, std::int64_t micro, const std::vector<std::int64_t>& latentShape,
                     int trainTimesteps, double captionDropout);

/// Timesteps moved towards the noisy end: shift * t / (1 + (shift - 1) * t), of the whole as 1 (Esser et al. 2024, eq.
/// 23). A shift of 1 moves none; 3 makes half of evenly drawn ones lie in the noisiest quarter.  int64, any device
at::Tensor shiftedTimesteps(const at::Tensor& timesteps, int trainTimesteps, double shift);

/// Which photos the run's n-th micro batch takes: epoch after epoch, each photo once an epoch, equal sizes together.
class BatchPlan {
 public:
  BatchPlan(std::vector<BucketSize> sizes, int batchSize, std::uint64_t seed);

  [[nodiscard]] const std::vector<std::size_t>& batch(std::int64_t micro);
  /// Micro batches in an epoch; the same for every epoch.
  [[nodiscard]] std::int64_t batchesPerEpoch() const { return m_perEpoch; }
  /// 0-based.
  [[nodiscard]] std::int64_t epochOf(std::int64_t micro) const { return micro / m_perEpoch; }

 private:
  std::vector<BucketSize> m_sizes;
  int m_batchSize;
  std::uint64_t m_seed;
  std::int64_t m_perEpoch = 1;
  std::optional<std::int64_t> m_epoch;
  std::vector<std::vector<std::size_t>> m_batches;
};

}  // namespace pleinair
