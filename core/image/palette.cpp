// k-means in CIELAB, begun with k-means++ (Arthur and Vassilvitskii, 2007). Many beginnings are followed on a part of
// the pixels, the best one on all: a local optimum says more of its beginning than of the pictures. Real
// pictures often have several palettes that are as good; which of them is taken must not be left to chance where two
// sets are compared.
#include <algorithm>
#include <limits>
#include <random>

#include "core/image/color.h"

namespace pleinair {
namespace {

constexpr std::size_t kSamplesPerImage = 4096;
constexpr std::size_t kSamplesToBegin = 16384;
constexpr int kRounds = 200;
constexpr int kBeginnings = 32;
constexpr double kAsGood = 1.02;  // of the least cost
constexpr std::uint32_t kSeed = 20260;

struct Sample {
  Lab color;
  double weight = 0;  // the samples of one picture weigh 1 together
};

double squaredDistance(const Lab& first, const Lab& second) {
  const double l = first.l - second.l, a = first.a - second.a, b = first.b - second.b;
  return l * l + a * a + b * b;
}

std::vector<Sample> samplesOf(const std::vector<Image>& images) {
  std::vector<Sample> samples;
  for (const Image& image : images) {
    const std::size_t pixels = image.rgb.size() / 3;
    if (pixels == 0) continue;
    const std::size_t taken = std::min(pixels, kSamplesPerImage);
    for (std::size_t i = 0; i < taken; ++i) {
      // Spread over the whole picture; the odd stride keeps off the grid of columns.
      const std::size_t pixel = taken == pixels ? i : (i * pixels / taken + i * 7919) % pixels;
      const std::uint8_t* rgb = image.rgb.data() + pixel * 3;
      samples.push_back({labFromSrgb(rgb[0], rgb[1], rgb[2]), 1.0 / static_cast<double>(taken)});
    }
  }
  return samples;
}

std::vector<Lab> beginning(const std::vector<Sample>& samples, std::size_t count, std::mt19937& random) {
  // The standard library's distributions differ between machines; plain arithmetic does not.
  const auto fraction = [&] { return static_cast<double>(random()) / 4294967296.0; };
  std::vector<Lab> centres{samples[static_cast<std::size_t>(fraction() * static_cast<double>(samples.size()))].color};
  std::vector<double> nearest(samples.size(), std::numeric_limits<double>::infinity());
  while (centres.size() < count) {
    double sum = 0;
    for (std::size_t i = 0; i < samples.size(); ++i) {
      nearest[i] = std::min(nearest[i], squaredDistance(samples[i].color, centres.back()));
      sum += nearest[i] * samples[i].weight;
    }
    double left = fraction() * sum;
    std::size_t chosen = 0;
    for (; chosen + 1 < samples.size(); ++chosen) {
      left -= nearest[chosen] * samples[chosen].weight;
      if (left < 0) break;
    }
    centres.push_back(samples[chosen].color);
  }
  return centres;
}

/// Every n-th sample, so that about `most` remain.
std::vector<Sample> thinned(const std::vector<Sample>& samples, std::size_t most) {
  std::vector<Sample> some;
  const std::size_t step = samples.size() / most + 1;
  for (std::size_t i = 0; i < samples.size(); i += step) some.push_back(samples[i]);
  return some;
}

struct Clustering {
  std::vector<PaletteColor> colors;
  double cost = std::numeric_limits<double>::infinity();
};

Clustering cluster(const std::vector<Sample>& samples, std::vector<Lab> centres) {
  Clustering result;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<Sample> sums(centres.size());
    double cost = 0;
    for (const Sample& sample : samples) {
      std::size_t nearest = 0;
      double distance = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < centres.size(); ++c) {
        const double here = squaredDistance(sample.color, centres[c]);
        if (here < distance) {
          distance = here;
          nearest = c;
        }
      }
      Sample& sum = sums[nearest];
      sum.color.l += sample.color.l * sample.weight;
      sum.color.a += sample.color.a * sample.weight;
      sum.color.b += sample.color.b * sample.weight;
      sum.weight += sample.weight;
      cost += distance * sample.weight;
    }
    double total = 0;
    for (const Sample& sum : sums) total += sum.weight;
    result.colors.clear();
    for (std::size_t c = 0; c < centres.size(); ++c) {
      const double weight = sums[c].weight;
      if (weight > 0) centres[c] = {sums[c].color.l / weight, sums[c].color.a / weight, sums[c].color.b / weight};
      result.colors.push_back({centres[c], weight / total});
    }
    if (cost >= result.cost * (1 - 1e-6)) break;
    result.cost = cost;
  }
  return result;
}

std::vector<Lab> centresOf(const std::vector<PaletteColor>& colors) {
  std::vector<Lab> centres;
  for (const PaletteColor& entry : colors) centres.push_back(entry.color);
  return centres;
}

/// Of those that cost no more than `most` the nearest to `near`.
Clustering nearestOf(std::vector<Clustering> found, double most, const std::vector<PaletteColor>& near) {
  Clustering* best = nullptr;
  double nearest = std::numeric_limits<double>::infinity();
  for (Clustering& one : found) {
    if (one.cost > most) continue;
    const double distance = near.size() == one.colors.size() ? paletteDistance(near, one.colors) : 0;
    if (best == nullptr || distance < nearest) {
      best = &one;
      nearest = distance;
    }
  }
  return std::move(*best);
}

}  // namespace

std::vector<PaletteColor> palette(const std::vector<Image>& images, int count, const std::vector<PaletteColor>& near) {
  const std::vector<Sample> samples = samplesOf(images);
  if (samples.empty() || count < 1) return {};
  const std::vector<Sample> some = thinned(samples, kSamplesToBegin);
  std::mt19937 random(kSeed);
  std::vector<Clustering> found;
  for (int i = 0; i < kBeginnings; ++i) {
    found.push_back(cluster(some, beginning(some, static_cast<std::size_t>(count), random)));
  }
  const bool compared = near.size() == static_cast<std::size_t>(count);
  if (compared) found.push_back(cluster(some, centresOf(near)));
  double least = found.front().cost;
  for (const Clustering& one : found) least = std::min(least, one.cost);
  Clustering best = nearestOf(std::move(found), compared ? least * kAsGood : least, near);
  if (some.size() < samples.size()) best = cluster(samples, centresOf(best.colors));
  std::stable_sort(best.colors.begin(), best.colors.end(),
                   [](const PaletteColor& a, const PaletteColor& b) { return a.share > b.share; });
  return best.colors;
}

}  // namespace pleinair
