#pragma once

#include <ATen/ATen.h>

#include "app/etude/scene.h"

namespace pleinair::etude {

/// What the painters of one batch share: the scenes' numbers as planes, coordinates, and the picture so far.
/// All tensors are float32 on one device; a plane is [B, 1, H, W] or broadcasts to it.
struct Canvas {
  std::int64_t batch = 0;
  std::int64_t size = 0;
  const std::vector<Scene>* scenes = nullptr;
  at::Tensor seeds;       // [B] int64
  at::Tensor quantities;  // [B, Q]
  at::Tensor tints;       // [B, T, 3]
  at::Tensor x;           // [1, 1, 1, W] 0 at the left, 1 at the right
  at::Tensor y;           // [1, 1, H, 1] 0 at the top
  at::Tensor up;          // [B, 1, H, 1] height above the horizon, negative below
  at::Tensor haze;        // [B, 3, 1, 1] colour of the air at the horizon
  at::Tensor picture;     // [B, 3, H, W] linear light

  /// [B, 1, 1, 1]
  [[nodiscard]] at::Tensor get(Quantity q) const {
    return quantities.select(1, static_cast<std::int64_t>(q)).view({batch, 1, 1, 1});
  }
  /// [B, 3, 1, 1]
  [[nodiscard]] at::Tensor get(Tint t) const {
    return tints.select(1, static_cast<std::int64_t>(t)).view({batch, 3, 1, 1});
  }
  /// True where some scene of the batch uses `q`: lets a painter skip what nobody asked for.
  [[nodiscard]] bool uses(Quantity q) const { return used[static_cast<std::size_t>(q)]; }
  std::array<bool, static_cast<std::size_t>(Quantity::Count)> used{};

  /// Lays `color` over the picture by `cover` (0..1).
  void lay(const at::Tensor& color, const at::Tensor& cover) { picture = at::lerp(picture, color, cover); }
};

/// 0 below `low`, 1 above `high` and a smooth bend between them, in x's shape.
at::Tensor smoothstep(const at::Tensor& x, double low, double high);

/// What is left of x above the next lower whole number, 0..1.
inline at::Tensor fraction(const at::Tensor& x) { return x - x.floor(); }

/// Sets `used` from the scenes.
void noteUse(Canvas& canvas);
/// Lets `paint` work on those pictures alone whose scenes are `chosen`: most things are in few pictures of a batch.
void paintWhere(Canvas& canvas, bool (*chosen)(const Scene&), void (*paint)(Canvas&));
/// The same for the pictures whose scenes use a quantity.
template <Quantity q>
void paintWith(Canvas& canvas, void (*paint)(Canvas&)) {
  paintWhere(
      canvas, [](const Scene& scene) { return scene.at(q) != 0.0F; }, paint);
}

/// The painters, in the order the renderer calls them.
void paintSky(Canvas& canvas);
void paintNight(Canvas& canvas);  ///< stars, moon and aurora
void paintClouds(Canvas& canvas);
void paintSkyEffects(Canvas& canvas);  ///< lightning and rainbow
void paintRidges(Canvas& canvas);
void paintGround(Canvas& canvas);
void paintWater(Canvas& canvas);
void paintFigures(Canvas& canvas);  ///< boat, birds, tree, foreground
void paintAir(Canvas& canvas);      ///< fog, rain, snowfall

/// What the clouds' painter calls last: long low clouds and the shelf of a storm.
void paintBanks(Canvas& canvas);
/// What painters of the land share.
int mostLayers(const Canvas& canvas);                  ///< of ridges, among the scenes
void paintMountains(Canvas& canvas);                   ///< the ridges of a range
at::Tensor cityLine(const Canvas& canvas, int layer);  ///< height of the houses of a layer [B, 1, 1, W]
/// Lit windows in some of the rooms; not smaller than the autoencoder carries.
void lightWindows(Canvas& canvas, const at::Tensor& mask, const at::Tensor& inside, int layer);

/// linear light -> developed sRGB in [0, 1]
at::Tensor developPhoto(const Canvas& canvas);
/// Turns those sRGB pictures into paintings whose scenes have such a manner.
void applyManners(at::Tensor& pictures, const std::vector<Scene>& scenes, const at::Tensor& seeds);

}  // namespace pleinair::etude
