#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;
constexpr std::int64_t kPeaks = 5;

/// A chain of broad peaks. Heights are in ridge heights of the scene, 1 for the highest.
struct Chain {
  at::Tensor line;     // [B, 1, 1, W] the crest
  at::Tensor summits;  // [B, 2, 1, W] x and height of the peak that each place belongs to
};

Chain raise(const Canvas& canvas, int layer, const at::Tensor& tall) {
  const std::int64_t salt = 70 + layer * 2;
  const at::Tensor random = lattice(canvas.seeds, salt, kPeaks, 5);  // [B, 1, P, 5]
  const auto number = [&](std::int64_t k) { return random.slice(3, k, k + 1); };
  const at::Tensor order = at::arange(kPeaks, canvas.x.options()).view({1, 1, kPeaks, 1});
  const at::Tensor x = (order + number(0) * 1.9 - 0.45) / static_cast<double>(kPeaks);
  const at::Tensor chief = (order == (layer * 3 + 1) % kPeaks).to(at::kFloat);  // one mountain towers over the others
  const at::Tensor height = number(1) * 0.5 + 0.3 + chief * (0.7 - number(1) * 0.45);
  const at::Tensor aside = canvas.x - x;  // [B, 1, P, W]
  const at::Tensor slope = at::where(aside < 0.0, number(2), number(3)) * 0.6 + 0.42;
  const auto [line, owner] = (height - aside.abs() * slope / tall.clamp_min(0.17)).max(2, true);
  const at::Tensor index = owner.expand({-1, 1, 1, canvas.size});
  const auto of = [&](const at::Tensor& value) {
    return value.expand({-1, 1, kPeaks, canvas.size}).gather(2, index);
  };
  const at::Tensor crags =
      fractalLine(canvas.seeds, {.salt = salt + 1, .size = canvas.size, .cells = 7, .octaves = 4, .gain = 0.45});
  const at::Tensor foot =
      at::upsample_bicubic2d(random.slice(3, 4, 5).view({-1, 1, 1, kPeaks}), {1, canvas.size}, false);
  return {at::maximum(line + crags * (0.02 / tall).clamp(0.06, 0.18), foot * 0.36 + crags * 0.05 + 0.08),
          at::cat({of(x), of(height)}, 1)};
}

/// What is seen of one chain: how much sun a place gets, and its share of snow.
struct Faces {
  at::Tensor light, snow;
};

/// Flanks fall away from each summit like the sides of a tent: ribs run down from it, and what lies on the sun's side
/// of a rib is bright.
Faces carve(const Canvas& canvas, const Chain& chain, const at::Tensor& texture, const at::Tensor& height,
            const at::Tensor& tall, int layer) {
  const at::Tensor side = (canvas.get(Q::SunX) - 0.5).sign();
  const double shift = 0.23 * layer + 0.1;
  const at::Tensor rough = sampleTexture(texture, canvas.x * 0.9 + shift, height * tall * 1.3 + shift);
  const at::Tensor below = (chain.line - height).clamp_min(0.0);
  const at::Tensor x = canvas.x + rough * below * 0.05;  // where two mountains meet, the valley winds
  const at::Tensor owner = sampleTexture(chain.summits, x, at::full({1, 1, 1, 1}, 0.5, canvas.x.options()));
  const at::Tensor fall = (owner.slice(1, 1, 2) - height).clamp_min(0.0) * tall + 0.015;
  const at::Tensor fan = (canvas.x - owner.slice(1, 0, 1)) / fall;
  const at::Tensor v = fall * 0.8 + owner.slice(1, 0, 1) * 5.0;
  const at::Tensor rib = sampleTexture(texture, v * 0.35, v * 1.6 + shift) * 0.3 - side * 0.15;
  const at::Tensor face = ((fan - rib) * side * 5.0).clamp(-1.0, 1.0);
  // Smaller ribs along the fall line: folds of a texture that is stretched downwards.
  const at::Tensor u = fan * 0.16 + owner.slice(1, 0, 1) * 3.0;
  const at::Tensor w = fall * 0.9 + rough * 0.015;
  const at::Tensor fold = (sampleTexture(texture, u + side * 0.02, w).abs() - sampleTexture(texture, u, w).abs());
  const at::Tensor light = (face * 0.36 - fold * 0.5 + 0.52 + rough * 0.04).clamp(0.0, 1.15);
  const at::Tensor line = height + rough * 0.1 - fold * 0.22 + face * side * 0.04;
  return {light, smoothstep(line, 0.4, 0.5) * canvas.get(Q::SnowCaps)};
}

}  // namespace

void paintMountains(Canvas& canvas) {
  const at::Tensor layers = canvas.get(Q::Layers);
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 66, .size = 128, .cells = 8, .octaves = 3, .gain = 0.45});
  const at::Tensor farLand = canvas.get(Tint::FarLand);
  const at::Tensor sky = canvas.get(Tint::Sky2);
  const at::Tensor haze = canvas.get(Q::Haze);
  // Under heavy clouds the little light there is comes in from the side, or all forms would be lost.
  const at::Tensor heavy = smoothstep(canvas.get(Q::CloudCover), -0.4, 0.6);
  const at::Tensor gleam = canvas.get(Tint::Sky0) * 0.05 + canvas.get(Tint::CloudLit) * heavy * 0.05;
  for (int layer = 0; layer < mostLayers(canvas); ++layer) {
    const at::Tensor tall = canvas.get(Q::RidgeHeight).clamp_min(0.02) * (1.0 - 0.16 * layer);
    const at::Tensor height = (canvas.up + canvas.get(Q::RidgeDrop) * layer) / tall;
    const Chain chain = raise(canvas, layer, tall);
    const at::Tensor inside = (chain.line - height) * tall;
    const at::Tensor present = (layers > layer).to(at::kFloat);
    const at::Tensor mask = (inside * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0) * present;
    const Faces faces = carve(canvas, chain, texture, height, tall, layer);

    const at::Tensor nearness = ((layer + 0.5) / layers).clamp(0.0, 1.0);
    at::Tensor rock = farLand + (canvas.get(Tint::NearLand) - farLand) * nearness;
    at::Tensor lit = rock * (heavy * 0.45 + 1.5) + gleam;
    at::Tensor shade = rock * (heavy * -0.1 + 0.34) + sky * 0.03;
    if (canvas.uses(Q::SnowCaps)) {
      const at::Tensor white = canvas.get(Tint::CloudLit) * 0.85 + canvas.get(Tint::Sun) * 0.08;
      lit = lit + (white - lit) * faces.snow;
      shade = shade + (white * 0.24 + sky * 0.28 - shade) * faces.snow;
    }
    const at::Tensor land = shade + (lit - shade) * faces.light;
    const at::Tensor air = (haze * 0.55 + 0.22) * (1.0 - nearness) * 1.15 +
                           (inside * 2.2).clamp(0.0, 0.4) * (haze * 0.8 + 0.2) * (1.0 - nearness);
    const at::Tensor distance = canvas.haze * 0.8 + sky * 0.15;
    canvas.lay(land + (distance - land) * (air * (1.0 - heavy * 0.35)).clamp(0.0, 0.9), mask);
  }
}

}  // namespace pleinair::etude
