#include <algorithm>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;
constexpr float kRange = 0.3F;

/// Tops of firs, one beside the other in two rows.  -> [B, 1, 1, W] in 0..1.5
at::Tensor firs(const Canvas& canvas, std::int64_t salt) {
  constexpr std::int64_t kTrees = 16;
  const at::Tensor heights = lattice(canvas.seeds, salt, 2, kTrees) * 0.9 + 0.6;
  at::Tensor tops;
  for (std::int64_t row = 0; row < 2; ++row) {
    const at::Tensor place = canvas.x * static_cast<double>(kTrees) + 0.5 * static_cast<double>(row);
    const at::Tensor beside = (fraction(place) - 0.5).abs();  // 0 at the trunk, 0.5 between two trees
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

/// What all the layers of hills share.
struct Slopes {
  at::Tensor texture;  // [B, 3, 128, 128] height of the ground, its folds' light, and where woods grow
  at::Tensor tips;     // [B, 1, 1, W] tops of the trees in the rows of a wood
  at::Tensor side;     // -1 where the sun stands left of the picture's middle, 1 right of it
  at::Tensor low;      // 1 under a sun that stands at the horizon
  at::Tensor towards;  // [B, 1, 1, W] how near to the sun's light a place is
};

Slopes prepare(const Canvas& canvas) {
  Slopes slopes;
  slopes.side = (canvas.get(Q::SunX) - 0.5).sign();
  const at::Tensor height =
      fractalNoise(canvas.seeds, {.salt = 66, .size = 64, .cells = 8, .octaves = 3, .gain = 0.5});
  const at::Tensor beyond = at::where(slopes.side > 0.0, height.roll({-2, -3}, {2, 3}), height.roll({-2, 3}, {2, 3}));
  slopes.texture = at::cat({height, (height - beyond).clamp(-1.0, 1.0), height.flip({2, 3})}, 1);
  slopes.low = smoothstep(canvas.get(Q::Horizon) - canvas.get(Q::SunY), 0.2, 0.4).neg().add(1.0);
  slopes.towards = ((canvas.x - canvas.get(Q::SunX)).abs() / -0.28).exp() * canvas.get(Q::SunLight);
  if (canvas.uses(Q::Trees)) {
    slopes.tips = firs(canvas, 68);
  }
  return slopes;
}

/// Rows of a wood stand one below the other on a slope: each is light at its tops and dark, or misty, at its foot.
/// -> [B, 1, H, W] about 1
at::Tensor woodRows(const Canvas& canvas, const Slopes& slopes, const at::Tensor& inside, const at::Tensor& relief) {
  const at::Tensor tall = canvas.get(Q::Trees).clamp_min(0.02) * 1.1;
  const at::Tensor depth = inside / tall;
  const at::Tensor shift = (depth.floor() * 0.37).expand({-1, -1, -1, canvas.size});
  const at::Tensor middle = at::full({1, 1, 1, 1}, 0.5, canvas.x.options());
  const at::Tensor rows = depth + sampleTexture(slopes.tips, canvas.x * 0.8 + shift, middle) * 0.5 + relief * 0.3;
  const at::Tensor down = fraction(rows);
  return 1.0 + (0.45 - down) * 0.4 * smoothstep(canvas.get(Q::Trees), 0.02, 0.03);
}

/// Light on a layer: the folds of the slope, woods and meadows on it.
at::Tensor slopeLight(const Canvas& canvas, const Slopes& slopes, const at::Tensor& inside, int layer) {
  const at::Tensor v = inside * 1.1 + 0.17 * layer;
  const at::Tensor u = canvas.x * 0.55 + v * 0.3 + 0.21 * layer;
  const at::Tensor seen = sampleTexture(slopes.texture, u, v);
  const at::Tensor relief = seen.slice(1, 0, 1);
  const at::Tensor fold = seen.slice(1, 1, 2);
  const at::Tensor built = smoothstep(canvas.get(Q::Blocks), 0.0, 0.01);
  const at::Tensor wood = smoothstep(seen.slice(1, 2, 3), 0.2, 0.5);
  at::Tensor light = (1.02 + fold * 0.6 + relief * 0.08) * (1.0 - wood * 0.34);
  if (canvas.uses(Q::Trees)) {
    light = light * woodRows(canvas, slopes, inside, relief);
  }
  return (light + (1.0 - light) * built * 0.8).clamp(0.25, 1.8);
}

void paintHills(Canvas& canvas) {
  const at::Tensor layers = canvas.get(Q::Layers);
  const Slopes slopes = prepare(canvas);
  const at::Tensor farLand = canvas.get(Tint::FarLand);
  const at::Tensor haze = canvas.get(Q::Haze);
  if (canvas.uses(Q::Lights)) {  // the glow of a lit city in the air above it
    const at::Tensor warm = at::tensor({0.1, 0.055, 0.02}, canvas.picture.options()).view({1, 3, 1, 1});
    canvas.picture = canvas.picture + warm * (canvas.up.clamp_min(0.0) / -0.2).exp() * canvas.get(Q::Lights);
  }
  const at::Tensor gleam = (canvas.get(Tint::Sun) * 0.3 + canvas.get(Tint::Sky0) * 0.4) * slopes.low;
  for (int layer = 0; layer < mostLayers(canvas); ++layer) {
    const at::Tensor present = (layers > layer).to(at::kFloat);
    const at::Tensor line = ridgeLine(canvas, layer) - canvas.get(Q::RidgeDrop) * layer;
    const at::Tensor inside = line - canvas.up;  // depth below the ridge
    const at::Tensor mask = (inside * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0) * present;
    const at::Tensor nearness = ((layer + 0.5) / layers.clamp_min(1.0)).clamp(0.0, 1.0);
    at::Tensor land = farLand + (canvas.get(Tint::NearLand) - farLand) * nearness;
    land = land * slopeLight(canvas, slopes, inside.clamp_min(0.0), layer);
    // A low sun draws a bright rim along the crest, the brighter the nearer a place is to it.
    const at::Tensor rim = (inside.clamp_min(0.0) / -0.012).exp() * (slopes.towards * 0.55 + 0.05);
    land = land + gleam * rim * (1.0 - nearness * 0.5);
    const at::Tensor aerial = (haze * 0.6 + 0.15) * (1.0 - nearness) * 1.2;
    const at::Tensor valley = (inside * 3.5).clamp(0.0, 0.5) * (haze * 0.7 + 0.3) * (1.15 - nearness);
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

}  // namespace pleinair::etude
