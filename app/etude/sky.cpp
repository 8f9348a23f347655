#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

void paintStars(Canvas& canvas, const at::Tensor& above) {
  const at::Tensor strength = canvas.get(Q::Stars);
  // A few bright stars of some pixels rather than many of one: the autoencoder carries those.
  const auto dots = [&](std::int64_t salt, std::int64_t cells, double share) {
    const at::Tensor points = (lattice(canvas.seeds, salt, cells, cells).sub(1.0 - share) / share * 0.5 + 0.5);
    return at::upsample_bicubic2d(points * (points > 0.5).to(at::kFloat), {canvas.size, canvas.size}, false)
        .clamp(0.0, 1.0);
  };
  const at::Tensor small = dots(11, canvas.size / 2, 0.003) * 0.25;
  const at::Tensor large = dots(12, canvas.size / 4, 0.006) * 1.4;
  const at::Tensor milky = fractalNoise(canvas.seeds, {.salt = 13, .size = canvas.size, .cells = 3, .octaves = 5});
  const at::Tensor density = milky.mul(0.3).add(0.8).clamp(0.2, 1.6);
  const at::Tensor thinning = smoothstep(above, 0.0, 0.25);
  canvas.picture = canvas.picture + (small + large) * density * strength * thinning;
}

void paintMoon(Canvas& canvas) {
  const at::Tensor strength = canvas.get(Q::Moon);
  const at::Tensor radius = canvas.get(Q::MoonRadius).clamp_min(0.01);
  const at::Tensor dx = (canvas.x - canvas.get(Q::MoonX)) / radius;
  const at::Tensor dy = (canvas.y - canvas.get(Q::MoonY)) / radius;
  const at::Tensor distance = (dx.square() + dy.square()).sqrt();
  const at::Tensor disc = (distance.neg().add(1.0) * radius * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0);
  // The edge of the lit part is an ellipse through the poles; a phase of 2 lights the whole disc.
  const at::Tensor terminator = dx + canvas.get(Q::MoonPhase) * (dy.square().neg().add(1.0)).clamp_min(0.0).sqrt();
  const at::Tensor lit = (terminator * 8.0 + 0.5).clamp(0.02, 1.0);
  const at::Tensor seas =
      sampleTexture(fractalNoise(canvas.seeds, {.salt = 15, .size = 64, .cells = 4, .octaves = 4}), dx * 0.35 + 0.5,
                    dy * 0.35 + 0.5);
  const at::Tensor face = seas.mul(0.06).add(0.88).clamp(0.4, 1.05);
  const at::Tensor halo = (distance.neg() * 0.35).exp() * 0.16 + (distance.neg() * 0.1).exp() * 0.05;
  const at::Tensor color = canvas.get(Tint::Sun);
  canvas.picture = canvas.picture + color * halo * strength;
  canvas.lay(color * face * lit + canvas.picture * (1.0 - lit), disc * strength);
}

/// Curtains of light along a folded line: rays rise from a sharp lower edge, green below and violet above.
void paintAurora(Canvas& canvas) {
  const at::Tensor folds =
      fractalLine(canvas.seeds, {.salt = 16, .size = 512, .cells = 5, .octaves = 3, .gain = 0.5});
  const at::Tensor rays =
      fractalLine(canvas.seeds, {.salt = 17, .size = 512, .cells = 48, .octaves = 2, .gain = 0.7});
  const at::Tensor random = lattice(canvas.seeds, 18, 1, 8);
  const at::Tensor none = at::full({1, 1, 1, 1}, 0.5, canvas.x.options());
  at::Tensor green = at::zeros_like(canvas.up);
  at::Tensor violet = green;
  for (std::int64_t curtain = 0; curtain < 2; ++curtain) {
    const at::Tensor place = random.select(3, curtain * 3).unsqueeze(3);
    const at::Tensor slant = (random.select(3, curtain * 3 + 1).unsqueeze(3) - 0.5) * 0.5;
    const at::Tensor u = canvas.x * 0.6 + place + canvas.up * 0.12;
    const at::Tensor edge = place * 0.3 + 0.12 + (canvas.x - 0.5) * slant + sampleTexture(folds, u, none) * 0.05;
    const at::Tensor height = canvas.up - edge;
    const at::Tensor bright = (sampleTexture(rays, u * 1.3, none) * 0.35 + 0.75).clamp(0.1, 1.8);
    const at::Tensor tall = sampleTexture(folds, u * 1.7 + 0.3, none) * 0.06 + 0.2;
    const at::Tensor rise =
        smoothstep(height, -0.02, 0.015) * (height.clamp_min(0.0) / tall.clamp_min(0.08)).neg().exp() * bright;
    green = green + rise;
    violet = violet + rise * smoothstep(height, 0.05, 0.3);
  }
  const at::Tensor strength = canvas.get(Q::Aurora) * smoothstep(canvas.up, 0.0, 0.1) * 0.5;
  const at::Tensor plain = (green - violet * 0.8).clamp_min(0.0);
  canvas.picture =
      canvas.picture +
      at::cat({plain * 0.12 + violet * 0.42, plain * 0.9 + violet * 0.12, plain * 0.36 + violet * 0.6}, 1) * strength;
}

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
  at::Tensor glow = warm * (flat.neg() / width).exp() * 0.55 + sun * (distance.neg() / (width * 0.3)).exp() * 0.6;
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

  if (canvas.uses(Q::Stars)) {
    paintStars(canvas, above);
  }
  if (canvas.uses(Q::Moon)) {
    paintMoon(canvas);
  }
  if (canvas.uses(Q::Aurora)) {
    paintAurora(canvas);
  }
}

}  // namespace pleinair::etude
