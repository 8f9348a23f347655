#include "app/etude/colors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <numeric>

namespace pleinair::etude {

const std::vector<std::string>& colorNames() {
  static const std::vector<std::string> kNames = {"black",  "white", "grey",  "dark grey", "red",       "orange",
                                                  "golden", "green", "teal",  "blue",      "dark blue", "violet",
                                                  "pink",   "brown", "peach", "cream"};
  return kNames;
}

at::Tensor colorShares(const at::Tensor& pictures, const at::Tensor& weights) {
  const std::int64_t factor = std::max<std::int64_t>(1, pictures.size(2) / 32);
  const at::Tensor small = at::avg_pool2d(pictures, {factor, factor});
  const at::Tensor r = small.select(1, 0);
  const at::Tensor g = small.select(1, 1);
  const at::Tensor b = small.select(1, 2);
  const at::Tensor value = small.amax(1);
  const at::Tensor chroma = (value - small.amin(1)).clamp_min(1e-4);
  const at::Tensor saturation = chroma / value.clamp_min(1e-3);
  at::Tensor hue = at::where(value == r, ((g - b) / chroma).remainder(6.0),
                             at::where(value == g, (b - r) / chroma + 2.0, (r - g) / chroma + 4.0));
  hue = hue * 60.0;

  // Filled from the most particular to the most general: the first test that holds names the pixel.
  const auto number = [&](double index) { return at::scalar_tensor(index, small.options()); };
  const auto between = [&](double low, double high) { return (hue >= low).logical_and(hue < high); };
  at::Tensor name = at::where(value < 0.62, number(2), number(1)).to(at::kFloat);
  name = at::where((value >= 0.62).logical_and(value < 0.84), number(2), name);
  name = at::where(value < 0.36, number(3), name);
  const at::Tensor colored = (saturation > 0.17).logical_and(chroma > 0.055);
  at::Tensor hued = at::where(between(0, 14).logical_or(hue >= 345), number(4), number(12));
  hued = at::where(between(14, 37), number(5), hued);
  hued = at::where(between(37, 66), number(6), hued);
  hued = at::where(between(66, 158), number(7), hued);
  hued = at::where(between(158, 198), number(8), hued);
  hued = at::where(between(198, 250), at::where(value < 0.36, number(10), number(9)), hued);
  hued = at::where(between(250, 312), number(11), hued);
  const at::Tensor warm = between(12, 52);
  hued = at::where(warm.logical_and(value < 0.52), number(13), hued);
  hued = at::where(warm.logical_and(value > 0.72).logical_and(saturation < 0.4), number(14), hued);
  hued = at::where(between(34, 75).logical_and(value > 0.72).logical_and(saturation < 0.3), number(15), hued);
  const at::Tensor rosy = between(0, 16).logical_or(hue >= 330);
  hued = at::where(rosy.logical_and(value > 0.62).logical_and(saturation < 0.5), number(12), hued);
  name = at::where(colored, hued, name);
  name = at::where(value < 0.14, number(0), name);

  const auto count = static_cast<std::int64_t>(colorNames().size());
  const at::Tensor names = at::arange(count, name.options()).view({1, count, 1, 1});
  at::Tensor hits = (name.unsqueeze(1) == names).to(at::kFloat);  // [B, C, h, w]
  if (weights.defined()) {
    hits = hits * at::avg_pool2d(weights, {factor, 1});
  }
  const at::Tensor sums = hits.sum({2, 3});
  return sums / sums.sum(1, true).clamp_min(1e-6);
}

std::vector<std::size_t> mainColors(const at::Tensor& sharesOfOne, double least) {
  const at::Tensor onCpu = sharesOfOne.to(at::kCPU, at::kFloat).contiguous();
  const float* shares = onCpu.const_data_ptr<float>();
  std::vector<std::size_t> order(colorNames().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return shares[a] > shares[b]; });
  std::size_t kept = 0;
  while (kept < 3 && static_cast<double>(shares[order[kept]]) >= least) {
    ++kept;
  }
  order.resize(kept);
  return order;
}

}  // namespace pleinair::etude
