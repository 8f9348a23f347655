#include <array>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// What a layer of clouds is, before light falls on it.
struct Layer {
  at::Tensor thickness;  // [B, 1, H, W] 0 where the sky is seen
  at::Tensor form;       // [B, 1, H, W] swelling of the layer about its mean, also where it is thick everywhere
  at::Tensor shade;      // [B, 1, H, W] share of the light that reaches a place, whatever the direction
};

/// 1 for the chosen scenes, 0 for the others.  -> [B, 1, 1, 1]
at::Tensor flags(const Canvas& canvas, bool (*chosen)(const Scene&)) {
  std::vector<float> values;
  for (const Scene& scene : *canvas.scenes) {
    values.push_back(chosen(scene) ? 1.0F : 0.0F);
  }
  return at::tensor(values, at::kFloat).to(canvas.picture.device()).view({-1, 1, 1, 1});
}

/// The sun is at the horizon: it lights the clouds from below, in colours of its own.
bool isLow(const Scene& scene) {
  return scene.time == DayTime::Sunset || scene.time == DayTime::Dawn || scene.time == DayTime::Dusk;
}

at::Tensor broadTexture(const Canvas& canvas) {
  return fractalNoise(canvas.seeds, {.salt = 21, .size = 128, .cells = 4, .octaves = 5, .gain = 0.55});
}

/// A flat layer seen in perspective, thinning out of focus towards the horizon.
Layer flatLayer(const Canvas& canvas) {
  const at::Tensor broad = broadTexture(canvas);
  const at::Tensor fine =
      fractalNoise(canvas.seeds, {.salt = 22, .size = 512, .cells = 32, .octaves = 3, .gain = 0.5});
  const at::Tensor wisps =
      fractalNoise(canvas.seeds, {.salt = 23, .size = 256, .cells = 6, .octaves = 5, .gain = 0.6});
  const at::Tensor offset = lattice(canvas.seeds, 24, 1, 1);
  const at::Tensor distance = (canvas.up.clamp_min(0.0) + 0.07).reciprocal() * 0.3;
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.32;
  // Sheets that a low sun shows best lie in long bands.
  at::Tensor u = (canvas.x - 0.5) * distance * scale * (1.0 - flags(canvas, &isLow) * 0.35) + offset;
  at::Tensor v = distance * scale * 1.1 + offset * 1.7;
  const at::Tensor bend = sampleTexture(wisps, u * 0.6, v * 0.6);
  u = u + bend * 0.016;
  v = v - bend * 0.011;
  const at::Tensor sharp = (distance.reciprocal() * 0.9).clamp(0.0, 1.0);
  const at::Tensor detail = sharp * smoothstep(canvas.get(Q::CloudScale), 0.1, 1.0);
  const at::Tensor form = sampleTexture(broad, u, v) * 0.85 + sampleTexture(fine, u, v) * detail * 0.38;
  const at::Tensor thickness = (form + canvas.get(Q::CloudCover)).clamp_min(0.0) / canvas.get(Q::CloudSoftness);
  return {thickness.clamp_max(4.0), form, at::ones({1, 1, 1, 1}, canvas.x.options())};
}

/// Heaped clouds: rows that stand one behind the other, each with a flat base at the height where air begins to
/// condense, larger the nearer (so the higher in the picture) they are, and tops that swell in domes.
Layer heapedLayer(const Canvas& canvas) {
  constexpr std::array<double, 4> kBases = {0.04, 0.14, 0.34, 0.72};
  constexpr std::array<double, 4> kHeights = {0.09, 0.18, 0.34, 0.5};
  const at::Tensor envelope =
      fractalNoise(canvas.seeds, {.salt = 26, .size = 128, .cells = 8, .octaves = 3, .gain = 0.5});
  const at::Tensor fine =
      fractalNoise(canvas.seeds, {.salt = 22, .size = 512, .cells = 32, .octaves = 4, .gain = 0.5});
  const at::Tensor random = lattice(canvas.seeds, 25, 4, 3);
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.35 + 0.65;
  Layer layer;
  for (std::size_t row = 0; row < kBases.size(); ++row) {
    const auto number = [&](std::int64_t k) {
      return random.select(2, static_cast<std::int64_t>(row)).select(2, k).view({-1, 1, 1, 1});
    };
    const at::Tensor size = kHeights[row] / scale;
    const at::Tensor v = (canvas.up - kBases[row] - number(0) * kHeights[row] * 0.4) / size;  // 0 at the base
    const at::Tensor a = (canvas.x - 0.5) / size;
    const at::Tensor u = a * 0.034 + number(1);
    const at::Tensor w = v * 0.04 + number(2);
    const at::Tensor dome = sampleTexture(fine, u, w).abs();
    const at::Tensor puff = sampleTexture(fine, u * 2.6 + dome * 0.006, w * 2.6).abs();
    const at::Tensor swell = sampleTexture(envelope, a * 0.055 + number(2) + dome * 0.004, v * 0.012 + number(1));
    const at::Tensor top = swell * 0.62 + dome * 0.42 + puff * 0.17 + canvas.get(Q::BillowCover) * 1.2 - 0.06;
    const at::Tensor rise = smoothstep(v + puff * 0.04, -0.03, 0.14);  // the base is nearly a line
    const at::Tensor one = (top - v.clamp_min(0.0) * 1.1).clamp(0.0, 1.2) * rise;
    // Bases lie in the shade of what towers over them.
    const at::Tensor shade = smoothstep(v + dome * 0.16 + puff * 0.1 - 0.12, -0.05, 0.62);
    const at::Tensor form = dome + puff * 0.6 - 1.2;
    if (row == 0) {
      layer = {one, form, shade};
      continue;
    }
    const at::Tensor before = smoothstep(one, 0.0, 0.12);  // nearer rows hide those behind them
    layer = {layer.thickness + (one - layer.thickness) * before, layer.form + (form - layer.form) * before,
             layer.shade + (shade - layer.shade) * before};
  }
  layer.thickness = layer.thickness * 2.6 * canvas.get(Q::Billow) * smoothstep(canvas.up, 0.0, 0.06);
  return layer;
}

struct Lighting {
  at::Tensor passed;  // share of the sunlight that comes through to a pixel
  at::Tensor facing;  // how far the cloud's surface turns to the sun, about -1..1
};

/// Sunlight on the clouds, by three looks along the way to the sun. The direction is that in the picture, so a low
/// sun lights the clouds from below. Where cloud thins out towards the sun its surface turns to the light.
Lighting lightOn(const Canvas& canvas, const at::Tensor& thickness) {
  at::Tensor dx = canvas.get(Q::SunX) - canvas.x;
  at::Tensor dy = canvas.get(Q::SunY) - canvas.y;
  const at::Tensor length = (dx.square() + dy.square()).sqrt().clamp_min(0.03);
  dx = dx / length;
  dy = dy / length;
  at::Tensor passed = thickness * 0.3;
  at::Tensor facing;
  for (const double step : {0.012, 0.03, 0.065}) {
    const at::Tensor there = sampleTexture(thickness, canvas.x + dx * step, canvas.y + dy * step);
    passed = passed + there * (0.2 + step * 5.0);
    const at::Tensor slope = (thickness - there) * (0.9 - step * 6.0);
    facing = facing.defined() ? facing + slope : slope;
  }
  return {(passed * canvas.get(Q::Relief) * 0.8).neg().exp(), facing.clamp(-1.0, 1.0)};
}

/// Lays a layer over the sky, lit by the sun of the scene.
void lightUp(Canvas& canvas, const Layer& layer, double roundness) {
  const at::Tensor& thickness = layer.thickness;
  const at::Tensor lit = canvas.get(Tint::CloudLit);
  const at::Tensor dark = canvas.get(Tint::CloudDark);
  const at::Tensor low = flags(canvas, &isLow);
  const at::Tensor storm = flags(canvas, &isStorm);
  const at::Tensor dx = canvas.x - canvas.get(Q::SunX);
  const at::Tensor dy = canvas.y - canvas.get(Q::SunY);
  const at::Tensor toSun = (dx.square() + dy.square()).sqrt();
  const at::Tensor glow = (toSun.neg() / (canvas.get(Q::GlowWidth) * 1.3 + 0.05)).exp() * canvas.get(Q::SunLight);

  const Lighting lighting = lightOn(canvas, thickness);
  const at::Tensor shade = 1.0 - (1.0 - layer.shade) * (0.72 - low * 0.45);
  const at::Tensor relief = canvas.get(Q::Relief);
  const at::Tensor heavy = smoothstep(canvas.get(Q::CloudCover), 0.0, 0.8);
  const at::Tensor light =
      ((lighting.passed * 0.85 + 0.1 + lighting.facing * relief * (storm * 0.16 + heavy * 0.06 + roundness)) * shade +
       layer.form * (heavy * -0.15 + storm * -0.1 + (roundness > 0.1 ? 0.05 : 0.0)))
          .clamp(0.0, 1.15);
  // A low sun's light is the redder the longer its way: what it grazes is deep in colour, what it strikes bright.
  const at::Tensor grazed = lit + (canvas.get(Tint::Sky1) * 1.05 - lit) * low * 0.65;
  const at::Tensor struck = grazed + (lit * (glow * low * 0.45 + 1.1) - grazed) * light;
  // Thin cloud lets the sun's light through forwards: bright rims around a dark heart.
  const at::Tensor rim = canvas.get(Tint::Sun) * glow * (thickness * -2.0).exp() * 0.9;
  at::Tensor color = dark + (struck - dark) * light + rim;
  const at::Tensor farAway = (canvas.up.clamp_min(0.0) / -0.09).exp() * (canvas.get(Q::Haze) * 0.7 + 0.2);
  color = color + (canvas.haze - color) * farAway;
  const at::Tensor under = (canvas.up.clamp_min(0.0) / -0.2).exp() * storm;
  color = color + canvas.haze * under * (thickness * -0.5).exp() * 0.75;
  canvas.lay(color, (1.0 - (thickness * -2.4).exp()) * smoothstep(canvas.up, -0.02, 0.05));
}

void paintSheet(Canvas& canvas) { lightUp(canvas, flatLayer(canvas), 0.07); }

void paintHeaps(Canvas& canvas) { lightUp(canvas, heapedLayer(canvas), 0.3); }

void paintWisps(Canvas& canvas) {
  const at::Tensor broad = broadTexture(canvas);
  const at::Tensor wisps =
      fractalNoise(canvas.seeds, {.salt = 27, .size = 256, .cells = 6, .octaves = 4, .gain = 0.55});
  const at::Tensor offset = lattice(canvas.seeds, 24, 1, 1);
  const at::Tensor distance = (canvas.up.clamp_min(0.0) + 0.16).reciprocal() * 0.3;
  const at::Tensor angle = canvas.get(Q::CirrusAngle);
  const at::Tensor a = (canvas.x - 0.5) * distance;
  const at::Tensor along = a * angle.cos() - distance * angle.sin();
  const at::Tensor across = a * angle.sin() + distance * angle.cos();
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.5 + 0.3;
  const at::Tensor bend = sampleTexture(broad, along * 0.3, across * 0.3 + offset) * 0.06;
  const at::Tensor streaks = sampleTexture(wisps, along * scale * 0.22 + offset, across * scale + bend + 0.3);
  const at::Tensor patches = sampleTexture(broad, along * 0.35 + 0.7, across * 0.35 + offset);
  const at::Tensor thickness = (streaks * 0.6 + patches * 0.6 + 0.15).clamp_min(0.0) * 0.55 * canvas.get(Q::Cirrus) *
                               smoothstep(canvas.up, 0.0, 0.15);
  const at::Tensor dx = canvas.x - canvas.get(Q::SunX);
  const at::Tensor dy = canvas.y - canvas.get(Q::SunY);
  const at::Tensor toSun = (dx.square() + dy.square()).sqrt();
  const at::Tensor glow = (toSun.neg() / (canvas.get(Q::GlowWidth) * 1.3 + 0.05)).exp() * canvas.get(Q::SunLight);
  canvas.lay(canvas.get(Tint::CloudLit) * 0.95 + canvas.get(Tint::Sun) * glow * 0.35,
             (1.0 - (thickness * -1.6).exp()) * 0.85);
}

}  // namespace

void paintClouds(Canvas& canvas) {
  paintWith<Q::Cirrus>(canvas, &paintWisps);
  paintWhere(
      canvas, [](const Scene& scene) { return scene.at(Q::CloudCover) > -5.0F; }, &paintSheet);
  paintWith<Q::Billow>(canvas, &paintHeaps);
  paintBanks(canvas);
}

}  // namespace pleinair::etude
