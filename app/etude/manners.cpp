#include <array>
#include <utility>

#include "app/etude/canvas.h"
#include "app/etude/paint.h"

namespace pleinair::etude {
namespace {

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
