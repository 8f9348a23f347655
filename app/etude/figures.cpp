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
  const at::Tensor line =
      1.0 - height * (rise * 1.1 + 0.3) - grass.clamp_min(-0.5) * 0.008 * (height > 0.0).to(at::kFloat);
  const at::Tensor mask = ((canvas.y - line) * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0);
  canvas.lay(shadowColor(canvas), mask * (height > 0.0).to(at::kFloat));
}

void paintTree(Canvas& canvas) {
  const at::Tensor height = canvas.get(Q::LoneTree);
  const at::Tensor safe = height.clamp_min(0.05);
  const at::Tensor foot = canvas.get(Q::Horizon) + random(canvas, 133, 0) * 0.05 + 0.02;
  const at::Tensor dx = (canvas.x - canvas.get(Q::TreeX)) / safe;
  const at::Tensor dy = (foot - canvas.y) / safe;  // 0 at the foot, 1 at the top
  const at::Tensor leaves =
      sampleTexture(fractalNoise(canvas.seeds, {.salt = 134, .size = 128, .cells = 6, .octaves = 5, .gain = 0.75}),
                    dx * 0.5 + 0.5, dy * 0.5);
  const at::Tensor round = ((dx / 0.32).square() + ((dy - 0.7) / 0.27).square()).sqrt();
  const at::Tensor crown = ((1.0 - round + leaves * 0.13) * 12.0).clamp(0.0, 1.0);
  const at::Tensor pine =
      ((((1.0 - dy) * 0.26 - dx.abs() + leaves * 0.02) * 25.0).clamp(0.0, 1.0)) * smoothstep(dy, 0.14, 0.18);
  const at::Tensor isPine = (random(canvas, 133, 1) > 0.6).to(at::kFloat);
  const at::Tensor trunk = ((0.04 - dx.abs()) * safe * static_cast<double>(canvas.size) + 0.5).clamp(0.0, 1.0) *
                           (dy > 0.0).to(at::kFloat) * (dy < 0.7).to(at::kFloat);
  const at::Tensor mask = at::maximum(pine * isPine + crown * (1.0 - isPine), trunk) * (height > 0.0).to(at::kFloat);
  canvas.lay(shadowColor(canvas), mask);
}

void paintBoat(Canvas& canvas) {
  const at::Tensor size = canvas.get(Q::Boat).clamp_min(0.02);
  const at::Tensor centerX = random(canvas, 135, 0) * 0.7 + 0.15;
  const at::Tensor foot = canvas.get(Q::Horizon) + size * 0.25;
  const at::Tensor dx = (canvas.x - centerX) / size;
  const at::Tensor dy = (foot - canvas.y) / size;
  const double sharp = static_cast<double>(canvas.size) * 0.06;
  const at::Tensor sail =
      at::minimum((0.52 - dx.abs() * 1.2 - (dy - 0.2) * 0.5) * sharp, (dy - 0.2) * sharp).clamp(0.0, 1.0);
  const at::Tensor hull =
      at::minimum((0.45 - dx.abs() + dy * 0.6) * sharp, (0.16 - (dy - 0.06).abs() * 1.6) * sharp).clamp(0.0, 1.0);
  const at::Tensor present = (canvas.get(Q::Boat) > 0.0).to(at::kFloat);
  canvas.lay(shadowColor(canvas) + canvas.haze * 0.05, hull * present);
  canvas.lay(shadowColor(canvas) * 0.6 + canvas.haze * 0.18, sail * present);
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
  paintWith<Q::Foreground>(canvas, &paintForeground);
}

}  // namespace pleinair::etude
