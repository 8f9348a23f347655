#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

at::Tensor shadowColor(const Canvas& canvas) {
  return canvas.get(Tint::NearLand) * 0.12 + canvas.get(Tint::Sky3) * 0.03;
}

at::Tensor random(const Canvas& canvas, std::int64_t salt, std::int64_t index) {
  return lattice(canvas.seeds, salt, 1, index + 1).select(3, index).unsqueeze(3);
}

void paintForeground(Canvas& canvas) {
  const at::Tensor height = canvas.get(Q::Foreground);
  const at::Tensor rise = at::upsample_bicubic2d(lattice(canvas.seeds, 131, 1, 4), {1, canvas.size}, false);
  const at::Tensor grass =
      fractalLine(canvas.seeds, {.salt = 132, .size = canvas.size, .cells = 32, .octaves = 3, .gain = 0.9});
  const at::Tensor line = 1.0 - height * (rise * 1.1 + 0.3) - grass.clamp_min(-0.5) * 0.008;
  const at::Tensor inside = canvas.y - line;
  const at::Tensor mask = (inside * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0);
  // Light grazes the tips of the grass, most of all before the sun, and tufts stand out of the dark below.
  const at::Tensor towards = ((canvas.x - canvas.get(Q::SunX)).abs() / -0.25).exp() * canvas.get(Q::SunLight);
  const at::Tensor tufts =
      sampleTexture(fractalNoise(canvas.seeds, {.salt = 140, .size = 64, .cells = 8, .octaves = 3, .gain = 0.6}),
                    canvas.x * 0.9 + inside * 0.4, inside * 1.6);
  const at::Tensor edge = (inside.clamp_min(0.0) / -0.014).exp();
  const at::Tensor lit = canvas.get(Tint::NearLand) * (edge * 0.35 + smoothstep(tufts, 0.0, 1.4) * 0.12) +
                         canvas.get(Tint::Sky0) * edge * (towards * 0.3 + 0.04);
  canvas.lay(shadowColor(canvas) + lit, mask);
}

/// A limb that tapers from one point to another, in tree heights.  -> [B, 1, H, W] 0..1
at::Tensor limb(const at::Tensor& dx, const at::Tensor& dy, const at::Tensor& pixels, const at::Tensor& toX,
                const at::Tensor& toY, double fromY, double thick) {
  const at::Tensor ey = toY - fromY;
  const at::Tensor py = dy - fromY;
  const at::Tensor t = ((dx * toX + py * ey) / (toX.square() + ey.square())).clamp(0.0, 1.0);
  const at::Tensor distance = ((dx - toX * t).square() + (py - ey * t).square()).sqrt();
  return ((thick * (1.0 - t * 0.75) - distance) * pixels + 0.5).clamp(0.0, 1.0);
}

/// Clumps of leaves about the ends of the boughs; sky is seen between them.
at::Tensor leafTree(const Canvas& canvas, const at::Tensor& dx, const at::Tensor& dy, const at::Tensor& leaves,
                    const at::Tensor& pixels) {
  constexpr std::int64_t kClumps = 6;
  const at::Tensor numbers = lattice(canvas.seeds, 141, kClumps, 3);
  at::Tensor crown;
  at::Tensor wood = limb(dx, dy, pixels, numbers.slice(2, 0, 1).slice(3, 0, 1) * 0.08 - 0.04,
                         at::full({1, 1, 1, 1}, 0.72, dx.options()), -0.02, 0.034);
  for (std::int64_t clump = 0; clump < kClumps; ++clump) {
    const auto number = [&](std::int64_t k) { return numbers.select(2, clump).select(2, k).view({-1, 1, 1, 1}); };
    const double turn = (static_cast<double>(clump) + 0.5) / kClumps * 2.0 - 1.0;  // from the left to the right
    const at::Tensor x = (number(0) - 0.5) * 0.14 + turn * 0.3;
    const at::Tensor y = (number(1) - 0.5) * 0.16 + 0.78 - turn * turn * 0.2;
    const at::Tensor radius = number(2) * 0.06 + 0.13;
    const at::Tensor distance = ((dx - x).square() + ((dy - y) * 1.25).square()).sqrt() / radius;
    crown = crown.defined() ? at::minimum(crown, distance) : distance;
    if (clump % 2 == 0 || clump == kClumps - 1) {
      wood = at::maximum(wood, limb(dx, dy, pixels, x, y, 0.3 + 0.04 * static_cast<double>(clump), 0.017));
    }
  }
  const at::Tensor foliage = ((1.0 - crown + leaves * 0.24) * 7.0).clamp(0.0, 1.0);
  return at::maximum(foliage, wood);
}

void paintTree(Canvas& canvas) {
  const at::Tensor height = canvas.get(Q::LoneTree);
  const at::Tensor foot = canvas.get(Q::Horizon) + random(canvas, 133, 0) * 0.05 + 0.02;
  const at::Tensor dx = (canvas.x - canvas.get(Q::TreeX)) / height;
  const at::Tensor dy = (foot - canvas.y) / height;  // 0 at the foot, 1 at the top
  const at::Tensor pixels = height * static_cast<double>(canvas.size);
  const at::Tensor leaves =
      sampleTexture(fractalNoise(canvas.seeds, {.salt = 134, .size = 128, .cells = 10, .octaves = 4, .gain = 0.75}),
                    dx * 0.5 + 0.5, dy * 0.5);
  // A conifer's boughs hang in tiers.
  const at::Tensor tier = dy * 9.0 + leaves * 0.12;
  const at::Tensor boughs = (1.0 - dy) * 0.24 * ((tier.ceil() - tier) * 0.45 + 0.65);
  const at::Tensor pine =
      ((boughs - dx.abs() + leaves * 0.012) * pixels * 0.7).clamp(0.0, 1.0) * smoothstep(dy, 0.1, 0.14);
  const at::Tensor stem = ((0.026 - dx.abs()) * pixels + 0.5).clamp(0.0, 1.0) * (dy > 0.0).logical_and(dy < 0.5);
  const at::Tensor isPine = (random(canvas, 133, 1) > 0.6).to(at::kFloat);
  const at::Tensor broadleaf = leafTree(canvas, dx, dy, leaves, pixels);
  canvas.lay(shadowColor(canvas), broadleaf + (at::maximum(pine, stem) - broadleaf) * isPine);
}

/// Conifers close by at the picture's sides: between them one looks out into the light.
void paintNearTrees(Canvas& canvas) {
  constexpr std::int64_t kTrees = 4;
  const at::Tensor numbers = lattice(canvas.seeds, 142, kTrees, 3);
  const at::Tensor texture =
      fractalNoise(canvas.seeds, {.salt = 143, .size = 64, .cells = 12, .octaves = 2, .gain = 0.7});
  at::Tensor cover;
  for (std::int64_t tree = 0; tree < kTrees; ++tree) {
    const auto number = [&](std::int64_t k) { return numbers.select(2, tree).select(2, k).view({-1, 1, 1, 1}); };
    const double start = tree % 2 == 0 ? -0.02 : 0.82;
    const at::Tensor height = canvas.get(Q::NearTrees) * (number(0) * 0.45 + 0.6);
    const at::Tensor dx = ((canvas.x - number(1) * 0.2 - start) / height).abs();
    const at::Tensor dy = (1.03 - canvas.y) / height;
    const at::Tensor rough = sampleTexture(texture, canvas.x + number(2), canvas.y);
    const at::Tensor tier = dy * 10.0 + rough * 0.25 - dx * 3.0;
    const at::Tensor boughs = (1.0 - dy) * 0.2 * ((tier.ceil() - tier) * 0.55 + 0.55) + rough * 0.006;
    const at::Tensor pixels = height * static_cast<double>(canvas.size);
    const at::Tensor crown = ((boughs - dx) * pixels * 0.7).clamp(0.0, 1.0) * smoothstep(dy, 0.14, 0.18);
    const at::Tensor stem = ((0.018 - dx) * pixels + 0.5).clamp(0.0, 1.0) * (dy < 0.6).to(at::kFloat);
    const at::Tensor one = at::maximum(crown, stem);
    cover = cover.defined() ? at::maximum(cover, one) : one;
  }
  canvas.lay(shadowColor(canvas) + canvas.haze * 0.03, cover);
}

void paintBoat(Canvas& canvas) {
  const at::Tensor size = canvas.get(Q::Boat);
  const at::Tensor centerX = random(canvas, 135, 0) * 0.7 + 0.15;
  const at::Tensor foot = canvas.get(Q::Horizon) + size * 0.25;
  const at::Tensor dx = (canvas.x - centerX) / size;
  const at::Tensor dy = (foot - canvas.y) / size;
  const double sharp = static_cast<double>(canvas.size) * 0.06;
  // A tall mainsail behind the mast and a jib before it, both filled by the wind.
  const at::Tensor aloft = (dy - 0.2).clamp_min(0.0);
  const auto cloth = [&](const at::Tensor& out, double broad, double tall) {
    const at::Tensor leech = broad * (1.0 - (aloft / tall).clamp_max(1.0)) * (aloft * 0.5 + 1.0);
    return (at::minimum(at::minimum(leech - out, out), dy - 0.2) * sharp * 1.4).clamp(0.0, 1.0);
  };
  const at::Tensor sail = at::maximum(cloth(dx, 0.44, 0.98), cloth(-0.05 - dx, 0.3, 0.78));
  const at::Tensor hull = at::minimum((0.46 - dx.abs() + dy * 0.7) * sharp,
                                      (0.15 - (dy - 0.05 - dx.square().clamp_max(0.5) * 0.25).abs() * 1.6) * sharp)
                              .clamp(0.0, 1.0);
  canvas.lay(shadowColor(canvas) + canvas.haze * 0.05, hull);
  canvas.lay(shadowColor(canvas) * 0.6 + canvas.haze * 0.18, sail);
}

void paintBirds(Canvas& canvas) {
  const at::Tensor present = canvas.get(Q::Birds);
  const at::Tensor centerX = random(canvas, 136, 0) * 0.7 + 0.15;
  const at::Tensor centerY = random(canvas, 136, 1) * 0.3 + 0.1;
  for (std::int64_t bird = 0; bird < 6; ++bird) {
    const at::Tensor span = random(canvas, 137, bird) * 0.022 + 0.02;
    const at::Tensor dx = (canvas.x - centerX - (random(canvas, 138, bird) - 0.5) * 0.44) / span;
    const at::Tensor dy = (canvas.y - centerY - (random(canvas, 139, bird) - 0.5) * 0.26) / span;
    const at::Tensor wing = dx.abs().sqrt() * -0.55 + dx.abs() * 0.35 + 0.2;
    const at::Tensor thickness =
        ((dy - wing).abs().neg() + 0.16 - dx.abs() * 0.07) * span * static_cast<double>(canvas.size);
    const at::Tensor mask = thickness.clamp(0.0, 1.0) * (dx.abs() < 1.0).to(at::kFloat);
    canvas.lay(shadowColor(canvas), mask * present * smoothstep(canvas.up, 0.02, 0.05));
  }
}

}  // namespace

void paintFigures(Canvas& canvas) {
  paintWith<Q::Boat>(canvas, &paintBoat);
  paintWith<Q::Birds>(canvas, &paintBirds);
  paintWith<Q::LoneTree>(canvas, &paintTree);
  paintWith<Q::NearTrees>(canvas, &paintNearTrees);
  paintWith<Q::Foreground>(canvas, &paintForeground);
}

}  // namespace pleinair::etude
