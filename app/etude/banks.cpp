#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// Long low clouds over the horizon, seen from the side. A low sun sets their lower edges alight, by day their tops
/// are white.
void paintBars(Canvas& canvas) {
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 28, .size = 128, .cells = 8, .octaves = 4, .gain = 0.5});
  const at::Tensor random = lattice(canvas.seeds, 29, 1, 3);
  const auto number = [&](std::int64_t k) { return random.slice(3, k, k + 1); };
  const at::Tensor middle = number(0) * 0.13 + 0.07;  // height of most of them
  const at::Tensor u = canvas.x * 0.16 + number(1) * 0.6;
  const auto thickness = [&](double lift) {
    const at::Tensor up = canvas.up + lift;
    return sampleTexture(texture, u + up * 0.1, up * 1.15 + number(2)) -
           ((up - middle).abs() * 9.0).clamp_max(2.5) * 0.75;
  };
  const at::Tensor here = thickness(0.0);
  const at::Tensor body = smoothstep(here, -0.15, 0.65) * smoothstep(canvas.up, 0.005, 0.03);
  const at::Tensor low = smoothstep(canvas.get(Q::Horizon) - canvas.get(Q::SunY), 0.25, 0.45).neg().add(1.0);
  // Light comes from below under a low sun, and else from above.
  const at::Tensor slope = here - thickness(-0.018);
  const at::Tensor light = (0.35 + (low * 2.0 - 1.0) * slope * 0.9).clamp(0.0, 1.0);
  const at::Tensor towards = ((canvas.x - canvas.get(Q::SunX)).abs() / -0.3).exp() * canvas.get(Q::SunLight);
  const at::Tensor lit =
      canvas.get(Tint::CloudLit) * (low * 0.15 + 0.92) + canvas.get(Tint::Sun) * towards * low * 0.25;
  const at::Tensor dark = canvas.get(Tint::CloudDark) * 0.6 + canvas.get(Tint::Sky1) * 0.4;
  const at::Tensor color = dark + (lit - dark) * light;
  const at::Tensor air = (canvas.up.clamp_min(0.0) / -0.06).exp() * (canvas.get(Q::Haze) * 0.6 + 0.2);
  canvas.lay(color + (canvas.haze - color) * air, body * canvas.get(Q::Bars) * 0.9);
}

/// The front of a storm: a dark shelf in steps along an arc over a strip of bright sky, in which rain hangs that is
/// lit from behind.
void paintShelf(Canvas& canvas) {
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 30, .size = 128, .cells = 6, .octaves = 4, .gain = 0.5});
  const at::Tensor random = lattice(canvas.seeds, 31, 1, 5);
  const auto number = [&](std::int64_t k) { return random.slice(3, k, k + 1); };
  const at::Tensor aside = canvas.x - (number(0) * 0.8 + 0.1);
  const at::Tensor rough = sampleTexture(texture, canvas.x * 0.35 + number(1), canvas.up * 0.5 + number(2));
  const at::Tensor base = number(3) * 0.1 + 0.13 - aside.square() * 0.09 + aside * (number(4) - 0.5) * 0.2;
  const at::Tensor v = (canvas.up - base) * 6.0 + rough * 0.16;  // 0 at the lower edge
  const at::Tensor gap = canvas.get(Tint::Sky0);
  const at::Tensor bright = (canvas.up.clamp_min(0.0) / -0.16).exp() * smoothstep(v, -0.5, 0.2).neg().add(1.0);
  canvas.lay(gap * 1.2, bright * 0.85 * canvas.get(Q::Shelf) * smoothstep(canvas.up, -0.02, 0.02));

  const at::Tensor fall = canvas.x + canvas.up * (number(1) - 0.5) * 0.5;
  const at::Tensor streaks = sampleTexture(texture, fall * 0.9, number(4) + canvas.up * 0.04);
  const at::Tensor curtain = ((fall - number(2)).square() / -0.03).exp() * (streaks * 0.2 + 0.75).clamp(0.0, 1.0) *
                             smoothstep(v, 0.0, 0.4).neg().add(1.0) * smoothstep(canvas.up, -0.01, 0.02);
  const at::Tensor rain = canvas.get(Tint::CloudDark) * 0.65 + gap * (0.2 + streaks.clamp(-1.0, 1.0) * 0.07);
  canvas.lay(rain, (curtain * 0.8).clamp(0.0, 0.9));

  // Soft bands along the arc, and under them an edge that the bright strip lights.
  const at::Tensor bands = (v * 5.5 + rough * 1.6).sin() * 0.5 + 0.5;
  const at::Tensor light = (bands.square() * 0.3 + rough * 0.14 + 0.06) * (v.clamp_min(0.0) * -0.6).exp() +
                           (v.clamp_min(0.0) / -0.14).exp() * 0.3;
  const at::Tensor dark = canvas.get(Tint::CloudDark) * 0.7;
  const at::Tensor color = dark + (canvas.get(Tint::CloudLit) * 0.6 + gap * 0.3 - dark) * light.clamp(0.0, 1.0);
  const at::Tensor cover = smoothstep(v, -0.04, 0.1) * smoothstep(v - rough * 0.7, 1.6, 4.2).neg().add(1.0);
  canvas.lay(color, cover * canvas.get(Q::Shelf));
}

}  // namespace

void paintBanks(Canvas& canvas) {
  paintWith<Q::Bars>(canvas, &paintBars);
  paintWith<Q::Shelf>(canvas, &paintShelf);
}

}  // namespace pleinair::etude
