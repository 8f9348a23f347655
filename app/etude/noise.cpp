#include "app/etude/noise.h"

#include <ATen/ATen.h>

#include <cmath>

namespace pleinair::etude {

at::Tensor fractalNoise(const at::Tensor& seeds, const FractalOptions& options) {
  at::Tensor sum;
  double amplitude = 1.0;
  double power = 0.0;
  std::int64_t cells = options.cells;
  // Each octave is laid over the ones before at its own size: only the last has to be brought to full size.
  for (int octave = 0; octave < options.octaves; ++octave, cells *= 2, amplitude *= options.gain) {
    at::Tensor points = lattice(seeds, options.salt * 64 + octave, cells, cells).sub_(0.5).mul_(amplitude);
    if (sum.defined()) {
      points.add_(at::upsample_bicubic2d(sum, {cells, cells}, false));
    }
    sum = points;
    power += amplitude * amplitude;
  }
  if (sum.size(2) != options.size) {
    sum = at::upsample_bicubic2d(sum, {options.size, options.size}, false);
  }
  constexpr double kUniformSpread = 0.24;  // of a uniform number once bicubic interpolation has smoothed it
  return sum.div_(kUniformSpread * std::sqrt(power));
}

at::Tensor fractalLine(const at::Tensor& seeds, const FractalOptions& options) {
  at::Tensor sum;
  double amplitude = 1.0;
  double power = 0.0;
  std::int64_t cells = options.cells;
  for (int octave = 0; octave < options.octaves; ++octave, cells *= 2, amplitude *= options.gain) {
    at::Tensor points = lattice(seeds, options.salt * 64 + octave, 1, cells).sub(0.5).mul(amplitude);
    points = at::upsample_linear1d(points.squeeze(2), {options.size}, true).unsqueeze(2);
    sum = sum.defined() ? sum.add_(points) : points;
    power += amplitude * amplitude;
  }
  return sum.div_(0.24 * std::sqrt(power));
}

at::Tensor strewDots(const at::Tensor& seeds, std::int64_t salt, std::int64_t size,
                     const std::vector<DotKind>& kinds) {
  const auto floats = seeds.options().dtype(at::kFloat);
  at::Tensor planes = at::zeros({seeds.size(0), static_cast<std::int64_t>(kinds.size()), size * size}, floats);
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    // Each dot is added as a small square of pixels about its heart: that is far less than whole planes.
    const double radius = kinds[k].radius * static_cast<double>(size) / 256.0;
    const auto reach = static_cast<std::int64_t>(std::ceil(radius * 2.8));
    const std::int64_t side = 2 * reach + 1;
    const auto plane = static_cast<std::int64_t>(k);
    const at::Tensor random = lattice(seeds, salt * 64 + plane, 3, kinds[k].count).squeeze(1);
    const at::Tensor y = random.select(1, 0).mul(static_cast<double>(size)).view({seeds.size(0), -1, 1, 1});
    const at::Tensor x = random.select(1, 1).mul(static_cast<double>(size)).view({seeds.size(0), -1, 1, 1});
    const at::Tensor bright = random.select(1, 2).pow(kinds[k].rareness).view({seeds.size(0), -1, 1, 1});
    const at::Tensor offsets = at::arange(-reach, reach + 1, floats);
    const at::Tensor row = y.floor() + offsets.view({1, 1, side, 1});
    const at::Tensor column = x.floor() + offsets.view({1, 1, 1, side});
    const at::Tensor square = (row + 0.5 - y).square() + (column + 0.5 - x).square();
    const auto within = [&](const at::Tensor& at) {
      return at.ge(0.0).logical_and(at.lt(static_cast<double>(size)));
    };
    const at::Tensor seen = within(row).logical_and(within(column)).to(at::kFloat);
    const at::Tensor light = (square / (-2.0 * radius * radius)).exp() * bright * seen;
    const auto last = static_cast<double>(size - 1);
    const at::Tensor index =
        (row.clamp(0.0, last) * static_cast<double>(size) + column.clamp(0.0, last)).to(at::kLong);
    planes.select(1, plane).scatter_add_(1, index.flatten(1), light.flatten(1));
  }
  return planes.view({seeds.size(0), -1, size, size});
}

at::Tensor sampleTexture(const at::Tensor& texture, const at::Tensor& u, const at::Tensor& v) {
  const auto planes = at::broadcast_tensors({u, v});
  const at::Tensor u1 = planes[0].squeeze(1);
  at::Tensor grid = at::empty({u1.size(0), u1.size(1), u1.size(2), 2}, u1.options());
  const at::Tensor start = at::scalar_tensor(-1.0, at::kFloat);  // a number of the CPU goes with any device
  at::Tensor column = grid.select(3, 0);
  at::Tensor row = grid.select(3, 1);
  at::add_out(column, start, u1, 2.0);
  at::add_out(row, start, planes[1].squeeze(1), 2.0);
  grid = grid.expand({texture.size(0), -1, -1, -1});
  constexpr std::int64_t kBilinear = 0;
  constexpr std::int64_t kReflection = 2;
  return at::grid_sampler_2d(texture, grid, kBilinear, kReflection, false);
}

}  // namespace pleinair::etude
