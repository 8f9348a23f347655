#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// One row of houses: every column of the lattice is a building with a top of its own, flat, stepped or with a spire.
at::Tensor houses(const Canvas& canvas, std::int64_t salt, std::int64_t columns, double steepness) {
  const at::Tensor random = lattice(canvas.seeds, salt, 4, columns);
  const at::Tensor place = canvas.x * static_cast<double>(columns) + lattice(canvas.seeds, salt + 1, 1, 1);
  const at::Tensor index = place.floor().remainder(static_cast<double>(columns)).to(at::kLong);
  const auto number = [&](std::int64_t row) { return random.slice(2, row, row + 1).gather(3, index); };
  const at::Tensor beside = (fraction(place) - 0.5).abs();  // 0 in a building's middle, 0.5 at its wall
  const at::Tensor height = number(0).pow(steepness);
  const at::Tensor kind = number(1);
  const at::Tensor gap = (beside > number(2) * 0.3 + 0.3).to(at::kFloat);
  const at::Tensor step = (beside > number(3) * 0.18 + 0.12).to(at::kFloat) * (kind > 0.45).to(at::kFloat);
  const at::Tensor roof = beside * (kind < 0.2).to(at::kFloat) * 0.3;
  const at::Tensor spire =
      (beside < 2.0 / 256.0 * static_cast<double>(columns)).to(at::kFloat) * (kind > 0.72).to(at::kFloat);
  return (height * (1.0 - step * 0.16 - roof) + spire * (height * 0.2 + 0.03)) * (1.0 - gap * 0.75);
}

}  // namespace

at::Tensor cityLine(const Canvas& canvas, int layer) {
  const std::int64_t salt = 80 + layer * 4;
  // Tall towers gather about a centre, as they do in towns.
  const at::Tensor centre = lattice(canvas.seeds, salt + 3, 1, 1) * 0.6 + 0.2;
  const at::Tensor downtown = ((canvas.x - centre).square() / -0.06).exp() * 0.65 + 0.45;
  const at::Tensor towers = houses(canvas, salt, layer == 0 ? 9 : 7, 1.8) * downtown;
  const at::Tensor low = houses(canvas, salt + 2, layer == 0 ? 7 : 6, 1.0) * 0.3 + 0.08;
  const at::Tensor built = at::maximum(towers * (layer == 0 ? 1.0 : 0.8), low);
  return (built * canvas.get(Q::Blocks) * 128.0).round() / 128.0;
}

void lightWindows(Canvas& canvas, const at::Tensor& mask, const at::Tensor& inside, int layer) {
  constexpr std::int64_t kRooms = 16;
  const auto cell = [](const at::Tensor& along) { return along * static_cast<double>(kRooms); };
  const auto pane = [](const at::Tensor& place) { return ((fraction(place) - 0.5).square() / -0.06).exp(); };
  const at::Tensor rooms = lattice(canvas.seeds, 95 + layer, kRooms, kRooms);
  const auto index = [&](const at::Tensor& place) {
    return place.floor().to(at::kLong).clamp(0, kRooms - 1).view({-1});
  };
  const at::Tensor lit = (smoothstep(rooms, 0.66, 0.95) * 1.2)
                             .index_select(2, index(cell(canvas.y)))
                             .index_select(3, index(cell(canvas.x)));
  const at::Tensor cool = lattice(canvas.seeds, 97, 1, kRooms).index_select(3, index(cell(canvas.x)));
  const at::Tensor warm = at::tensor({1.0, 0.6, 0.24}, canvas.picture.options()).view({1, 3, 1, 1});
  const at::Tensor white = at::tensor({0.95, 0.82, 0.6}, canvas.picture.options()).view({1, 3, 1, 1});
  const at::Tensor built = smoothstep(canvas.get(Q::Blocks), 0.0, 0.01) * smoothstep(inside, 0.008, 0.016) *
                           smoothstep(canvas.up, 0.004, 0.012);
  const at::Tensor panes = pane(cell(canvas.x)) * pane(cell(canvas.y));
  canvas.lay(warm + (white - warm) * cool,
             lit * panes * mask * canvas.get(Q::Lights) * built * (layer == 0 ? 0.55 : 0.95));
}

}  // namespace pleinair::etude
