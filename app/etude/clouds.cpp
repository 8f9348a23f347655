#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

struct Textures {
  at::Tensor broad, fine, wisps;
  at::Tensor offset;  // [B, 1, 1, 1] so that the mirror lines of two pictures do not coincide
};

Textures weave(const Canvas& canvas) {
  Textures textures;
  textures.broad = fractalNoise(canvas.seeds, {.salt = 21, .size = 128, .cells = 4, .octaves = 4, .gain = 0.55});
  textures.fine = fractalNoise(canvas.seeds, {.salt = 22, .size = 512, .cells = 32, .octaves = 5, .gain = 0.6});
  textures.wisps = fractalNoise(canvas.seeds, {.salt = 23, .size = 256, .cells = 6, .octaves = 6, .gain = 0.62});
  textures.offset = lattice(canvas.seeds, 24, 1, 1);
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
  const at::Tensor noise = sampleTexture(textures.broad, u, v) * 0.85 + sampleTexture(textures.fine, u, v) * sharp * 0.38;
  return (noise + canvas.get(Q::CloudCover)).clamp_min(0.0) / canvas.get(Q::CloudSoftness);
}

/// Thickness of heaped clouds, with crisp cauliflower edges and flat bases.
at::Tensor heapedLayer(const Canvas& canvas, const Textures& textures) {
  const at::Tensor near = (canvas.up.clamp_min(0.0) + 0.3).reciprocal() * 0.3;
  const at::Tensor scale = canvas.get(Q::CloudScale) * 0.55 + 0.2;
  const at::Tensor u = (canvas.x - 0.5) * near * scale * 1.1 + textures.offset * 2.3;
  const at::Tensor v = canvas.up.neg() * scale * 0.75 * near.sqrt() + textures.offset;
  const at::Tensor warp = sampleTexture(textures.wisps, v * 0.8, u * 0.8) * 0.012;
  const at::Tensor broad = sampleTexture(textures.broad, u + warp, v + warp);
  // A base: more cloud above a heap's lower edge than below it.
  const at::Tensor below = sampleTexture(textures.broad, u, v + 0.05);
  const at::Tensor heaps = sampleTexture(textures.fine, u + warp, v + warp).abs().neg() * 0.42 + 0.3;
  const at::Tensor noise = broad + (broad - below) * 0.25 + heaps + canvas.get(Q::BillowCover);
  return noise.clamp_min(0.0) * 3.0 * canvas.get(Q::Billow) * smoothstep(canvas.up, 0.0, 0.08);
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

/// How much sunlight reaches a pixel through the cloud that lies between it and the sun, by three looks along
/// the way. The direction is that in the picture, so a low sun lights the clouds from below.
at::Tensor sunThrough(const Canvas& canvas, const at::Tensor& thickness) {
  at::Tensor dx = canvas.get(Q::SunX) - canvas.x;
  at::Tensor dy = canvas.get(Q::SunY) - canvas.y;
  const at::Tensor length = (dx.square() + dy.square()).sqrt().clamp_min(0.03);
  dx = dx / length;
  dy = dy / length;
  at::Tensor passed = thickness * 0.35;
  for (const double step : {0.012, 0.03, 0.065}) {
    passed = passed + sampleTexture(thickness, canvas.x + dx * step, canvas.y + dy * step) * (0.25 + step * 6.0);
  }
  return (passed * canvas.get(Q::Relief)).neg().exp();
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

  const at::Tensor light = sunThrough(canvas, thickness);
  // Thin cloud lets the sun's light through forwards: bright rims around a dark heart.
  const at::Tensor rim = canvas.get(Tint::Sun) * glow * (thickness * -2.0).exp() * 0.9;
  at::Tensor color = dark + (lit - dark) * (light * 0.95 + 0.03) + rim;
  const at::Tensor farAway = (canvas.up.clamp_min(0.0) / -0.09).exp() * (canvas.get(Q::Haze) * 0.7 + 0.2);
  color = color + (canvas.haze - color) * farAway;
  canvas.cloud = (1.0 - (thickness * -2.4).exp()) * smoothstep(canvas.up, -0.02, 0.05);
  canvas.lay(color, canvas.cloud);
  canvas.cloud = at::maximum(canvas.cloud, veil);
}

}  // namespace pleinair::etude
