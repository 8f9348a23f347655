#include <algorithm>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

constexpr int kSegments = 56;

struct Point {
  float x, y;
};

/// A bolt that wanders down from the clouds with branches that leave it and die out: segments of
/// [x0, y0, x1, y1, strength].
std::vector<std::array<float, 5>> growBolt(std::uint64_t seed, float ground) {
  Dice dice(seed);
  std::vector<std::array<float, 5>> segments;
  const int bolts = dice.chance(0.3F) ? 2 : 1;
  for (int bolt = 0; bolt < bolts; ++bolt) {
    Point at{dice.uniform(0.12F, 0.88F), dice.uniform(-0.1F, 0.15F)};
    const float lean = dice.uniform(-0.35F, 0.35F);
    const int steps = 26 / bolts;
    const float fall = (ground - at.y) / static_cast<float>(steps);
    for (int step = 0; step < steps; ++step) {
      const Point next{at.x + lean * fall + dice.uniform(-0.9F, 0.9F) * fall, at.y + fall * dice.uniform(0.6F, 1.4F)};
      segments.push_back({at.x, at.y, next.x, next.y, bolt == 0 ? 1.0F : 0.7F});
      if (dice.chance(0.22F)) {
        Point tip = next;
        const float side = dice.chance(0.5F) ? 1.0F : -1.0F;
        const auto length = static_cast<int>(2 + dice.bits() % 5);
        for (int twig = 0; twig < length; ++twig) {
          const Point end{tip.x + side * fall * dice.uniform(0.3F, 1.4F), tip.y + fall * dice.uniform(0.1F, 1.0F)};
          segments.push_back({tip.x, tip.y, end.x, end.y, 0.5F - 0.07F * static_cast<float>(twig)});
          tip = end;
        }
      }
      at = next;
    }
  }
  segments.resize(kSegments, {-9.0F, -9.0F, -9.0F, -9.1F, 0.0F});
  return segments;
}

void paintLightning(Canvas& canvas) {
  // Bolts are grown from the scenes themselves: reading numbers back from the device would stall it.
  std::vector<std::int64_t> struck;
  for (std::size_t i = 0; i < canvas.scenes->size(); ++i) {
    if ((*canvas.scenes)[i].at(Q::Lightning) > 0.0F) {
      struck.push_back(static_cast<std::int64_t>(i));
    }
  }
  const auto count = static_cast<std::int64_t>(struck.size());
  at::Tensor bolts = at::empty({count, kSegments, 5}, at::kFloat);
  for (std::size_t i = 0; i < struck.size(); ++i) {
    const Scene& scene = (*canvas.scenes)[static_cast<std::size_t>(struck[i])];
    const float ground = std::min(1.05F, scene.at(Q::Horizon) + 0.005F);
    const auto grown = growBolt(static_cast<std::uint64_t>(scene.seed), ground);
    for (std::size_t s = 0; s < kSegments; ++s) {
      std::copy(grown[s].begin(), grown[s].end(), bolts.mutable_data_ptr<float>() + (i * kSegments + s) * 5);
    }
  }
  bolts = bolts.to(canvas.picture.device());
  const at::Tensor index = at::tensor(struck, at::kLong).to(canvas.picture.device());
  at::Tensor core = at::zeros({count, 1, canvas.size, canvas.size}, canvas.picture.options());
  at::Tensor halo = at::zeros_like(core);
  for (std::int64_t s = 0; s < kSegments; ++s) {
    const auto part = [&](std::int64_t k) { return bolts.select(1, s).select(1, k).view({-1, 1, 1, 1}); };
    const at::Tensor ex = part(2) - part(0);
    const at::Tensor ey = part(3) - part(1);
    const at::Tensor px = canvas.x - part(0);
    const at::Tensor py = canvas.y - part(1);
    const at::Tensor along = ((px * ex + py * ey) / (ex.square() + ey.square() + 1e-8)).clamp(0.0, 1.0);
    const at::Tensor distance = ((px - ex * along).square() + (py - ey * along).square()).sqrt();
    const at::Tensor strength = part(4);
    core = at::maximum(core, (distance.square() / (strength.square() * -1.6e-5 - 1e-7)).exp() * strength.sqrt());
    halo = at::maximum(halo, ((distance / -0.035).exp() + (distance / -0.2).exp() * 0.45) * strength);
  }
  const at::Tensor strength = canvas.get(Q::Lightning).index_select(0, index);
  const at::Tensor tint = canvas.get(Tint::Sun).index_select(0, index);
  const at::Tensor cloudLit = canvas.get(Tint::CloudLit).index_select(0, index);
  const at::Tensor before = canvas.picture.index_select(0, index);
  const at::Tensor flash = before + (cloudLit * 0.8 + tint * 0.12) * halo * strength;
  canvas.picture = canvas.picture.index_copy(0, index, flash + (tint * 1.6 - flash) * core.clamp(0.0, 1.0));
}

void paintRainbow(Canvas& canvas) {
  const at::Tensor random = lattice(canvas.seeds, 41, 1, 4);
  const at::Tensor centerX = random.select(3, 0).unsqueeze(3) * 0.5 + 0.25;
  const at::Tensor radius = random.select(3, 1).unsqueeze(3) * 0.14 + 0.38;
  const at::Tensor centerY = canvas.get(Q::Horizon).clamp_max(1.1) + random.select(3, 2).unsqueeze(3) * 0.1;
  const at::Tensor distance = ((canvas.x - centerX).square() + (canvas.y - centerY).square()).sqrt();
  const at::Tensor band = random.select(3, 3).unsqueeze(3) * 0.05 + 0.12;
  const at::Tensor t = (distance - radius) / band;  // 0 violet, 1 red
  const auto bump = [&](double center, double width) { return ((t - center).square() / -(width * width)).exp(); };
  const at::Tensor red = bump(0.85, 0.25) + bump(-0.05, 0.16) * 0.4;
  const at::Tensor green = bump(0.5, 0.25);
  const at::Tensor blue = bump(0.15, 0.25);
  const at::Tensor inside = smoothstep(t, -3.0, 0.0).neg().add(1.0) * 0.08;
  const at::Tensor strength = canvas.get(Q::Rainbow) * smoothstep(canvas.up, 0.0, 0.06) * 0.4;
  canvas.picture = canvas.picture * (1.0 - strength * (bump(0.45, 0.5) * 0.3)) +
                   at::cat({red + inside, green + inside, blue + inside}, 1) * strength;
}

}  // namespace

void paintSkyEffects(Canvas& canvas) {
  if (canvas.uses(Q::Rainbow)) {
    paintRainbow(canvas);
  }
  if (canvas.uses(Q::Lightning)) {
    paintLightning(canvas);
  }
}

void paintAir(Canvas& canvas) {
  if (canvas.uses(Q::Fog)) {
    const at::Tensor banks = fractalNoise(canvas.seeds, {.salt = 51, .size = canvas.size, .cells = 3, .octaves = 5});
    const at::Tensor depth = at::where(canvas.up > 0.0, (canvas.up / -0.35).exp(), (canvas.up / 0.22).exp());
    const at::Tensor amount = (canvas.get(Q::Fog) * (depth * 0.95 + banks * 0.13 * depth + 0.12)).clamp(0.0, 0.97);
    canvas.lay(canvas.haze, amount);
  }
  if (canvas.uses(Q::Rain)) {
    // Long streaks along a slant that is the picture's own, near ones over fine far ones.
    const at::Tensor slant = (lattice(canvas.seeds, 53, 1, 1) - 0.5) * 0.45;
    const at::Tensor across = canvas.x + canvas.y * slant;
    const at::Tensor far = sampleTexture(lattice(canvas.seeds, 52, 12, 110), across * 0.9, canvas.y * 0.7);
    const at::Tensor near = sampleTexture(lattice(canvas.seeds, 50, 8, 64), across * 0.9 + 0.05, canvas.y * 0.5);
    const at::Tensor bright = smoothstep(far, 0.72, 0.98) * 0.1 + smoothstep(near, 0.84, 0.99) * 0.16;
    canvas.picture = canvas.picture + (canvas.haze * 0.8 + 0.1) * bright * canvas.get(Q::Rain);
  }
  if (canvas.uses(Q::Snowfall)) {
    // Flakes lie on a lattice; bending its lines hides that.
    const at::Tensor bend =
        fractalNoise(canvas.seeds, {.salt = 49, .size = 64, .cells = 5, .octaves = 2, .gain = 0.5});
    const at::Tensor u = canvas.x + sampleTexture(bend, canvas.x, canvas.y) * 0.014;
    const at::Tensor v = canvas.y + sampleTexture(bend, canvas.y * 0.9 + 0.07, canvas.x) * 0.014;
    // From far and fine to near and soft; small flakes of little contrast, or they melt into confetti.
    struct Flakes {
      std::int64_t cells;
      double share, cover;
    };
    for (const Flakes& flakes : {Flakes{96, 0.07, 0.35}, Flakes{64, 0.05, 0.5}, Flakes{40, 0.02, 0.5}}) {
      const at::Tensor points = smoothstep(lattice(canvas.seeds, 54 + flakes.cells, flakes.cells, flakes.cells),
                                           1.0 - flakes.share, 1.0 - flakes.share * 0.5);
      const at::Tensor dots = at::upsample_bicubic2d(points, {canvas.size, canvas.size}, false);
      const at::Tensor cover = smoothstep(sampleTexture(dots, u, v), 0.2, 1.0) * canvas.get(Q::Snowfall);
      canvas.lay((canvas.haze * 1.4 + 0.07).clamp_max(0.95), (cover * flakes.cover).clamp(0.0, 1.0));
    }
  }
}

at::Tensor developPhoto(const Canvas& canvas) {
  at::Tensor light = (canvas.picture * canvas.get(Q::Exposure)).clamp_min(0.0);
  const at::Tensor dx = canvas.x - 0.5;
  const at::Tensor dy = canvas.y - 0.5;
  light = light * (1.0 - (dx.square() + dy.square()) * canvas.get(Q::Vignette) * 1.4);
  // A soft shoulder keeps the sun's surroundings from breaking off at white.
  light = at::where(light > 0.7, 0.7 + 0.3 * (1.0 - ((light - 0.7) / -0.3).exp()), light);
  const at::Tensor grey =
      (light * at::tensor({0.2126, 0.7152, 0.0722}, light.options()).view({1, 3, 1, 1})).sum(1, true);
  light = (grey + (light - grey) * canvas.get(Q::Saturation)).clamp(0.0, 1.0);
  at::Tensor srgb =
      at::where(light <= 0.0031308, light * 12.92, light.clamp_min(1e-5).pow(1.0 / 2.4) * 1.055 - 0.055);
  srgb = (srgb - 0.42) * canvas.get(Q::Contrast) + 0.42;
  const at::Tensor grain = lattice(canvas.seeds, 61, canvas.size, canvas.size) - 0.5;
  return (srgb + grain * canvas.get(Q::Grain) * 3.0).clamp(0.0, 1.0);
}

}  // namespace pleinair::etude
