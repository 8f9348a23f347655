#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// Banks that lie in layers and thin out upwards: whatever stands in them fades from its foot, but stays a form.
void paintFog(Canvas& canvas) {
  const at::Tensor banks = fractalNoise(canvas.seeds, {.salt = 51, .size = 128, .cells = 4, .octaves = 4});
  const at::Tensor offset = lattice(canvas.seeds, 48, 1, 1);
  const at::Tensor drift = sampleTexture(banks, canvas.x * 0.55 + offset * 0.4, canvas.y * 1.9 + offset);
  const at::Tensor depth = at::where(canvas.up > 0.0, (canvas.up / -0.3).exp(), (canvas.up / 0.25).exp());
  const at::Tensor thick = depth * 0.66 + drift * 0.16 * (depth * 0.8 + 0.2) + 0.1;
  canvas.lay(canvas.haze, (canvas.get(Q::Fog) * thick).clamp(0.0, 0.9));
}

/// Veils that hang from the clouds along a slant of the picture's own, and a faint texture of drops before them.
void paintRain(Canvas& canvas) {
  const at::Tensor slant = (lattice(canvas.seeds, 53, 1, 1) - 0.5) * 0.7;
  const at::Tensor rain = canvas.get(Q::Rain);
  const at::Tensor across = canvas.x + canvas.y * slant;
  const at::Tensor shafts =
      fractalLine(canvas.seeds, {.salt = 52, .size = 512, .cells = 7, .octaves = 4, .gain = 0.6});
  const at::Tensor middle = at::full({1, 1, 1, 1}, 0.5, canvas.x.options());
  const at::Tensor veil = smoothstep(sampleTexture(shafts, across * 0.7 + 0.15, middle), -0.7, 1.6) *
                          smoothstep(canvas.up, -0.06, 0.05) * (canvas.up.clamp_min(0.0) / -0.55).exp();
  canvas.lay(canvas.haze * 0.92, veil * rain * 0.62);
  const at::Tensor drops = sampleTexture(lattice(canvas.seeds, 50, 14, 96), across * 0.9 + 0.05, canvas.y * 0.6);
  const at::Tensor bright = smoothstep(drops, 0.55, 1.0) * (smoothstep(veil, 0.0, 0.6) * 0.6 + 0.4);
  canvas.picture = canvas.picture + (canvas.haze * 0.8 + 0.06) * bright * rain * 0.085;
}

/// Flakes from far and fine to near, large and out of focus.
void paintSnowfall(Canvas& canvas) {
  const at::Tensor flakes =
      strewDots(canvas.seeds, 54, canvas.size, {{30, 2.4, 1.0}, {26, 3.0, 0.9}, {14, 3.8, 0.7}, {6, 5.4, 0.5}});
  const at::Tensor snow = canvas.get(Q::Snowfall);
  const auto kind = [&](std::int64_t k) { return flakes.slice(1, k, k + 1); };
  const at::Tensor cover = kind(0) * 0.5 + kind(1) * 0.65 + kind(2) * 0.6 + kind(3) * 0.28;
  canvas.lay((canvas.haze * 0.6 + canvas.get(Tint::CloudLit) * 0.6 + 0.08).clamp_max(0.95),
             (cover * snow).clamp(0.0, 0.85));
}

}  // namespace

void paintAir(Canvas& canvas) {
  paintWith<Q::Fog>(canvas, &paintFog);
  paintWith<Q::Rain>(canvas, &paintRain);
  paintWith<Q::Snowfall>(canvas, &paintSnowfall);
}

at::Tensor developPhoto(const Canvas& canvas) {
  at::Tensor light = canvas.picture.mul(canvas.get(Q::Exposure)).clamp_min_(0.0);
  const at::Tensor dx = canvas.x - 0.5;
  const at::Tensor dy = canvas.y - 0.5;
  light.mul_(1.0 - (dx.square() + dy.square()) * canvas.get(Q::Vignette) * 1.4);
  // A soft shoulder keeps the sun's surroundings from breaking off at white.
  light = at::where(light > 0.7, ((light - 0.7).mul_(1.0 / -0.3)).exp_().mul_(-0.3).add_(1.0), light);
  const at::Tensor grey =
      (light * at::tensor({0.2126, 0.7152, 0.0722}, light.options()).view({1, 3, 1, 1})).sum(1, true);
  light = at::lerp(grey, light, canvas.get(Q::Saturation)).clamp_(0.0, 1.0);
  at::Tensor srgb =
      at::where(light <= 0.0031308, light * 12.92, light.clamp_min(1e-5).pow_(1.0 / 2.4).mul_(1.055).sub_(0.055));
  srgb.sub_(0.42).mul_(canvas.get(Q::Contrast)).add_(0.42);
  const at::Tensor grain = lattice(canvas.seeds, 61, canvas.size, canvas.size) - 0.5;
  return srgb.add_(grain * canvas.get(Q::Grain) * 3.0).clamp_(0.0, 1.0);
}

}  // namespace pleinair::etude
