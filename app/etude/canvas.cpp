#include "app/etude/canvas.h"

namespace pleinair::etude {

at::Tensor smoothstep(const at::Tensor& x, double low, double high) {
  at::Tensor t = x.sub(low).mul_(1.0 / (high - low)).clamp_(0.0, 1.0);
  const at::Tensor bent = t.mul(-2.0).add_(3.0);
  return t.mul_(t).mul_(bent);
}

void noteUse(Canvas& canvas) {
  canvas.used.fill(false);
  for (const Scene& scene : *canvas.scenes) {
    for (std::size_t q = 0; q < scene.quantities.size(); ++q) {
      canvas.used[q] = canvas.used[q] || scene.quantities[q] != 0.0F;
    }
  }
}

void paintWhere(Canvas& canvas, bool (*chosen)(const Scene&), void (*paint)(Canvas&)) {
  std::vector<std::int64_t> which;
  std::vector<Scene> scenes;
  for (std::size_t i = 0; i < canvas.scenes->size(); ++i) {
    if (const Scene& scene = (*canvas.scenes)[i]; chosen(scene)) {
      which.push_back(static_cast<std::int64_t>(i));
      scenes.push_back(scene);
    }
  }
  if (which.empty()) {
    return;
  }
  if (scenes.size() == canvas.scenes->size()) {
    paint(canvas);
    return;
  }
  const at::Tensor index = at::tensor(which, at::kLong).to(canvas.picture.device());
  Canvas part = canvas;
  part.batch = static_cast<std::int64_t>(scenes.size());
  part.scenes = &scenes;
  for (at::Tensor Canvas::*plane :
       {&Canvas::seeds, &Canvas::quantities, &Canvas::tints, &Canvas::up, &Canvas::haze, &Canvas::picture}) {
    part.*plane = (canvas.*plane).index_select(0, index);
  }
  noteUse(part);
  paint(part);
  canvas.picture = canvas.picture.index_copy(0, index, part.picture);
}

}  // namespace pleinair::etude
