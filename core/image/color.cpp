// CIELAB under D65 from sRGB, and CIEDE2000 as in Sharma, Wu and Dalal, "The CIEDE2000 color-difference formula:
// implementation notes, supplementary test data, and mathematical observations", Color Research & Application 30
// (2005).
#include "core/image/color.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace pleinair {
namespace {

constexpr double kDelta = 6.0 / 29.0;
constexpr std::array<double, 3> kWhite{0.95047, 1.0, 1.08883};

double linearFromByte(std::uint8_t byte) {
  static const std::array<double, 256> table = [] {
    std::array<double, 256> values{};
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double encoded = static_cast<double>(i) / 255.0;
      values[i] = encoded <= 0.04045 ? encoded / 12.92 : std::pow((encoded + 0.055) / 1.055, 2.4);
    }
    return values;
  }();
  return table[byte];
}

std::uint8_t byteFromLinear(double linear) {
  const double clamped = std::clamp(linear, 0.0, 1.0);
  const double encoded = clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * std::pow(clamped, 1 / 2.4) - 0.055;
  return static_cast<std::uint8_t>(std::lround(encoded * 255));
}

double labCurve(double t) {
  return t > kDelta * kDelta * kDelta ? std::cbrt(t) : t / (3 * kDelta * kDelta) + 4.0 / 29.0;
}
double labCurveInverse(double t) { return t > kDelta ? t * t * t : 3 * kDelta * kDelta * (t - 4.0 / 29.0); }

double degrees(double radians) { return radians * 180 / std::numbers::pi; }
double radians(double angle) { return angle * std::numbers::pi / 180; }
double power7(double x) { return std::pow(x, 7); }

double hueOf(double a, double b) {
  if (a == 0 && b == 0) return 0;
  const double hue = degrees(std::atan2(b, a));
  return hue < 0 ? hue + 360 : hue;
}

// The difference and the mean of two hues, going the short way round.
struct Hues {
  double difference, mean;
};
Hues compareHues(double first, double second, bool bothColoured) {
  if (!bothColoured) return {0, first + second};
  const double plain = second - first;
  if (std::abs(plain) <= 180) return {plain, (first + second) / 2};
  const double sum = first + second;
  return {plain > 180 ? plain - 360 : plain + 360, sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2};
}

}  // namespace

Lab labFromSrgb(std::uint8_t red, std::uint8_t green, std::uint8_t blue) {
  const double r = linearFromByte(red), g = linearFromByte(green), b = linearFromByte(blue);
  const double x = labCurve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / kWhite[0]);
  const double y = labCurve((0.2126729 * r + 0.7151522 * g + 0.0721750 * b) / kWhite[1]);
  const double z = labCurve((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / kWhite[2]);
  return {116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

std::array<std::uint8_t, 3> srgbFromLab(const Lab& lab) {
  const double level = (lab.l + 16) / 116;
  const double x = kWhite[0] * labCurveInverse(level + lab.a / 500);
  const double y = kWhite[1] * labCurveInverse(level);
  const double z = kWhite[2] * labCurveInverse(level - lab.b / 200);
  return {byteFromLinear(3.2404542 * x - 1.5371385 * y - 0.4985314 * z),
          byteFromLinear(-0.9692660 * x + 1.8760108 * y + 0.0415560 * z),
          byteFromLinear(0.0556434 * x - 0.2040259 * y + 1.0572252 * z)};
}

double ciede2000(const Lab& first, const Lab& second) {
  const double meanChroma7 = power7((std::hypot(first.a, first.b) + std::hypot(second.a, second.b)) / 2);
  const double kTwentyFive7 = power7(25);
  const double g = 0.5 * (1 - std::sqrt(meanChroma7 / (meanChroma7 + kTwentyFive7)));
  const double a1 = (1 + g) * first.a, a2 = (1 + g) * second.a;
  const double chroma1 = std::hypot(a1, first.b), chroma2 = std::hypot(a2, second.b);
  const Hues hue = compareHues(hueOf(a1, first.b), hueOf(a2, second.b), chroma1 * chroma2 != 0);

  const double deltaL = second.l - first.l;
  const double deltaC = chroma2 - chroma1;
  const double deltaH = 2 * std::sqrt(chroma1 * chroma2) * std::sin(radians(hue.difference / 2));

  const double meanL = (first.l + second.l) / 2, meanC = (chroma1 + chroma2) / 2;
  const double t = 1 - 0.17 * std::cos(radians(hue.mean - 30)) + 0.24 * std::cos(radians(2 * hue.mean)) +
                   0.32 * std::cos(radians(3 * hue.mean + 6)) - 0.20 * std::cos(radians(4 * hue.mean - 63));
  const double turn = 30 * std::exp(-std::pow((hue.mean - 275) / 25, 2));
  const double rc = 2 * std::sqrt(power7(meanC) / (power7(meanC) + kTwentyFive7));
  const double distance50 = (meanL - 50) * (meanL - 50);
  const double sl = 1 + 0.015 * distance50 / std::sqrt(20 + distance50);
  const double sc = 1 + 0.045 * meanC, sh = 1 + 0.015 * meanC * t;
  const double rt = -std::sin(radians(2 * turn)) * rc;
  const double l = deltaL / sl, c = deltaC / sc, h = deltaH / sh;
  return std::sqrt(std::max(0.0, l * l + c * c + h * h + rt * c * h));
}

double paletteDistance(const std::vector<PaletteColor>& first, const std::vector<PaletteColor>& second) {
  const std::size_t count = first.size();
  if (count == 0 || second.size() != count || count > 16) return std::numeric_limits<double>::quiet_NaN();
  // best[mask]: the cheapest way to give the first colours those of `second` whose bits are set.
  std::vector<double> best(std::size_t{1} << count, std::numeric_limits<double>::infinity());
  best[0] = 0;
  for (std::size_t mask = 0; mask + 1 < best.size(); ++mask) {
    const auto next = static_cast<std::size_t>(__builtin_popcountll(mask));
    for (std::size_t j = 0; j < count; ++j) {
      if ((mask >> j & 1) != 0) continue;
      double& cost = best[mask | std::size_t{1} << j];
      cost = std::min(cost, best[mask] + ciede2000(first[next].color, second[j].color));
    }
  }
  return best.back() / static_cast<double>(count);
}

}  // namespace pleinair
