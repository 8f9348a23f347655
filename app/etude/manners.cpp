#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

/// The Kuwahara filter: each pixel takes the mean of the most even of four neighbouring squares, which turns
/// gradients into strokes and keeps edges.
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

at::Tensor oil(const at::Tensor& pictures, const at::Tensor& seeds) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor noise = fractalNoise(seeds, {.salt = 151, .size = size, .cells = 24, .octaves = 3, .gain = 0.7});
  const at::Tensor line = at::arange(size, pictures.options()).add(0.5).div(static_cast<double>(size));
  const at::Tensor x = line.view({1, 1, 1, size});
  const at::Tensor y = line.view({1, 1, size, 1});
  const at::Tensor moved = sampleTexture(pictures, x + noise * 0.008, y + noise * 0.005);
  at::Tensor strokes = evened(evened(moved, 4), 3);
  const at::Tensor bristles = sampleTexture(
      fractalNoise(seeds, {.salt = 152, .size = size, .cells = 64, .octaves = 2, .gain = 0.8}), x + noise * 0.01, y * 0.35 + noise * 0.02);
  strokes = strokes * (1.0 + bristles * 0.035);
  const at::Tensor grey = strokes.mean(1, true);
  return (grey + (strokes - grey) * 1.25).clamp(0.0, 1.0);
}

at::Tensor watercolour(const at::Tensor& pictures, const at::Tensor& seeds) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor noise = fractalNoise(seeds, {.salt = 153, .size = size, .cells = 10, .octaves = 4, .gain = 0.6});
  const at::Tensor line = at::arange(size, pictures.options()).add(0.5).div(static_cast<double>(size));
  const at::Tensor moved =
      sampleTexture(pictures, line.view({1, 1, 1, size}) + noise * 0.009, line.view({1, 1, size, 1}) - noise * 0.009);
  const at::Tensor washed = evened(evened(moved, 6), 6);
  // Pigment gathers at the rim of a wash.
  const at::Tensor blurred = at::avg_pool2d(at::replication_pad2d(washed, {3, 3, 3, 3}), {7, 7}, {1, 1});
  const at::Tensor rim = (washed - blurred).abs().mean(1, true);
  const at::Tensor paper = fractalNoise(seeds, {.salt = 154, .size = size, .cells = 64, .octaves = 2, .gain = 0.8});
  const at::Tensor pale = washed * 0.76 + 0.235;
  return (pale * (1.0 - rim * 1.8).clamp(0.5, 1.0) * (1.0 + noise * 0.035 + paper * 0.018)).clamp(0.0, 1.0);
}

void applyTo(at::Tensor& pictures, const std::vector<std::int64_t>& which, const at::Tensor& seeds,
             at::Tensor (*paint)(const at::Tensor&, const at::Tensor&)) {
  if (which.empty()) {
    return;
  }
  const at::Tensor index = at::tensor(which, at::kLong).to(pictures.device());
  pictures = pictures.index_copy(0, index, paint(pictures.index_select(0, index), seeds.index_select(0, index)));
}

}  // namespace

void applyManners(at::Tensor& pictures, const std::vector<Scene>& scenes, const at::Tensor& seeds) {
  std::vector<std::int64_t> oils;
  std::vector<std::int64_t> washes;
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    if (scenes[i].manner == Manner::Oil) {
      oils.push_back(static_cast<std::int64_t>(i));
    } else if (scenes[i].manner == Manner::Watercolour) {
      washes.push_back(static_cast<std::int64_t>(i));
    }
  }
  applyTo(pictures, oils, seeds, &oil);
  applyTo(pictures, washes, seeds, &watercolour);
}

}  // namespace pleinair::etude
