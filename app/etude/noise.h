#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace pleinair::etude {

/// Repeatable noise for a batch of pictures. Every picture has its own seed, and a number depends on the seed,
/// the salt and the lattice point alone, so that a picture comes out the same in any batch.

/// White noise in [0, 1) on a lattice.  seeds [B] int64 -> [B, 1, height, width]
at::Tensor lattice(const at::Tensor& seeds, std::int64_t salt, std::int64_t height, std::int64_t width);

struct FractalOptions {
  std::int64_t salt = 0;
  std::int64_t size = 256;  ///< side of the result
  std::int64_t cells = 4;   ///< lattice cells of the first octave
  int octaves = 5;          ///< each has twice the cells of the one before
  double gain = 0.5;        ///< its amplitude against the one before
};

/// Smooth fractal (value) noise, mean 0 and about unit variance.  seeds [B] -> [B, 1, size, size]
at::Tensor fractalNoise(const at::Tensor& seeds, const FractalOptions& options);

/// The same along one axis, joined by straight lines (mountain ridges).  seeds [B] -> [B, 1, 1, size]
at::Tensor fractalLine(const at::Tensor& seeds, const FractalOptions& options);

/// One kind of dots: how many, how wide (standard deviation in 256ths of the picture), and how much rarer bright ones
/// are than faint ones.
struct DotKind {
  std::int64_t count = 0;
  double radius = 1.0;
  double rareness = 1.0;
};

/// Round soft dots strewn at random, a plane for each kind; a dot's heart is at most 1, but dots that overlap add up.
/// seeds [B] -> [B, kinds, size, size]
at::Tensor strewDots(const at::Tensor& seeds, std::int64_t salt, std::int64_t size,
                     const std::vector<DotKind>& kinds);

/// Reads a texture at places given in texture widths; outside it goes on as its mirror image.
/// texture [B, C, h, w], u and v broadcastable to [B, 1, H, W] with 0..1 across the texture -> [B, C, H, W]
at::Tensor sampleTexture(const at::Tensor& texture, const at::Tensor& u, const at::Tensor& v);

}  // namespace pleinair::etude
