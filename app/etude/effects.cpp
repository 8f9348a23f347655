#include <algorithm>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

constexpr int kSegments = 56;
constexpr std::int64_t kAtOnce = 8;  // segments drawn in one go: single ones would be many small steps of a GPU

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
  for (std::int64_t s = 0; s < kSegments; s += kAtOnce) {
    const auto part = [&](std::int64_t k) {
      return bolts.slice(1, s, s + kAtOnce).select(2, k).view({count, kAtOnce, 1, 1});
    };
    const at::Tensor ex = part(2) - part(0);
    const at::Tensor ey = part(3) - part(1);
    const at::Tensor px = canvas.x - part(0);
    const at::Tensor py = canvas.y - part(1);
    const at::Tensor along = ((px * ex + py * ey) / (ex.square() + ey.square() + 1e-8)).clamp(0.0, 1.0);
    const at::Tensor distance = ((px - ex * along).square() + (py - ey * along).square()).sqrt();
    const at::Tensor strength = part(4);
    const at::Tensor cores = (distance.square() / (strength.square() * -1.6e-5 - 1e-7)).exp() * strength.sqrt();
    const at::Tensor halos = ((distance / -0.035).exp() + (distance / -0.2).exp() * 0.45) * strength;
    core = at::maximum(core, cores.amax(1, true));
    halo = at::maximum(halo, halos.amax(1, true));
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
  canvas.picture = canvas.picture * (1.0 - strength * bump(0.45, 0.5)) +
                   at::cat({red + inside, green + inside, blue + inside}, 1) * strength;
}

}  // namespace

void paintSkyEffects(Canvas& canvas) {
  paintWith<Q::Rainbow>(canvas, &paintRainbow);
  paintWith<Q::Lightning>(canvas, &paintLightning);
}

}  // namespace pleinair::etude
