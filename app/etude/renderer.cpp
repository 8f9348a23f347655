#include "app/etude/renderer.h"

#include <cstring>

#include "app/etude/canvas.h"
#include "app/etude/noise.h"

namespace pleinair::etude {
namespace {

Canvas stretchCanvas(const std::vector<Scene>& scenes, std::int64_t size, at::Device device) {
  constexpr auto kQuantities = static_cast<std::int64_t>(Quantity::Count);
  constexpr auto kTints = static_cast<std::int64_t>(Tint::Count);
  Canvas canvas;
  canvas.batch = static_cast<std::int64_t>(scenes.size());
  canvas.size = size;
  canvas.scenes = &scenes;
  at::Tensor seeds = at::empty({canvas.batch}, at::kLong);
  at::Tensor quantities = at::empty({canvas.batch, kQuantities}, at::kFloat);
  at::Tensor tints = at::empty({canvas.batch, kTints, 3}, at::kFloat);
  for (std::size_t i = 0; i < scenes.size(); ++i) {
    seeds.mutable_data_ptr<std::int64_t>()[i] = scenes[i].seed;
    std::memcpy(quantities.mutable_data_ptr<float>() + i * kQuantities, scenes[i].quantities.data(),
                sizeof(scenes[i].quantities));
    std::memcpy(tints.mutable_data_ptr<float>() + i * kTints * 3, scenes[i].tints.data(), sizeof(scenes[i].tints));
  }
  noteUse(canvas);
  canvas.seeds = seeds.to(device);
  canvas.quantities = quantities.to(device);
  canvas.tints = tints.to(device);
  const at::Tensor along = at::arange(size, canvas.tints.options()).add(0.5).div(static_cast<double>(size));
  canvas.x = along.view({1, 1, 1, size});
  canvas.y = along.view({1, 1, size, 1});
  canvas.up = canvas.get(Quantity::Horizon) - canvas.y;
  return canvas;
}

}  // namespace

at::Tensor renderScenes(const std::vector<Scene>& scenes, std::int64_t size, at::Device device) {
  Canvas canvas = stretchCanvas(scenes, size, device);
  paintSky(canvas);
  paintNight(canvas);
  paintClouds(canvas);
  paintSkyEffects(canvas);
  paintRidges(canvas);
  paintGround(canvas);
  paintWater(canvas);
  paintFigures(canvas);
  paintAir(canvas);
  at::Tensor pictures = developPhoto(canvas);
  applyManners(pictures, scenes, canvas.seeds);
  return pictures;
}

}  // namespace pleinair::etude
