#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

}  // namespace

void paintSky(Canvas& canvas) {
  const at::Tensor wander = fractalNoise(canvas.seeds, {.salt = 1, .size = canvas.size, .cells = 2, .octaves = 3});
  const at::Tensor above = canvas.up.clamp_min(0.0);
  const at::Tensor t = (above / 0.85 + wander * 0.012 * smoothstep(above, 0.0, 0.3)).clamp(0.0, 1.2);
  const at::Tensor s0 = canvas.get(Tint::Sky0);
  const at::Tensor s1 = canvas.get(Tint::Sky1);
  const at::Tensor s2 = canvas.get(Tint::Sky2);
  const at::Tensor s3 = canvas.get(Tint::Sky3);
  canvas.picture = s0 + (s1 - s0) * smoothstep(t, -0.02, 0.26) + (s2 - s1) * smoothstep(t, 0.12, 0.62) +
                   (s3 - s2) * smoothstep(t, 0.42, 1.1);
  canvas.haze = s0 + (s1 - s0) * 0.25;

  // The glow is wider along the horizon than upwards: the light's way through the air is longer there.
  const at::Tensor light = canvas.get(Q::SunLight);
  const at::Tensor width = canvas.get(Q::GlowWidth);
  const at::Tensor dx = canvas.x - canvas.get(Q::SunX);
  const at::Tensor dy = canvas.y - canvas.get(Q::SunY);
  const at::Tensor distance = (dx.square() + dy.square()).sqrt();
  const at::Tensor flat = ((dx * 0.65).square() + (dy * 1.25).square()).sqrt();
  const at::Tensor sun = canvas.get(Tint::Sun);
  const at::Tensor warm = sun * 0.5 + s0 * 0.6;
  at::Tensor glow = warm * (flat.neg() / width).exp() * 0.68 + sun * (distance.neg() / (width * 0.3)).exp() * 0.6;
  if (canvas.uses(Q::Rays)) {
    const at::Tensor angle = at::atan2(dy, dx).div(6.2831853).add(0.5);
    const at::Tensor spokes = fractalLine(canvas.seeds, {.salt = 3, .size = 512, .cells = 24, .octaves = 3});
    const at::Tensor beam = sampleTexture(spokes, angle, at::full({1, 1, 1, 1}, 0.5, angle.options()));
    glow = glow + warm * (beam * 0.5).clamp(-0.4, 1.0) * (distance.neg() / 0.4).exp() * canvas.get(Q::Rays) *
                      smoothstep(distance, 0.02, 0.12);
  }
  const at::Tensor radius = canvas.get(Q::SunRadius);
  const at::Tensor edge = smoothstep(distance / radius, 0.85, 1.15).neg().add(1.0);
  canvas.picture = canvas.picture + (glow + sun * edge * 2.2) * light;
}

}  // namespace pleinair::etude
