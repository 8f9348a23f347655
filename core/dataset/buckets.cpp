#include "core/dataset/buckets.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace pleinair {
namespace {

constexpr int kSmallestSide = 64;  // below this a diffusion model sees next to nothing; such photos are enlarged

// Fisher and Yates with plain arithmetic: the standard library's shuffle may differ between machines.
template <typename Value>
void shuffle(std::vector<Value>& values, std::mt19937_64& random) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[random() % i]);
}

}  // namespace

double croppedShare(int width, int height, BucketSize bucket) {
  if (width <= 0 || height <= 0 || bucket.width <= 0 || bucket.height <= 0) return 0;
  const double photo = static_cast<double>(width) * bucket.height, cover = static_cast<double>(bucket.width) * height;
  return 1 - std::min(photo, cover) / std::max(photo, cover);
}

BucketSize bucketFor(int width, int height, int resolution, int step) {
  step = std::max(step, 1);
  width = std::max(width, 1);
  height = std::max(height, 1);
  const double area = static_cast<double>(resolution) * resolution;
  const double smallest = std::min(kSmallestSide, resolution);
  const double fit = std::sqrt(area / (static_cast<double>(width) * height));
  const double scale = std::min(fit, std::max(1.0, smallest / std::min(width, height)));
  const auto floored = [&](int side) { return std::max(step, static_cast<int>(side * scale + 1e-9) / step * step); };
  int low[2] = {floored(width), floored(height)};
  // A strip whose short side was raised to one step has less left for its long side.
  int& longer = low[0] > low[1] ? low[0] : low[1];
  const int shorter = std::min(low[0], low[1]);
  longer = std::min(longer, std::max(shorter, static_cast<int>(area / shorter) / step * step));
  // Rounding up may not enlarge a photo beyond its own pixels, except where it must be enlarged anyway.
  const auto raised = [&](int base, int side) { return scale < 1 && base + step <= side ? base + step : base; };
  const int high[2] = {raised(low[0], width), raised(low[1], height)};
  BucketSize best{low[0], low[1]};
  for (const int w : {low[0], high[0]}) {
    for (const int h : {low[1], high[1]}) {
      const BucketSize candidate{w, h};
      if (static_cast<double>(w) * h > area) continue;
      const double crop = croppedShare(width, height, candidate), bestCrop = croppedShare(width, height, best);
      const bool larger = static_cast<std::int64_t>(w) * h > static_cast<std::int64_t>(best.width) * best.height;
      if (crop < bestCrop - 1e-12 || (crop < bestCrop + 1e-12 && larger)) best = candidate;
    }
  }
  return best;
}

std::vector<std::vector<std::size_t>> epochBatches(const std::vector<BucketSize>& sizes, int batchSize,
                                                   std::uint64_t seed) {
  std::map<std::pair<int, int>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < sizes.size(); ++i) groups[{sizes[i].width, sizes[i].height}].push_back(i);
  std::mt19937_64 random(seed);
  const auto most = static_cast<std::size_t>(std::max(1, batchSize));
  std::vector<std::vector<std::size_t>> batches;
  for (auto& [size, photos] : groups) {
    shuffle(photos, random);
    for (std::size_t first = 0; first < photos.size(); first += most) {
      const auto begin = photos.begin() + static_cast<std::ptrdiff_t>(first);
      const auto count = static_cast<std::ptrdiff_t>(std::min(most, photos.size() - first));
      batches.emplace_back(begin, begin + count);
    }
  }
  shuffle(batches, random);
  return batches;
}

}  // namespace pleinair
