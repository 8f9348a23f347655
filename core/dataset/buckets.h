#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace pleinair {

struct BucketSize {
  int width = 0, height = 0;
  friend bool operator==(const BucketSize&, const BucketSize&) = default;
};

/// The training size for a photo: area at most resolution^2, both sides multiples of `step`, of the floor/ceil
/// combinations the one with the least crop and then the largest area. Never larger than the photo is enlarged
/// to cover it.
BucketSize bucketFor(int width, int height, int resolution, int step);

/// The share of the photo (0 to 1) that a centre crop to the bucket's aspect loses.
double croppedShare(int width, int height, BucketSize bucket);

/// One epoch's batches: indices of photos of equal size together, shuffled with `seed`; every photo appears exactly
/// once, so a batch may be short.
std::vector<std::vector<std::size_t>> epochBatches(const std::vector<BucketSize>& sizes, int batchSize,
                                                   std::uint64_t seed);

}  // namespace pleinair
