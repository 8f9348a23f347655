// Separable Lanczos-3: each output pixel is a weighted sum of the input under the window sinc(x) sinc(x / 3), which
// widens with the scale when shrinking so that nothing aliases.
#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

namespace pleinair {
namespace {

constexpr double kLobes = 3;

double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kLobes) return 0;
  const double angle = std::numbers::pi * x;
  return kLobes * std::sin(angle) * std::sin(angle / kLobes) / (angle * angle);
}

struct Taps {
  std::size_t first = 0;
  std::vector<float> weights;
};

std::vector<Taps> tapsFor(int from, int to) {
  const double scale = static_cast<double>(from) / to;
  const double stretch = std::max(1.0, scale);
  std::vector<Taps> all(static_cast<std::size_t>(to));
  for (int i = 0; i < to; ++i) {
    const double centre = (i + 0.5) * scale - 0.5;
    const int first = std::max(0, static_cast<int>(std::ceil(centre - kLobes * stretch)));
    const int last = std::min(from - 1, static_cast<int>(std::floor(centre + kLobes * stretch)));
    Taps& taps = all[static_cast<std::size_t>(i)];
    taps.first = static_cast<std::size_t>(first);
    double sum = 0;
    for (int j = first; j <= last; ++j) {
      const double weight = lanczos((j - centre) / stretch);
      taps.weights.push_back(static_cast<float>(weight));
      sum += weight;
    }
    for (float& weight : taps.weights) weight = static_cast<float>(weight / sum);
  }
  return all;
}

// Four floats at once: a pixel's three channels and one that is thrown away.
using Quad = float __attribute__((vector_size(16)));

// One output row from a row of floats that has one more behind its last pixel.
void resampleRow(const float* row, const std::vector<Taps>& taps, std::uint8_t* out) {
  for (const Taps& tap : taps) {
    Quad sum{0.5f, 0.5f, 0.5f, 0.5f};  // rounds the cast below
    const float* pixel = row + tap.first * 3;
    for (const float weight : tap.weights) {
      Quad value;
      std::memcpy(&value, pixel, sizeof value);
      sum += value * weight;
      pixel += 3;
    }
    for (int channel = 0; channel < 3; ++channel)
      *out++ = static_cast<std::uint8_t>(std::clamp(sum[channel], 0.f, 255.f));
  }
}

}  // namespace

Image resized(const Image& image, int width, int height) {
  if (width == image.width && height == image.height) return image;
  if (image.empty() || width < 1 || height < 1) return {};
  const std::vector<Taps> across = tapsFor(image.width, width), down = tapsFor(image.height, height);
  const std::size_t rowBytes = image.stride();
  Image result{width, height, {}};
  result.rgb.resize(result.stride() * static_cast<std::size_t>(height));
  std::vector<float> row(rowBytes + 1);
  for (std::size_t y = 0; y < down.size(); ++y) {
    std::fill(row.begin(), row.end(), 0.f);
    for (std::size_t i = 0; i < down[y].weights.size(); ++i) {
      const std::uint8_t* source = image.rgb.data() + (down[y].first + i) * rowBytes;
      const float weight = down[y].weights[i];
      for (std::size_t x = 0; x < rowBytes; ++x) row[x] += weight * static_cast<float>(source[x]);
    }
    resampleRow(row.data(), across, result.rgb.data() + y * result.stride());
  }
  return result;
}

Image centerCropped(const Image& image, int width, int height) {
  if (width == image.width && height == image.height) return image;
  if (width < 1 || height < 1 || width > image.width || height > image.height) return {};
  Image result{width, height, {}};
  result.rgb.reserve(result.stride() * static_cast<std::size_t>(height));
  const int left = (image.width - width) / 2, top = (image.height - height) / 2;
  for (int y = 0; y < height; ++y) {
    const auto first = image.rgb.begin() + static_cast<std::ptrdiff_t>(
                                               (top + y) * static_cast<std::ptrdiff_t>(image.stride()) + left * 3);
    result.rgb.insert(result.rgb.end(), first, first + static_cast<std::ptrdiff_t>(result.stride()));
  }
  return result;
}

}  // namespace pleinair
