#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// Open ground seen in perspective, and what the painters of its kinds share.
struct Ground {
  at::Tensor below;     // [B, 1, H, 1] depth under the horizon
  at::Tensor distance;  // [B, 1, H, 1] from the eye
  at::Tensor aside;     // [B, 1, H, W] from the line of sight to the vanishing point
  at::Tensor vanish;    // [B, 1, 1, 1] x where straight rows meet on the horizon
  at::Tensor texture;   // [B, 1, 256, 256]
  at::Tensor side;      // [B, 1, 1, 1] -1 where the light comes from the left, 1 from the right
};

Ground spread(const Canvas& canvas) {
  Ground ground;
  ground.below = canvas.up.neg().clamp_min(0.0);
  ground.distance = (ground.below + 0.045).reciprocal();
  ground.vanish = lattice(canvas.seeds, 102, 1, 1) * 0.6 + 0.2;
  ground.aside = (canvas.x - ground.vanish) * ground.distance;
  ground.texture = fractalNoise(canvas.seeds, {.salt = 101, .size = 256, .cells = 16, .octaves = 3, .gain = 0.5});
  ground.side = ((canvas.get(Q::SunX) - 0.5) * 8.0).clamp(-1.0, 1.0);
  return ground;
}

/// The ground in light and in shadow: shadows are lit by the sky alone, and under a low sun what lies towards it
/// gleams.
at::Tensor litGround(const Canvas& canvas, const Ground& ground, const at::Tensor& light, const at::Tensor& hue) {
  const at::Tensor farLand = canvas.get(Tint::FarLand);
  const at::Tensor color = farLand + (canvas.get(Tint::NearLand) - farLand) * smoothstep(ground.below, 0.0, 0.25);
  const at::Tensor sky = canvas.get(Tint::Sky2) * 0.6 + canvas.get(Tint::Sky3) * 0.4;
  const at::Tensor shade = color * 0.42 + sky * 0.05;
  const at::Tensor towards = ((canvas.x - canvas.get(Q::SunX)).abs() / -0.3).exp() * canvas.get(Q::SunLight);
  const at::Tensor struck = color * 1.3 + (canvas.get(Tint::Sun) * 0.05 + canvas.get(Tint::Sky0) * 0.09) * towards +
                            canvas.get(Tint::Sky0) * 0.03;
  const at::Tensor land = (shade + (struck - shade) * light) * hue;
  const at::Tensor air = (ground.below / -0.06).exp() * (canvas.get(Q::Haze) * 0.55 + 0.1);
  return land + (canvas.haze - land) * air;
}

at::Tensor groundMask(const Canvas& canvas, const Ground& ground) {
  return (ground.below * static_cast<double>(canvas.size)).clamp(0.0, 1.0);
}

/// A way that leads to the horizon in bends; it is worn bright, and wet where the sky lies in it.
void layPath(Canvas& canvas, const Ground& ground) {
  const at::Tensor random = lattice(canvas.seeds, 104, 1, 3);
  const auto number = [&](std::int64_t k) { return random.slice(3, k, k + 1); };
  const at::Tensor bend = ((ground.below * 9.0 + number(0) * 6.0).sin() - (number(0) * 6.0).sin()) * 0.16;
  const at::Tensor middle = ground.vanish + (number(1) - 0.5) * ground.below * 1.1 + bend * (ground.below * 2.0);
  const at::Tensor half = ground.below * 0.11 + 0.0035;
  const at::Tensor rough = sampleTexture(ground.texture, canvas.x * 0.7, canvas.y * 0.9) * 0.12;
  const at::Tensor across = (canvas.x - middle) / half;
  const at::Tensor cover =
      ((1.0 - across.abs() + rough) * half * (static_cast<double>(canvas.size) * 0.7)).clamp(0.0, 1.0);
  // Wheels have worn two tracks; grass is left between them.
  const at::Tensor tracks = ((across.abs() - 0.55).square() / -0.06).exp() * smoothstep(ground.below, 0.03, 0.12);
  const at::Tensor worn = canvas.get(Tint::NearLand) * 1.35 + canvas.haze * 0.12;
  const at::Tensor wet = canvas.haze * 0.55 + canvas.get(Tint::Sky1) * 0.15;
  const at::Tensor color = worn + (wet - worn) * tracks * 0.55;
  canvas.lay(color, cover * 0.8 * canvas.get(Q::Path) * groundMask(canvas, ground));
}

/// A city's lights lie in long reflections on the wet ground before it.
void layReflections(Canvas& canvas, const Ground& ground) {
  const at::Tensor ripple = sampleTexture(ground.texture, canvas.x * 0.5, ground.distance * 0.12) * ground.below;
  const at::Tensor seen = (canvas.get(Q::Horizon) - 0.004 - ground.below * 0.55 + ripple * 0.05).clamp_min(0.0);
  const at::Tensor mirror = sampleTexture(canvas.picture, canvas.x + ripple * 0.06, seen);
  canvas.lay(mirror, canvas.get(Q::Lights) * 0.5 * (ground.below / -0.25).exp() * groundMask(canvas, ground));
}

/// Fields and meadows of different green and gold behind one another with hedges between them, furrows that run to
/// the horizon, and rises of the ground that catch the light.
void paintFields(Canvas& canvas) {
  constexpr std::int64_t kCells = 16;
  constexpr double kFurrows = 4.0;  // side by side in a unit of `aside`
  const Ground ground = spread(canvas);
  const double pixels = static_cast<double>(canvas.size);
  const at::Tensor grain = sampleTexture(ground.texture, ground.aside * 0.11 + 0.4, ground.distance * 0.12);
  const at::Tensor waves = ground.texture.slice(2, 0, 128);
  const at::Tensor beyond = at::where(ground.side > 0.0, waves.roll({-3, -4}, {2, 3}), waves.roll({-3, 4}, {2, 3}));
  const at::Tensor both =
      sampleTexture(at::cat({waves, waves - beyond}, 1), ground.aside * 0.03 + 0.2, ground.distance * 0.11);
  const at::Tensor swell = both.slice(1, 0, 1);
  const at::Tensor turn = (lattice(canvas.seeds, 105, 1, 1) - 0.5) * 1.6;
  const at::Tensor row = ground.distance * 0.4 + swell * 0.06;
  const at::Tensor column = (ground.aside + turn * ground.distance) * 0.42 + row.floor() * 0.37;
  const at::Tensor index = (row.floor().remainder(kCells) * kCells + column.floor().remainder(kCells)).to(at::kLong);
  const at::Tensor cells = lattice(canvas.seeds, 106, 1, kCells * kCells).view({canvas.batch, -1});
  const at::Tensor cell = cells.gather(1, index.view({canvas.batch, -1})).view(index.sizes());
  const at::Tensor tall = (ground.distance.square() * 0.4).reciprocal() * pixels;  // pixels of a row of fields
  const at::Tensor wide = (ground.distance * 0.42).reciprocal() * pixels;
  const at::Tensor seen = smoothstep(tall, 3.0, 9.0) * 0.8 + 0.2;
  const at::Tensor hedge = at::maximum(smoothstep(fraction(row) * tall, 1.0, 3.2).neg().add(1.0),
                                       smoothstep(fraction(column) * wide, 0.8, 2.6).neg().add(1.0) * 0.8) *
                           smoothstep(grain, -1.2, 0.4) * smoothstep(tall, 4.0, 10.0);

  // Furrows fade where they would be finer than a picture carries.
  const at::Tensor broad = (ground.distance * kFurrows).reciprocal() * pixels;
  const at::Tensor furrow = (ground.aside * (kFurrows * 6.2831853) + swell * 0.5).sin() * canvas.get(Q::Furrows) *
                            smoothstep(broad, 2.5, 7.0);
  const at::Tensor near = smoothstep(ground.below, 0.0, 0.2);
  const at::Tensor light =
      (0.55 + both.slice(1, 1, 2) * 0.3 + furrow * 0.55 + grain * near * canvas.get(Q::GroundGrain) * 0.1)
          .clamp(0.0, 1.3);
  const at::Tensor gold = at::tensor({0.34, 0.06, -0.3}, canvas.picture.options()).view({1, 3, 1, 1});
  const at::Tensor patch = (cell - 0.5) * seen;
  const at::Tensor hue = (1.0 + patch * 0.5 + gold * (fraction(cell * 7.0) - 0.5) * seen) * (1.0 - hedge * 0.62);
  canvas.lay(litGround(canvas, ground, light, hue), groundMask(canvas, ground));
  if (canvas.uses(Q::Path)) {
    layPath(canvas, ground);
  }
  if (canvas.uses(Q::Lights)) {
    layReflections(canvas, ground);
  }
}

/// Dunes and snow drifts stand one behind the other: a winding crest divides the side in the light from that in the
/// shadow, which runs out down the slope.
void paintDunes(Canvas& canvas) {
  const Ground ground = spread(canvas);
  const at::Tensor random = lattice(canvas.seeds, 107, 1, 2);
  const at::Tensor offset = random.slice(3, 0, 1);
  const at::Tensor rows = (ground.below + 0.035).log() * (random.slice(3, 1, 2) * 0.7 + 1.5) + 8.0;
  const at::Tensor smooth =
      fractalNoise(canvas.seeds, {.salt = 108, .size = 64, .cells = 8, .octaves = 3, .gain = 0.38});
  const auto crest = [&](double shift) {
    return sampleTexture(smooth, (canvas.x + ground.side * shift) * 0.2 + offset + rows * 0.03, rows * 0.05 + offset)
        .abs();
  };
  const at::Tensor here = crest(0.0);
  const at::Tensor place = rows - here * 0.9;
  const at::Tensor down = fraction(place);  // 0 under a crest, 1 before the next
  const at::Tensor slope = (here - crest(0.03)) * 5.0;
  const at::Tensor ripple = sampleTexture(ground.texture, ground.aside * 0.05, ground.distance * 0.3 + here * 0.05);
  const at::Tensor face = (slope * 1.6).clamp(-1.0, 1.0);
  const at::Tensor light = (0.6 + face * (down * -1.6).exp() * 0.75 - (1.0 - down) * 0.12 +
                            ripple * 0.03 * smoothstep(ground.below, 0.05, 0.2))
                               .clamp(0.0, 1.2);
  // Snow in the shadow is blue: the sky is all that lights it.
  const at::Tensor blue = at::tensor({-0.2, -0.04, 0.16}, canvas.picture.options()).view({1, 3, 1, 1});
  const at::Tensor cold = smoothstep(
      canvas.get(Tint::NearLand).slice(1, 2, 3) / canvas.get(Tint::NearLand).slice(1, 0, 1).clamp_min(1e-4), 0.6,
      1.0);
  canvas.lay(litGround(canvas, ground, light, 1.0 + blue * (1.0 - light) * cold), groundMask(canvas, ground));
  if (canvas.uses(Q::Path)) {
    layPath(canvas, ground);
  }
}

bool liesInDunes(const Scene& scene) { return scene.place == Place::Desert || scene.place == Place::Snowfield; }

}  // namespace

void paintGround(Canvas& canvas) {
  paintWhere(
      canvas, [](const Scene& scene) { return scene.at(Q::Flat) > 0.0F && liesInDunes(scene); }, &paintDunes);
  paintWhere(
      canvas, [](const Scene& scene) { return scene.at(Q::Flat) > 0.0F && !liesInDunes(scene); }, &paintFields);
}

}  // namespace pleinair::etude
