#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

void glitter(Canvas& canvas, at::Tensor& color, const at::Tensor& below, const at::Tensor& sparkle,
             const at::Tensor& x, const at::Tensor& strength) {
  const at::Tensor waves = canvas.get(Q::Waves);
  const at::Tensor width = (waves * 0.35 + 0.06) * below + waves * 0.03 + 0.018;
  const at::Tensor column = ((canvas.x - x) / width).square().neg().exp();
  const at::Tensor flash = smoothstep(sparkle + column * 0.9, 0.35, 1.9);
  const at::Tensor fading = (below / -0.55).exp();
  color = color + canvas.get(Tint::Sun) * column * (flash * 1.7 + 0.12) * fading * strength;
}

void paintBeach(Canvas& canvas, const at::Tensor& mirror) {
  const at::Tensor line =
      fractalLine(canvas.seeds, {.salt = 121, .size = canvas.size, .cells = 3, .octaves = 5, .gain = 0.45});
  const at::Tensor slope = (lattice(canvas.seeds, 122, 1, 1) - 0.5) * 0.25;
  const at::Tensor beach = canvas.get(Q::Beach);
  const at::Tensor shore = 1.0 - beach + line * 0.012 + (canvas.x - 0.5) * slope;
  const at::Tensor inside = canvas.y - shore;
  const at::Tensor has = (beach > 0.0).to(at::kFloat);
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 123, .size = canvas.size, .cells = 8, .octaves = 3, .gain = 0.6});
  // The wind has laid the sand in low ripples along the shore, whose backs catch the light of the sky.
  const at::Tensor ripples = sampleTexture(texture, canvas.x * 0.5 + inside * 0.3, inside * 2.2);
  const at::Tensor dry = canvas.get(Tint::NearLand) * (texture * 0.06 + ripples * 0.12 + 1.0) +
                         canvas.get(Tint::Sky0) * smoothstep(ripples, -0.3, 1.6) * 0.09;
  const at::Tensor wet = (inside.clamp_min(0.0) / -0.07).exp() * 0.75;
  const at::Tensor sand = dry * 0.9 + (mirror * 0.8 - dry * 0.9) * wet;
  canvas.lay(sand, (inside * static_cast<double>(canvas.size) * 0.5).clamp(0.0, 1.0) * has);
  // The last wave runs out in a sharp edge on the sand and trails lace behind it; another one breaks farther out.
  const at::Tensor place = inside + texture * 0.004;
  const at::Tensor lace = smoothstep(texture + smoothstep(place, -0.03, 0.0) * 2.0, 0.4, 1.6);
  const at::Tensor front = (place.clamp_max(0.0) / 0.022).exp() * smoothstep(place, -0.001, 0.006).neg().add(1.0);
  const at::Tensor breaker =
      ((place + line * 0.01 + 0.06) / 0.005).square().neg().exp() * smoothstep(texture, -0.5, 0.8);
  const at::Tensor foam = at::maximum(front * lace * 0.85, breaker * 0.6) * has;
  canvas.lay(canvas.get(Tint::CloudLit) * 0.55 + canvas.get(Tint::Sky1) * 0.35 + mirror * 0.1, foam);
}

void paintSurface(Canvas& canvas) {
  const at::Tensor below = canvas.up.neg().clamp_min(0.0);
  const at::Tensor waves = canvas.get(Q::Waves);
  const at::Tensor distance = (below + 0.012).reciprocal() * 0.05;
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 111, .size = 256, .cells = 12, .octaves = 4, .gain = 0.55});
  const at::Tensor offset = lattice(canvas.seeds, 112, 1, 1);
  const at::Tensor u = (canvas.x - 0.5) * distance * 0.42 + offset;
  const at::Tensor swell = sampleTexture(texture, u, distance * 1.1 + offset);
  const at::Tensor chop = sampleTexture(texture, u * 2.6 + 0.2, distance * 2.8 + offset);
  const at::Tensor ripple = sampleTexture(texture, canvas.x * 0.9 + offset, canvas.y * 4.2);

  const at::Tensor tilt = (swell * 0.6 + chop * 0.4) * (below * 1.3).clamp_max(1.0);
  const at::Tensor lift = tilt * waves * 0.16 + ripple * waves * 0.012;
  const at::Tensor sideways = canvas.x + chop * waves * 0.014;
  const at::Tensor horizon = canvas.get(Q::Horizon);
  const at::Tensor rough = waves * (below * 0.5 + 0.02);
  // Far from the horizon the mirror is a little compressed, or much water under little sky would show the land twice.
  const at::Tensor reflected = horizon * (below * -0.92 / horizon).exp();
  // Water carries no fine things: stars and windows do not come back as dots.
  const at::Tensor above = at::avg_pool2d(canvas.picture, {4, 4});
  at::Tensor mirror;
  for (const double stretch : {-1.0, 0.0, 1.0}) {  // rough water smears the reflection upwards and downwards
    const at::Tensor seen = at::minimum(reflected + lift + rough * stretch, horizon - 0.004);
    const at::Tensor look = sampleTexture(above, sideways, seen.clamp_min(0.0).expand({-1, -1, -1, canvas.size}));
    mirror = mirror.defined() ? mirror + look : look;
  }
  mirror = mirror / 3.0;

  // Gusts roughen the water here and there: such places mirror less.
  const at::Tensor gust = sampleTexture(texture, u * 0.3 + 0.6, distance * 0.3 + offset) * (waves * 0.7 + 0.3);
  const at::Tensor steep =
      (0.3 - gust * 0.1 + 0.62 * (below / -0.2).exp() - tilt.clamp(-1.8, 1.8) * 0.2 * waves).clamp(0.1, 0.97);
  const at::Tensor body = canvas.get(Tint::Water) * (1.0 + tilt * 0.4 * waves + gust * 0.15).clamp_min(0.2);
  at::Tensor color = body + (mirror - body) * steep;
  const at::Tensor sparkle = chop * 0.7 + ripple * 0.6;
  const at::Tensor open = 1.0 - canvas.get(Q::Fog) * 0.6;
  glitter(canvas, color, below, sparkle, canvas.get(Q::SunX), canvas.get(Q::SunLight) * open);
  if (canvas.uses(Q::Moon)) {
    glitter(canvas, color, below, sparkle, canvas.get(Q::MoonX), canvas.get(Q::Moon) * 0.55 * open);
  }
  const at::Tensor crest = smoothstep(swell + chop * 0.5, 1.9, 2.7) * waves * smoothstep(below, 0.02, 0.25) * 0.4;
  color = color + canvas.get(Tint::CloudLit) * crest * 0.6;

  const at::Tensor surface = (below * static_cast<double>(canvas.size)).clamp(0.0, 1.0) * canvas.get(Q::Water);
  canvas.lay(color, surface);
  if (canvas.uses(Q::Beach)) {
    paintBeach(canvas, mirror);
  }
}

}  // namespace

void paintWater(Canvas& canvas) { paintWith<Q::Water>(canvas, &paintSurface); }

}  // namespace pleinair::etude
