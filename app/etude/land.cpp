#include <algorithm>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;
constexpr float kRange = 0.3F;

/// Tops of firs, one beside the other in two rows.  -> [B, 1, 1, W] in 0..1.5
at::Tensor firs(const Canvas& canvas, std::int64_t salt) {
  constexpr std::int64_t kTrees = 32;
  const at::Tensor heights = lattice(canvas.seeds, salt, 2, kTrees) * 0.9 + 0.6;
  at::Tensor tops;
  for (std::int64_t row = 0; row < 2; ++row) {
    const at::Tensor place = canvas.x * static_cast<double>(kTrees) + 0.5 * static_cast<double>(row);
    const at::Tensor beside = (place - place.floor() - 0.5).abs();  // 0 at the trunk, 0.5 between two trees
    const at::Tensor index = place.floor().remainder(static_cast<double>(kTrees)).to(at::kLong).view({-1});
    const at::Tensor one = heights.slice(2, row, row + 1).index_select(3, index) * (1.0 - beside * 1.7);
    tops = tops.defined() ? at::maximum(tops, one) : one;
  }
  return tops;
}

at::Tensor ridgeLine(const Canvas& canvas, int layer) {
  const std::int64_t salt = 70 + layer * 6;
  const at::Tensor hills =
      at::upsample_bicubic2d(lattice(canvas.seeds, salt + 1, 1, 6), {1, canvas.size}, false) * 0.9;
  at::Tensor line = hills * canvas.get(Q::RidgeHeight);
  if (canvas.uses(Q::Trees)) {
    const at::Tensor tops =
        fractalLine(canvas.seeds, {.salt = salt + 2, .size = canvas.size, .cells = 40, .octaves = 3, .gain = 0.8});
    const at::Tensor trees = canvas.get(Q::Trees);
    const at::Tensor pines = smoothstep(trees, 0.02, 0.03);
    const at::Tensor mixed = (tops * 0.35 + 0.6).clamp(0.1, 1.4);
    line = line + (mixed + (firs(canvas, salt + 2) + tops * 0.06 - mixed) * pines) * trees * (0.6 + 0.5 * layer);
  }
  if (canvas.uses(Q::Blocks)) {
    line = line + cityLine(canvas, layer);
  }
  return line;
}

void paintHills(Canvas& canvas) {
  const at::Tensor layers = canvas.get(Q::Layers);
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 66, .size = 256, .cells = 8, .octaves = 5, .gain = 0.65});
  const at::Tensor side = (canvas.get(Q::SunX) - 0.5).sign();
  if (canvas.uses(Q::Lights)) {  // the glow of a lit city in the air above it
    const at::Tensor warm = at::tensor({0.1, 0.055, 0.02}, canvas.picture.options()).view({1, 3, 1, 1});
    canvas.picture = canvas.picture + warm * (canvas.up.clamp_min(0.0) / -0.2).exp() * canvas.get(Q::Lights);
  }
  for (int layer = 0; layer < mostLayers(canvas); ++layer) {
    const at::Tensor present = (layers > layer).to(at::kFloat);
    const at::Tensor line = ridgeLine(canvas, layer) - canvas.get(Q::RidgeDrop) * layer;
    const at::Tensor inside = line - canvas.up;  // depth below the ridge
    const at::Tensor mask = (inside * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0) * present;

    const at::Tensor v = inside * 0.9 + 0.13 * layer;
    const at::Tensor relief = sampleTexture(texture, canvas.x * 0.8 + v * 0.3, v);
    const at::Tensor lower = sampleTexture(texture, canvas.x * 0.8 + v * 0.3 + side * 0.012, v + 0.006);
    const at::Tensor facing = (relief - lower) * 0.2 + relief * 0.1 + 1.0;
    const at::Tensor nearness = ((layer + 0.5) / layers.clamp_min(1.0)).clamp(0.0, 1.0);
    const at::Tensor farLand = canvas.get(Tint::FarLand);
    at::Tensor land = farLand + (canvas.get(Tint::NearLand) - farLand) * nearness;
    land = land * facing.clamp(0.25, 2.0);
    const at::Tensor aerial = (canvas.get(Q::Haze) * 0.6 + 0.15) * (1.0 - nearness) * 1.2;
    const at::Tensor valley = (inside * 2.5).clamp(0.0, 0.35) * canvas.get(Q::Haze) * (1.0 - nearness);
    canvas.lay(land + (canvas.haze - land) * (aerial + valley).clamp(0.0, 0.92), mask);
    if (canvas.uses(Q::Lights) && layer < 2) {
      lightWindows(canvas, mask, inside, layer);
    }
  }
}

/// The sharp ranges are built otherwise than round hills, woods and houses.
bool isRange(const Scene& scene) { return scene.at(Q::Jagged) > kRange; }

}  // namespace

int mostLayers(const Canvas& canvas) {
  float most = 0.0F;
  for (const Scene& scene : *canvas.scenes) {
    most = std::max(most, scene.at(Q::Layers));
  }
  return static_cast<int>(most);
}

void paintRidges(Canvas& canvas) {
  paintWhere(
      canvas, [](const Scene& scene) { return scene.at(Q::Layers) > 0.0F && isRange(scene); }, &paintMountains);
  paintWhere(
      canvas, [](const Scene& scene) { return scene.at(Q::Layers) > 0.0F && !isRange(scene); }, &paintHills);
}

namespace {

void paintOpenGround(Canvas& canvas) {
  const at::Tensor below = canvas.up.neg().clamp_min(0.0);
  const at::Tensor distance = (below + 0.02).reciprocal() * 0.1;
  const at::Tensor u = (canvas.x - 0.5) * distance;
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 101, .size = 512, .cells = 16, .octaves = 6, .gain = 0.7});
  const at::Tensor sharp = (distance.reciprocal() * 0.25).clamp(0.0, 1.0);
  const at::Tensor grain =
      sampleTexture(texture, u * 0.6 + 0.4, distance * 0.6) * sharp * canvas.get(Q::GroundGrain) * 0.28;
  const at::Tensor turn = lattice(canvas.seeds, 102, 1, 1) - 0.5;
  const at::Tensor rows = ((u + turn * distance * 0.7) * 60.0).sin() * canvas.get(Q::Furrows) * sharp;
  // Meadows and fields of different green and gold lie behind one another.
  const at::Tensor broad = sampleTexture(texture, u * 0.42 + turn * 0.5 + 0.5, distance * 0.2 + 0.1);
  const at::Tensor farLand = canvas.get(Tint::FarLand);
  at::Tensor color = farLand + (canvas.get(Tint::NearLand) - farLand) * smoothstep(below, 0.0, 0.25);
  color = color * (1.0 + grain + rows * 0.35 + broad * 0.11).clamp_min(0.15);
  color = color + (canvas.haze - color) * (below / -0.05).exp() * canvas.get(Q::Haze) * 0.6;
  const at::Tensor mask = (below * static_cast<double>(canvas.size)).clamp(0.0, 1.0) * canvas.get(Q::Flat);
  canvas.lay(color, mask);
}

}  // namespace

void paintGround(Canvas& canvas) { paintWith<Q::Flat>(canvas, &paintOpenGround); }

}  // namespace pleinair::etude
