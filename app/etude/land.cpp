#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;
constexpr int kMostLayers = 4;

/// Blocks of flats: lattice columns without interpolation.  -> [B, 1, 1, W] in 0..1
at::Tensor skyline(const Canvas& canvas, std::int64_t salt, std::int64_t columns) {
  const at::Tensor heights = lattice(canvas.seeds, salt, 1, columns);
  return at::upsample_nearest1d(heights.squeeze(2), {canvas.size}).unsqueeze(2);
}

at::Tensor ridgeLine(const Canvas& canvas, int layer) {
  const std::int64_t salt = 70 + layer * 6;
  const at::Tensor peaks =
      1.0 -
      fractalLine(canvas.seeds, {.salt = salt, .size = canvas.size, .cells = 4, .octaves = 6, .gain = 0.48}).abs() *
          0.75;
  const at::Tensor hills =
      at::upsample_bicubic2d(lattice(canvas.seeds, salt + 1, 1, 6), {1, canvas.size}, false) * 0.9;
  const at::Tensor jagged = canvas.get(Q::Jagged);
  at::Tensor line = (peaks.clamp_min(0.0) * jagged + hills * (1.0 - jagged)) * canvas.get(Q::RidgeHeight);
  if (canvas.uses(Q::Trees)) {
    const at::Tensor tops =
        fractalLine(canvas.seeds, {.salt = salt + 2, .size = canvas.size, .cells = 40, .octaves = 3, .gain = 0.8});
    line = line + (tops * 0.35 + 0.6).clamp(0.1, 1.4) * canvas.get(Q::Trees) * (0.6 + 0.5 * layer);
  }
  if (canvas.uses(Q::Blocks)) {
    const at::Tensor towers = skyline(canvas, salt + 3, 22 + 5 * layer).pow(2.5);
    const at::Tensor houses = skyline(canvas, salt + 4, 61);
    line = line + (towers * (layer == 0 ? 1.0 : 0.7) + houses * 0.18 + 0.06) * canvas.get(Q::Blocks);
  }
  return line;
}

void lightWindows(Canvas& canvas, const at::Tensor& mask, int layer) {
  const at::Tensor rooms = lattice(canvas.seeds, 95 + layer, 64, 64);
  const at::Tensor lit = at::upsample_nearest2d(smoothstep(rooms, 0.74, 0.8), {canvas.size, canvas.size});
  const at::Tensor warm = at::tensor({1.0, 0.72, 0.36}, canvas.picture.options()).view({1, 3, 1, 1});
  const at::Tensor built = smoothstep(canvas.get(Q::Blocks), 0.0, 0.01);
  canvas.lay(warm * (rooms.mean() * 0.0 + 0.8),
             lit * mask * canvas.get(Q::Lights) * built * (layer == 0 ? 0.35 : 0.8));
}

}  // namespace

void paintRidges(Canvas& canvas) {
  if (!canvas.uses(Q::Layers)) {
    return;
  }
  const at::Tensor layers = canvas.get(Q::Layers);
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 66, .size = 256, .cells = 8, .octaves = 5, .gain = 0.65});
  const at::Tensor side = (canvas.get(Q::SunX) - 0.5).sign();
  for (int layer = 0; layer < kMostLayers; ++layer) {
    const at::Tensor present = (layers > layer).to(at::kFloat);
    const at::Tensor line = ridgeLine(canvas, layer) - canvas.get(Q::RidgeDrop) * layer;
    const at::Tensor inside = line - canvas.up;  // depth below the ridge
    const at::Tensor mask = (inside * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0) * present;

    const at::Tensor v = inside * 0.9 + 0.13 * layer;
    const at::Tensor relief = sampleTexture(texture, canvas.x * 0.8 + v * 0.3, v);
    const at::Tensor lower = sampleTexture(texture, canvas.x * 0.8 + v * 0.3 + side * 0.012, v + 0.006);
    const at::Tensor jagged = canvas.get(Q::Jagged);
    const at::Tensor facing = (relief - lower) * (jagged * 0.45 + 0.12) + relief * 0.1 + 1.0;
    const at::Tensor nearness = ((layer + 0.5) / layers.clamp_min(1.0)).clamp(0.0, 1.0);
    const at::Tensor farLand = canvas.get(Tint::FarLand);
    at::Tensor land = farLand + (canvas.get(Tint::NearLand) - farLand) * nearness;
    if (canvas.uses(Q::SnowCaps)) {
      const at::Tensor height = canvas.up / canvas.get(Q::RidgeHeight).clamp_min(0.01);
      const at::Tensor cap = smoothstep(height + relief * 0.12 - 0.3, 0.0, 0.16) * canvas.get(Q::SnowCaps);
      const at::Tensor snow = (canvas.get(Tint::CloudLit) * 0.75 + canvas.get(Tint::Sky2) * 0.2);
      land = land + (snow - land) * cap;
    }
    land = land * facing.clamp(0.25, 2.0);
    const at::Tensor aerial = (canvas.get(Q::Haze) * 0.6 + 0.15) * (1.0 - nearness) * 1.2;
    const at::Tensor valley = (inside * 2.5).clamp(0.0, 0.35) * canvas.get(Q::Haze) * (1.0 - nearness);
    canvas.lay(land + (canvas.haze - land) * (aerial + valley).clamp(0.0, 0.92), mask);
    if (canvas.uses(Q::Lights) && layer < 2) {
      lightWindows(canvas, mask, layer);
    }
  }
}

void paintGround(Canvas& canvas) {
  if (!canvas.uses(Q::Flat)) {
    return;
  }
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
  const at::Tensor broad = fractalNoise(canvas.seeds, {.salt = 103, .size = canvas.size, .cells = 3, .octaves = 4});
  const at::Tensor farLand = canvas.get(Tint::FarLand);
  at::Tensor color = farLand + (canvas.get(Tint::NearLand) - farLand) * smoothstep(below, 0.0, 0.25);
  color = color * (1.0 + grain + rows * 0.35 + broad * 0.07).clamp_min(0.15);
  color = color + (canvas.haze - color) * (below / -0.05).exp() * canvas.get(Q::Haze) * 0.6;
  const at::Tensor mask = (below * static_cast<double>(canvas.size)).clamp(0.0, 1.0) * canvas.get(Q::Flat);
  canvas.lay(color, mask);
}

}  // namespace pleinair::etude
