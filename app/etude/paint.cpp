#include "app/etude/paint.h"

#include "app/etude/noise.h"

namespace pleinair::etude {

Places placesOf(const at::Tensor& pictures) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor line = at::arange(size, pictures.options()).add(0.5).div(static_cast<double>(size));
  return {line.view({1, 1, 1, size}), line.view({1, 1, size, 1})};
}

at::Tensor blurred(const at::Tensor& planes, std::int64_t radius) {
  const std::int64_t side = 2 * radius + 1;
  return at::avg_pool2d(at::replication_pad2d(planes, {radius, radius, radius, radius}), {side, side}, {1, 1});
}

at::Tensor evened(const at::Tensor& pictures, std::int64_t radius) {
  const std::int64_t side = radius + 1;
  const at::Tensor padded = at::replication_pad2d(pictures, {radius, radius, radius, radius});
  const at::Tensor mean = at::avg_pool2d(padded, {side, side}, {1, 1});
  const at::Tensor grey = padded.mean(1, true);
  const at::Tensor greyMean = at::avg_pool2d(grey, {side, side}, {1, 1});
  const at::Tensor spread = at::avg_pool2d(grey.square(), {side, side}, {1, 1}) - greyMean.square();
  const std::int64_t size = pictures.size(2);
  at::Tensor best;
  at::Tensor least;
  for (const std::int64_t top : {std::int64_t{0}, radius}) {
    for (const std::int64_t left : {std::int64_t{0}, radius}) {
      const at::Tensor candidate = mean.slice(2, top, top + size).slice(3, left, left + size);
      const at::Tensor its = spread.slice(2, top, top + size).slice(3, left, left + size);
      if (!best.defined()) {
        best = candidate;
        least = its;
        continue;
      }
      best = at::where(its < least, candidate, best);
      least = at::minimum(its, least);
    }
  }
  return best;
}

at::Tensor toneOf(const at::Tensor& pictures) {
  const at::Tensor grey = pictures.mean(1, true);
  const at::Tensor low = grey.amin({2, 3}, true);
  return (grey - low) / (grey.amax({2, 3}, true) - low).clamp_min(0.2);
}

at::Tensor saturated(const at::Tensor& pictures, double by) {
  const at::Tensor grey = pictures.mean(1, true);
  return grey + (pictures - grey) * by;
}

Flow flowOf(const at::Tensor& pictures, const at::Tensor& drift) {
  // On a quarter of the pixels: the flow is smooth anyway.
  const at::Tensor small = blurred(at::avg_pool2d(pictures.mean(1, true), {2, 2}, {2, 2}), 1);
  const at::Tensor gx = small.roll(-1, 3) - small.roll(1, 3);
  const at::Tensor gy = small.roll(-1, 2) - small.roll(1, 2);
  // The structure tensor's main axis: gradients of opposite sign are the same edge.
  const at::Tensor both = blurred(at::cat({gx.square() - gy.square(), gx * gy * 2.0}, 1), 3);
  const at::Tensor full = at::upsample_bilinear2d(both, {pictures.size(2), pictures.size(3)}, false);
  constexpr double kWeak = 4e-4;  // an edge weaker than this leaves the brush to itself
  const at::Tensor angle = drift * 0.8;
  const at::Tensor c = full.slice(1, 0, 1) - kWeak * (angle * 2.0).cos();
  const at::Tensor s = full.slice(1, 1, 2) - kWeak * (angle * 2.0).sin();
  const at::Tensor across = at::atan2(s, c) * 0.5;
  return {across.sin().neg(), across.cos()};
}

at::Tensor smeared(const at::Tensor& planes, const Flow& flow, double reach, int steps) {
  const Places at = placesOf(planes);
  at::Tensor sum;
  for (int step = 0; step < steps; ++step) {
    const double length = reach / 256.0 * (2.0 * (step + 0.5) / steps - 1.0);
    const at::Tensor there = sampleTexture(planes, at.x + flow.dx * length, at.y + flow.dy * length);
    sum = sum.defined() ? sum.add_(there) : there;
  }
  return sum.div_(static_cast<double>(steps));
}

}  // namespace pleinair::etude
