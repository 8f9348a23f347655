#include "app/etude/noise.h"
#include "app/etude/paint.h"

namespace pleinair::etude {

/// Patches of colour along the forms, each stroke of a slightly different mixture, and a hint of thick paint.
at::Tensor oil(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor drift = fractalNoise(seeds, {.salt = 151, .size = size, .cells = 4, .octaves = 2, .gain = 0.5});
  const Flow flow = flowOf(pictures, drift);
  const at::Tensor white = fractalNoise(seeds, {.salt = 152, .size = size, .cells = 24, .octaves = 2, .gain = 0.5});
  const at::Tensor bristles = smeared(white, flow, 20.0, 8);
  const Places at = placesOf(pictures);
  const at::Tensor moved = sampleTexture(pictures, at.x + bristles * 0.008 * flow.dy + flow.dx * white * 0.012,
                                         at.y - bristles * 0.008 * flow.dx + flow.dy * white * 0.012);
  const at::Tensor patches = roundAgain(evened(evened(moved, 4), 3), pictures, discs);
  // Broken colour: neighbouring strokes lean to the warm and to the cool.
  const at::Tensor lean = at::tensor({0.032, 0.004, -0.034}, pictures.options()).view({1, 3, 1, 1});
  const at::Tensor hue = smeared(white.roll({37, 71}, {2, 3}), flow, 15.0, 6);
  // Light from the upper left on the ridges of paint.
  const at::Tensor edge = bristles - sampleTexture(bristles, at.x - 0.006, at.y - 0.006);
  const at::Tensor paint =
      saturated(patches, 1.35) * (1.0 + bristles * 0.05 + (edge * 0.05).clamp(-0.1, 0.1)) + lean * hue;
  return paint.clamp(0.0, 1.0);
}

/// Thin colour on white paper: washes with soft edges that run into each other, pigment that settles in the grain and
/// gathers at the rims, and light that comes from the paper.
at::Tensor watercolour(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor noise = fractalNoise(seeds, {.salt = 153, .size = size, .cells = 6, .octaves = 5, .gain = 0.6});
  const at::Tensor paper = fractalNoise(seeds, {.salt = 154, .size = size, .cells = 64, .octaves = 2, .gain = 0.8});
  const Places at = placesOf(pictures);
  const at::Tensor moved = sampleTexture(pictures, at.x + noise * 0.008, at.y - noise * 0.007);
  const at::Tensor washed = roundAgain(evened(evened(moved, 5), 4), pictures, discs);
  // Here and there the paper was wet and the colours ran.
  const at::Tensor wet = noise.roll({90, 40}, {2, 3}).mul(0.7).add(0.15).clamp(0.0, 1.0);
  const at::Tensor soft = blurred(blurred(washed, 4), 4);
  const at::Tensor wash = washed + (soft - washed) * wet;
  const at::Tensor rim = (blurred(washed, 2) - washed).mean(1, true).clamp_min(0.0) * (1.0 - wet);
  // A painter mixes greys from a warm and a cool pigment, which part again on the paper.
  const at::Tensor colour = wash.amax(1, true) - wash.amin(1, true);
  const at::Tensor mixed = (colour / -0.12).exp() * (noise * 0.35 + 0.6).clamp(-0.15, 1.2);
  const at::Tensor lean = at::tensor({0.15, 0.03, -0.17}, pictures.options()).view({1, 3, 1, 1});
  // Pigment is what takes light away.
  const at::Tensor dark = (1.0 - saturated(wash, 1.7)) * (1.0 + lean * mixed);
  const at::Tensor amount = (0.7 + noise * 0.02 + paper * 0.022 + rim * 1.4).clamp(0.3, 1.3);
  const at::Tensor pigment = (dark * amount - 0.03).clamp_min(0.0);
  const at::Tensor white = at::tensor({0.985, 0.975, 0.95}, pictures.options()).view({1, 3, 1, 1});
  return (white - pigment * (1.0 - pigment * 0.14)).clamp(0.0, 1.0);
}

/// Soft chalk over toned paper, whose grain shows between the strokes.
at::Tensor pastel(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor grain = fractalNoise(seeds, {.salt = 156, .size = size, .cells = 64, .octaves = 2, .gain = 0.9});
  const at::Tensor drift = fractalNoise(seeds, {.salt = 157, .size = size, .cells = 3, .octaves = 2, .gain = 0.5});
  const Flow flow = flowOf(pictures, drift * 0.5 + 0.9);  // a hand at rest draws from the upper right
  const at::Tensor strokes = smeared(grain, flow, 9.0, 6);
  const Places at = placesOf(pictures);
  const at::Tensor moved = sampleTexture(pictures, at.x + strokes * 0.005, at.y + strokes * 0.005);
  const at::Tensor soft = roundAgain(evened(moved, 4), pictures, discs);
  const at::Tensor paper = saturated(soft.mean({2, 3}, true), 0.7) * 0.55 + 0.3;
  const at::Tensor bare = ((grain * 0.35 + strokes * 0.7 - 0.45) * 0.5).clamp(0.0, 0.42);
  const at::Tensor chalk = saturated(soft, 1.15) * 0.86 + 0.12 + strokes * 0.03;
  return (chalk + (paper - chalk) * bare).clamp(0.0, 1.0);
}

/// Planes of light that straight cuts through the picture divide: beyond each cut the scene lies a little aside and
/// the light begins anew, so that horizon and buildings are broken but stay what they are.
at::Tensor cubist(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& /*discs*/) {
  constexpr std::int64_t kCuts = 4;
  const auto [x, y] = placesOf(pictures);
  const at::Tensor numbers = lattice(seeds, 159, kCuts, 6);
  at::Tensor u = x + y * 0.0;
  at::Tensor v = y + x * 0.0;
  at::Tensor shade;
  for (std::int64_t cut = 0; cut < kCuts; ++cut) {
    const auto number = [&](std::int64_t k) { return numbers.select(2, cut).select(2, k).view({-1, 1, 1, 1}); };
    // Cuts take turns among the directions, or chance would lay them all alike.
    const at::Tensor angle = (number(0) * 0.8 + static_cast<double>(cut)) * (3.1416 / kCuts * 3.0);
    const at::Tensor away = (x - number(1)) * angle.cos() + (y - number(2)) * angle.sin();
    const at::Tensor side = (away * 512.0).clamp(-1.0, 1.0);
    u = u + side * (number(3) - 0.5) * 0.034;
    v = v + side * (number(4) - 0.5) * 0.026;
    const at::Tensor one = side * (away.abs() / (number(5) * -0.3 - 0.06)).exp() * (number(5) * 0.5 + 0.5);
    shade = shade.defined() ? shade + one : one;
  }
  const at::Tensor seen = evened(sampleTexture(pictures, u, v), 4);
  const at::Tensor light = (shade * 0.2).clamp(-0.42, 0.42);
  const at::Tensor lean = at::tensor({0.1, 0.03, -0.09}, pictures.options()).view({1, 3, 1, 1});
  return (saturated(seen, 1.5) * (1.0 + light) + (lean + 0.1) * light).clamp(0.0, 1.0);
}

}  // namespace pleinair::etude
