#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// Faint stars, some bright ones of a warm or a cool white and very few large ones. None is smaller than the
/// autoencoder carries: it would come back as grey veil.
void paintStars(Canvas& canvas) {
  const at::Tensor dots =
      strewDots(canvas.seeds, 11, canvas.size, {{40, 1.2, 2.0}, {8, 1.5, 1.8}, {8, 1.5, 1.8}, {3, 2.2, 0.8}});
  const at::Tensor random = lattice(canvas.seeds, 12, 1, 2);
  const at::Tensor angle = random.select(3, 0).unsqueeze(3) * 3.1416;
  const at::Tensor place = random.select(3, 1).unsqueeze(3) * 0.5 - 0.25;
  const at::Tensor across = (canvas.x - 0.5) * angle.sin() + (canvas.y - 0.35) * angle.cos() - place;
  const at::Tensor clouds = fractalNoise(canvas.seeds, {.salt = 13, .size = 128, .cells = 4, .octaves = 4});
  const at::Tensor structure = sampleTexture(clouds, canvas.x, canvas.y);
  const at::Tensor milky = (across.square() / -0.02).exp() * (structure * 0.45 + 0.8).clamp(0.1, 2.0);
  const auto kind = [&](std::int64_t k) { return dots.slice(1, k, k + 1); };
  const auto tint = [&](double r, double g, double b) {
    return at::tensor({r, g, b}, canvas.picture.options()).view({1, 3, 1, 1});
  };
  const at::Tensor faint = kind(0) * (milky * 0.7 + 0.35) + milky * 0.006;
  const at::Tensor light = tint(0.85, 0.92, 1.0) * (faint + kind(3) * 1.1) + tint(1.0, 0.78, 0.55) * kind(1) * 0.8 +
                           tint(0.7, 0.85, 1.0) * kind(2) * 0.8;
  canvas.picture = canvas.picture + light * canvas.get(Q::Stars) * smoothstep(canvas.up, 0.0, 0.25);
}

void paintMoon(Canvas& canvas) {
  const at::Tensor strength = canvas.get(Q::Moon);
  const at::Tensor radius = canvas.get(Q::MoonRadius).clamp_min(0.01);
  const at::Tensor dx = (canvas.x - canvas.get(Q::MoonX)) / radius;
  const at::Tensor dy = (canvas.y - canvas.get(Q::MoonY)) / radius;
  const at::Tensor square = dx.square() + dy.square();
  const at::Tensor distance = square.sqrt();
  const double pixels = static_cast<double>(canvas.size);
  const at::Tensor disc = ((1.0 - distance) * radius * (pixels * 0.8) + 0.5).clamp(0.0, 1.0);
  // The edge of the lit part is an ellipse through the poles; a phase of 2 lights the whole disc.
  const at::Tensor terminator = dx + canvas.get(Q::MoonPhase) * (1.0 - dy.square()).clamp_min(0.0).sqrt();
  const at::Tensor lit = (terminator * radius * pixels + 0.5).clamp(0.0, 1.0);
  const at::Tensor seas =
      sampleTexture(fractalNoise(canvas.seeds, {.salt = 15, .size = 64, .cells = 4, .octaves = 4, .gain = 0.45}),
                    dx * 0.3 + 0.5, dy * 0.3 + 0.5);
  const at::Tensor limb = 1.0 - square.clamp_max(1.0).square() * 0.14;
  const at::Tensor face = (0.9 - smoothstep(seas, -0.2, 1.1) * 0.36) * limb;
  const at::Tensor halo =
      (distance * -0.8).exp() * 0.12 + (distance * -0.3).exp() * 0.1 + (distance * -0.1).exp() * 0.04;
  const at::Tensor crescent = smoothstep(canvas.get(Q::MoonPhase), 0.5, 1.5) * 0.65 + 0.35;
  const at::Tensor color = canvas.get(Tint::Sun);
  canvas.picture = canvas.picture + color * halo * strength * crescent;
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

void paintNight(Canvas& canvas) {
  paintWith<Q::Stars>(canvas, &paintStars);
  paintWith<Q::Moon>(canvas, &paintMoon);
  paintWith<Q::Aurora>(canvas, &paintAurora);
}

}  // namespace pleinair::etude
