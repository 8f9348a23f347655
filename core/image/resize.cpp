// Separable Lanczos-3: each output pixel is a weighted sum of the input under the window sinc(x) sinc(x / 3), which
// widens with the scale when shrinking so that nothing aliases.
#include "core/image/resize.h"

#include <algorithm>
#include <cmath>
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

void shrinkRow(const std::uint8_t* row, const std::vector<Taps>& taps, float* out) {
  for (const Taps& tap : taps) {
    float red = 0, green = 0, blue = 0;
    const std::uint8_t* pixel = row + tap.first * 3;
    for (const float weight : tap.weights) {
      red += weight * static_cast<float>(pixel[0]);
      green += weight * static_cast<float>(pixel[1]);
      blue += weight * static_cast<float>(pixel[2]);
      pixel += 3;
    }
    *out++ = red;
    *out++ = green;
    *out++ = blue;
  }
}

}  // namespace

Image resized(const Image& image, int width, int height) {
  if (width == image.width && height == image.height) return image;
  if (image.empty() || width < 1 || height < 1) return {};
  const std::vector<Taps> across = tapsFor(image.width, width), down = tapsFor(image.height, height);
  const std::size_t rowFloats = static_cast<std::size_t>(width) * 3;
  // Only the input rows under the window are held, as a ring: row y lies in slot y modulo its length.
  std::size_t held = 1;
  for (const Taps& taps : down) held = std::max(held, taps.weights.size() + 1);
  std::vector<float> ring(held * rowFloats), sum(rowFloats);
  Image result{width, height, {}};
  result.rgb.resize(rowFloats * static_cast<std::size_t>(height));
  std::size_t ready = 0;
  for (std::size_t y = 0; y < down.size(); ++y) {
    const Taps& taps = down[y];
    ready = std::max(ready, taps.first);
    for (; ready < taps.first + taps.weights.size(); ++ready) {
      shrinkRow(image.rgb.data() + ready * image.stride(), across, ring.data() + ready % held * rowFloats);
    }
    std::fill(sum.begin(), sum.end(), 0.5f);  // rounds the cast below
    for (std::size_t i = 0; i < taps.weights.size(); ++i) {
      const float* row = ring.data() + (taps.first + i) % held * rowFloats;
      const float weight = taps.weights[i];
      for (std::size_t x = 0; x < rowFloats; ++x) sum[x] += weight * row[x];
    }
    std::uint8_t* out = result.rgb.data() + y * rowFloats;
    for (std::size_t x = 0; x < rowFloats; ++x) out[x] = static_cast<std::uint8_t>(std::clamp(sum[x], 0.f, 255.f));
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
