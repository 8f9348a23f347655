#include <array>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

struct Textures {
  at::Tensor broad, fine, wisps;
  at::Tensor detail;  // [B, 1, 1, 1] how much fine structure there is: large forms are smooth
  at::Tensor offset;  // [B, 1, 1, 1] so that the mirror lines of two pictures do not coincide
};

Textures weave(const Canvas& canvas) {
  Textures textures;
  textures.broad = fractalNoise(canvas.seeds, {.salt = 21, .size = 128, .cells = 4, .octaves = 4, .gain = 0.55});
  textures.fine = fractalNoise(canvas.seeds, {.salt = 22, .size = 512, .cells = 32, .octaves = 5, .gain = 0.6});
  textures.wisps = fractalNoise(canvas.seeds, {.salt = 23, .size = 256, .cells = 6, .octaves = 6, .gain = 0.62});
  textures.offset = lattice(canvas.seeds, 24, 1, 1);
  textures.detail = smoothstep(canvas.get(Q::CloudScale), 0.1, 1.0);
  return textures;
}

/// Thickness of a flat layer seen in perspective, thinning out of focus towards the horizon.
at::Tensor flatLayer(const Canvas& canvas, const Textures& textures) {
  const at::Tensor distance = (canvas.up.clamp_min(0.0) + 0.07).reciprocal() * 0.3;
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.32;
  at::Tensor u = (canvas.x - 0.5) * distance * scale + textures.offset;
  at::Tensor v = distance * scale * 1.1 + textures.offset * 1.7;
  const at::Tensor bend = sampleTexture(textures.wisps, u * 0.6, v * 0.6);
  u = u + bend * 0.016;
  v = v - bend * 0.011;
  const at::Tensor sharp = (distance.reciprocal() * 0.9).clamp(0.0, 1.0);
  const at::Tensor noise = sampleTexture(textures.broad, u, v) * 0.85 +
                           sampleTexture(textures.fine, u, v) * sharp * textures.detail * 0.38;
  return (noise + canvas.get(Q::CloudCover)).clamp_min(0.0) / canvas.get(Q::CloudSoftness);
}

/// Thickness of heaped clouds: rows that stand one behind the other, each with a flat base at the height where air
/// begins to condense, larger the nearer (so the higher in the picture) they are, and cauliflower tops.
at::Tensor heapedLayer(const Canvas& canvas, const Textures& textures) {
  constexpr std::array<double, 4> kBases = {0.05, 0.18, 0.42, 0.8};
  constexpr std::array<double, 4> kHeights = {0.1, 0.22, 0.38, 0.55};
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.5 + 0.55;
  const at::Tensor shifts = lattice(canvas.seeds, 25, 1, 4);
  at::Tensor thickness;
  for (std::size_t row = 0; row < kBases.size(); ++row) {
    const at::Tensor shift = shifts.select(3, static_cast<std::int64_t>(row)).unsqueeze(3);
    const double size = kHeights[row];
    const at::Tensor v =
        (canvas.up - kBases[row] - shift * size * 0.5) / size;  // 0 at the base, 1 at the highest top
    const at::Tensor u = (canvas.x - 0.5) * scale * (0.2 / (size + 0.06)) + textures.offset * 1.9 + shift * 3.1;
    const at::Tensor w = v * scale * 0.13 + shift * 5.3;
    const at::Tensor bend = sampleTexture(textures.wisps, w * 0.9, u * 0.9) * 0.008;
    const at::Tensor broad = sampleTexture(textures.broad, u + bend, w * 0.55);
    const at::Tensor lumps =
        sampleTexture(textures.broad, u * 2.7 + bend, w * 2.7 + 0.4).abs() * 0.42 * (textures.detail * 0.4 + 0.6);
    const at::Tensor bumps = sampleTexture(textures.fine, u + bend, w + bend).abs() * textures.detail * 0.13;
    const at::Tensor base = smoothstep(v + broad * 0.12 + lumps * 0.35 - 0.12, -0.12, 0.2) * 2.2 - 2.2;
    const at::Tensor heap =
        broad * 0.75 + lumps + bumps - v.clamp_min(0.0) * 1.15 + base + canvas.get(Q::BillowCover) + 0.05;
    const at::Tensor one = heap.clamp(0.0, 1.4);
    thickness = thickness.defined() ? at::maximum(thickness, one) : one;
  }
  return thickness * 2.2 * canvas.get(Q::Billow) * smoothstep(canvas.up, 0.0, 0.06);
}

at::Tensor wispLayer(const Canvas& canvas, const Textures& textures) {
  const at::Tensor distance = (canvas.up.clamp_min(0.0) + 0.16).reciprocal() * 0.3;
  const at::Tensor angle = canvas.get(Q::CirrusAngle);
  const at::Tensor a = (canvas.x - 0.5) * distance;
  const at::Tensor along = a * angle.cos() - distance * angle.sin();
  const at::Tensor across = a * angle.sin() + distance * angle.cos();
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.5 + 0.3;
  const at::Tensor bend = sampleTexture(textures.broad, along * 0.3, across * 0.3 + textures.offset) * 0.06;
  const at::Tensor streaks =
      sampleTexture(textures.wisps, along * scale * 0.22 + textures.offset, across * scale + bend + 0.3);
  const at::Tensor patches = sampleTexture(textures.broad, along * 0.35 + 0.7, across * 0.35 + textures.offset);
  return (streaks * 0.6 + patches * 0.6 + 0.15).clamp_min(0.0) * 0.55 * canvas.get(Q::Cirrus) *
         smoothstep(canvas.up, 0.0, 0.15);
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

/// 1 where a storm hangs over a clear strip whose light comes in under it.  -> [B, 1, 1, 1]
at::Tensor stormy(const Canvas& canvas) {
  std::vector<float> storms;
  for (const Scene& scene : *canvas.scenes) {
    storms.push_back(scene.weather == Weather::Storm || scene.weather == Weather::Lightning ? 1.0F : 0.0F);
  }
  return at::tensor(storms, at::kFloat).to(canvas.picture.device()).view({-1, 1, 1, 1});
}

}  // namespace

void paintClouds(Canvas& canvas) {
  const Textures textures = weave(canvas);
  const at::Tensor flat = flatLayer(canvas, textures);
  const at::Tensor heaped = heapedLayer(canvas, textures);
  const at::Tensor wisps = canvas.uses(Q::Cirrus) ? wispLayer(canvas, textures) : at::zeros_like(flat);
  const at::Tensor thickness = (flat + heaped).clamp_max(4.0);

  const at::Tensor dx = canvas.x - canvas.get(Q::SunX);
  const at::Tensor dy = canvas.y - canvas.get(Q::SunY);
  const at::Tensor toSun = (dx.square() + dy.square()).sqrt();
  const at::Tensor lit = canvas.get(Tint::CloudLit);
  const at::Tensor dark = canvas.get(Tint::CloudDark);
  const at::Tensor glow = (toSun.neg() / (canvas.get(Q::GlowWidth) * 1.3 + 0.05)).exp() * canvas.get(Q::SunLight);

  const at::Tensor veil = 1.0 - (wisps * -1.6).exp();
  canvas.lay(lit * 0.95 + canvas.get(Tint::Sun) * glow * 0.35, veil * 0.85);

  const Lighting lighting = lightOn(canvas, thickness);
  const at::Tensor round = heaped / (flat + heaped + 0.05) * 0.24 + 0.06;  // flat layers show little of their surface
  const at::Tensor light =
      (lighting.passed * 0.85 + 0.09 + lighting.facing * canvas.get(Q::Relief) * round).clamp(0.0, 1.15);
  // Thin cloud lets the sun's light through forwards: bright rims around a dark heart.
  const at::Tensor rim = canvas.get(Tint::Sun) * glow * (thickness * -2.0).exp() * 0.9;
  at::Tensor color = dark + (lit - dark) * light + rim;
  const at::Tensor farAway = (canvas.up.clamp_min(0.0) / -0.09).exp() * (canvas.get(Q::Haze) * 0.7 + 0.2);
  color = color + (canvas.haze - color) * farAway;
  const at::Tensor under = (canvas.up.clamp_min(0.0) / -0.22).exp() * stormy(canvas);
  color = color + canvas.haze * under * (thickness * -0.7).exp() * 0.6;
  const at::Tensor cover = (1.0 - (thickness * -2.4).exp()) * smoothstep(canvas.up, -0.02, 0.05);
  canvas.lay(color, cover);
}

}  // namespace pleinair::etude
