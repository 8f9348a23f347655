#include <array>
#include <utility>

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
  const at::Tensor noise = fractalNoise(seeds, {.salt = 151, .size = size, .cells = 14, .octaves = 3, .gain = 0.7});
  const at::Tensor line = at::arange(size, pictures.options()).add(0.5).div(static_cast<double>(size));
  const at::Tensor x = line.view({1, 1, 1, size});
  const at::Tensor y = line.view({1, 1, size, 1});
  const at::Tensor moved = sampleTexture(pictures, x + noise * 0.013, y + noise * 0.009);
  at::Tensor strokes = evened(evened(moved, 6), 5);
  const at::Tensor bristles =
      sampleTexture(fractalNoise(seeds, {.salt = 152, .size = size, .cells = 40, .octaves = 2, .gain = 0.8}),
                    x * 0.35 + noise * 0.02, y + noise * 0.01);
  // Thick paint: every stroke has its own height, and light from above falls on its edge.
  const at::Tensor height = bristles + strokes.mean(1, true) * 6.0;
  const at::Tensor edge = height - sampleTexture(height, x - 0.008, y - 0.008);
  strokes = strokes * (1.0 + bristles * 0.05 + (edge * 0.035).clamp(-0.12, 0.12));
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

at::Tensor along(const at::Tensor& pictures) {
  return at::arange(pictures.size(2), pictures.options()).add(0.5).div(static_cast<double>(pictures.size(2)));
}

/// Washes of diluted ink on warm paper, and a brush line where light meets dark.
at::Tensor ink(const at::Tensor& pictures, const at::Tensor& seeds) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor noise = fractalNoise(seeds, {.salt = 155, .size = size, .cells = 12, .octaves = 4, .gain = 0.6});
  const at::Tensor line = along(pictures);
  const at::Tensor grey = evened(sampleTexture(pictures, line.view({1, 1, 1, size}) + noise * 0.006,
                                               line.view({1, 1, size, 1}) + noise * 0.006),
                                 5)
                              .mean(1, true);
  const at::Tensor low = grey.amin({2, 3}, true);
  const at::Tensor spread = (grey - low) / (grey.amax({2, 3}, true) - low).clamp_min(0.15);
  const at::Tensor blurred = at::avg_pool2d(at::replication_pad2d(spread, {2, 2, 2, 2}), {5, 5}, {1, 1});
  const at::Tensor strokes = ((blurred - spread) * 7.0).clamp(0.0, 0.8);
  const at::Tensor wash = (spread * 0.85 + 0.18 + noise * 0.02).clamp(0.05, 1.0) - strokes;
  const at::Tensor paper = at::tensor({0.97, 0.94, 0.87}, pictures.options()).view({1, 3, 1, 1});
  const at::Tensor black = at::tensor({0.08, 0.08, 0.11}, pictures.options()).view({1, 3, 1, 1});
  return (black + (paper - black) * wash.clamp(0.0, 1.0)).clamp(0.0, 1.0);
}

/// Soft chalk over toned paper, whose grain shows between the strokes.
at::Tensor pastel(const at::Tensor& pictures, const at::Tensor& seeds) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor grain = fractalNoise(seeds, {.salt = 156, .size = size, .cells = 64, .octaves = 2, .gain = 0.9});
  const at::Tensor line = along(pictures);
  const at::Tensor x = line.view({1, 1, 1, size});
  const at::Tensor y = line.view({1, 1, size, 1});
  const at::Tensor strokes =
      sampleTexture(fractalNoise(seeds, {.salt = 157, .size = size, .cells = 48, .octaves = 2, .gain = 0.8}),
                    x * 0.9 + y * 0.7, y * 0.25 - x * 0.2);
  const at::Tensor soft = evened(sampleTexture(pictures, x + strokes * 0.004, y + strokes * 0.003), 5);
  const at::Tensor paper = soft.mean({2, 3}, true) * 0.5 + 0.32;
  const at::Tensor bare = ((grain * 0.6 + strokes * 0.35 - 0.8) * 0.7).clamp(0.0, 0.5);
  const at::Tensor chalk = soft * 0.84 + 0.14 + strokes * 0.015;
  return (chalk + (paper - chalk) * bare).clamp(0.0, 1.0);
}

/// Dark lines cut along the forms: the darker a place, the broader the line. Two tints under them.
at::Tensor woodcut(const at::Tensor& pictures, const at::Tensor& seeds) {
  const std::int64_t size = pictures.size(2);
  const at::Tensor forms = evened(evened(pictures, 4), 4);
  const at::Tensor grey = forms.mean(1, true);
  const at::Tensor wobble = fractalNoise(seeds, {.salt = 158, .size = size, .cells = 5, .octaves = 3, .gain = 0.5});
  const at::Tensor line = along(pictures);
  const at::Tensor phase = (line.view({1, 1, size, 1}) + wobble * 0.012 + grey * 0.05) * 134.0;
  const at::Tensor low = grey.amin({2, 3}, true);
  const at::Tensor tone = (grey - low) / (grey.amax({2, 3}, true) - low).clamp_min(0.12);
  const at::Tensor cut = ((phase.sin() * 0.32 + 0.42 - tone) * 4.0 + 0.5).clamp(0.0, 0.8);
  const at::Tensor flat = (forms * 4.0).round() / 4.0;
  const at::Tensor tint = flat * 0.55 + at::tensor({0.42, 0.4, 0.34}, pictures.options()).view({1, 3, 1, 1});
  const at::Tensor black = at::tensor({0.16, 0.13, 0.15}, pictures.options()).view({1, 3, 1, 1});
  return (tint + (black - tint) * cut).clamp(0.0, 1.0);
}

/// Facets, each seen from its own side and shaded from one edge to the other.
at::Tensor cubist(const at::Tensor& pictures, const at::Tensor& seeds) {
  constexpr std::int64_t kSide = 4;
  const std::int64_t size = pictures.size(2);
  const at::Tensor line = along(pictures);
  const at::Tensor x = line.view({1, 1, 1, size});
  const at::Tensor y = line.view({1, 1, size, 1});
  const at::Tensor numbers = lattice(seeds, 159, kSide * kSide, 6);
  at::Tensor nearest = at::full({pictures.size(0), 1, size, size}, 9.0, pictures.options());
  at::Tensor u = x + y * 0.0;
  at::Tensor v = y + x * 0.0;
  at::Tensor shade = at::ones_like(nearest);
  for (std::int64_t facet = 0; facet < kSide * kSide; ++facet) {
    const auto number = [&](std::int64_t k) { return numbers.select(2, facet).select(2, k).view({-1, 1, 1, 1}); };
    const at::Tensor dx = x - (number(0) + static_cast<double>(facet % kSide)) / static_cast<double>(kSide);
    const at::Tensor dy = y - (number(1) + static_cast<double>(facet / kSide)) / static_cast<double>(kSide);
    const at::Tensor slant = (number(2) - 0.5) * 1.2;
    const at::Tensor distance = (dx + dy * slant).abs() + (dy - dx * slant).abs() * 0.8;
    const at::Tensor mine = distance < nearest;
    nearest = at::where(mine, distance, nearest);
    u = at::where(mine, x + (number(3) - 0.5) * 0.14, u);
    v = at::where(mine, y + (number(4) - 0.5) * 0.14, v);
    shade = at::where(mine, 1.0 + (dx * (number(5) - 0.5) + dy * (number(2) - 0.5)) * 4.0, shade);
  }
  const at::Tensor seen = evened(sampleTexture(pictures, u, v), 4) * shade.clamp(0.55, 1.4);
  const at::Tensor grey = seen.mean(1, true);
  return (grey + (seen - grey) * 1.15).clamp(0.0, 1.0);
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
  using Paint = at::Tensor (*)(const at::Tensor&, const at::Tensor&);
  constexpr std::array<std::pair<Manner, Paint>, 6> kPainters = {{{Manner::Oil, &oil},
                                                                  {Manner::Watercolour, &watercolour},
                                                                  {Manner::Ink, &ink},
                                                                  {Manner::Pastel, &pastel},
                                                                  {Manner::Woodcut, &woodcut},
                                                                  {Manner::Cubist, &cubist}}};
  for (const auto& [manner, paint] : kPainters) {
    std::vector<std::int64_t> which;
    for (std::size_t i = 0; i < scenes.size(); ++i) {
      if (scenes[i].manner == manner) {
        which.push_back(static_cast<std::int64_t>(i));
      }
    }
    applyTo(pictures, which, seeds, paint);
  }
}

}  // namespace pleinair::etude
