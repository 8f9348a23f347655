#pragma once

#include <ATen/ATen.h>

namespace pleinair::etude {

/// Tools of the painters' manners. Pictures are sRGB [B, 3, H, W] in [0, 1]; lengths are in pixels of a picture of
/// 256.

/// The places of a picture's pixels, 0 at the left and at the top.
struct Places {
  at::Tensor x;  // [1, 1, 1, W]
  at::Tensor y;  // [1, 1, H, 1]
};
Places placesOf(const at::Tensor& pictures);

/// The mean of a square about each pixel.
at::Tensor blurred(const at::Tensor& planes, std::int64_t radius);

/// The Kuwahara filter: each pixel takes the mean of the most even of four neighbouring squares, which turns
/// gradients into patches and keeps edges.
at::Tensor evened(const at::Tensor& pictures, std::int64_t radius);

/// Brightness 0..1 between a picture's own darkest and lightest places. A picture of little contrast keeps some of
/// its greyness.  -> [B, 1, H, W]
at::Tensor toneOf(const at::Tensor& pictures);

/// Colours moved away from their greys `by` so many times.
at::Tensor saturated(const at::Tensor& pictures, double by);

/// The direction a brush takes: along the edges of the picture, and where it has none, as `drift` [B, 1, H, W] wills.
struct Flow {
  at::Tensor dx, dy;  // [B, 1, H, W] unit vectors
};
Flow flowOf(const at::Tensor& pictures, const at::Tensor& drift);

/// Smears planes along the flow by `reach` to both sides.
at::Tensor smeared(const at::Tensor& planes, const Flow& flow, double reach, int steps);

/// What `painted` would make square of a small sun or moon, taken from the picture itself where `discs` says so.
inline at::Tensor roundAgain(const at::Tensor& painted, const at::Tensor& pictures, const at::Tensor& discs) {
  return painted + (pictures - painted) * discs;
}

/// Manners of painting with wet colour (paintings.cpp) and those of printing and drawing (prints.cpp). `discs` [B, 1,
/// H, W] is 1 on the sun or the moon and close around it.
at::Tensor oil(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs);
at::Tensor watercolour(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs);
at::Tensor pastel(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs);
at::Tensor cubist(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs);
at::Tensor ink(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs);
at::Tensor woodcut(const at::Tensor& pictures, const at::Tensor& seeds, const at::Tensor& discs);

}  // namespace pleinair::etude
