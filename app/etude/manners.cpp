#include <array>
#include <utility>

#include "app/etude/canvas.h"
#include "app/etude/paint.h"

namespace pleinair::etude {
namespace {

using Paint = at::Tensor (*)(const at::Tensor&, const at::Tensor&, const at::Tensor&);
using Q = Quantity;

/// Where the sun or the moon of the chosen scenes is, and close around it.  -> [B, 1, H, W] 0..1
at::Tensor discsOf(const at::Tensor& pictures, const std::vector<Scene>& scenes,
                   const std::vector<std::int64_t>& which) {
  std::vector<float> numbers;
  for (const std::int64_t i : which) {
    const Scene& scene = scenes[static_cast<std::size_t>(i)];
    const bool moon = scene.at(Q::Moon) > 0.0F;
    const bool seen = moon || scene.at(Q::SunLight) > 0.0F;
    numbers.push_back(scene.at(moon ? Q::MoonX : Q::SunX));
    numbers.push_back(scene.at(moon ? Q::MoonY : Q::SunY));
    numbers.push_back(seen ? scene.at(moon ? Q::MoonRadius : Q::SunRadius) : -1.0F);
  }
  const at::Tensor all = at::tensor(numbers, at::kFloat).to(pictures.device()).view({-1, 3, 1, 1});
  const auto number = [&](std::int64_t k) { return all.slice(1, k, k + 1); };
  const Places at = placesOf(pictures);
  const at::Tensor distance = ((at.x - number(0)).square() + (at.y - number(1)).square()).sqrt();
  return ((number(2) - distance) * 24.0 + 1.6).clamp(0.0, 1.0);
}

void applyTo(at::Tensor& pictures, const std::vector<Scene>& scenes, const std::vector<std::int64_t>& which,
             const at::Tensor& seeds, Paint paint) {
  if (which.empty()) {
    return;
  }
  const at::Tensor index = at::tensor(which, at::kLong).to(pictures.device());
  const at::Tensor chosen = pictures.index_select(0, index);
  pictures =
      pictures.index_copy(0, index, paint(chosen, seeds.index_select(0, index), discsOf(chosen, scenes, which)));
}

}  // namespace

void applyManners(at::Tensor& pictures, const std::vector<Scene>& scenes, const at::Tensor& seeds) {
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
    applyTo(pictures, scenes, which, seeds, paint);
  }
}

}  // namespace pleinair::etude
