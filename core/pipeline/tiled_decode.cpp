#include "core/pipeline/tiled_decode.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "core/base/cancellation.h"

namespace pleinair {
namespace {

/// Where tiles begin so that they cover `length` and overlap by at least `overlap`.
std::vector<std::int64_t> starts(std::int64_t length, std::int64_t tile, std::int64_t overlap) {
  if (length <= tile) return {0};
  const std::int64_t stride = tile - overlap;
  const std::int64_t count = (length - tile + stride - 1) / stride + 1;
  std::vector<std::int64_t> list;
  for (std::int64_t i = 0; i < count; ++i) list.push_back(i * (length - tile) / (count - 1));
  return list;
}

/// Rises from the tile's edges inwards over `overlap`; flat where the tile ends with the picture.
at::Tensor ramp(std::int64_t length, std::int64_t overlap, bool fadesIn, bool fadesOut) {
  at::Tensor weights = at::ones({length}, at::kFloat);
  const at::Tensor rise = (at::arange(overlap, at::kFloat) + 0.5) / static_cast<double>(overlap);
  if (fadesIn) weights.slice(0, 0, overlap).mul_(rise);
  if (fadesOut) weights.slice(0, length - overlap, length).mul_(rise.flip(0));
  return weights;
}

}  // namespace

at::Tensor decodeTiled(const Vae& vae, const at::Tensor& latents, std::int64_t tile, std::int64_t overlap) {
  const std::int64_t scale = vae.config().scale();
  const std::int64_t height = latents.size(2), width = latents.size(3);
  if (height <= tile && width <= tile) return vae.decode(latents);
  const at::Tensor features = vae.decodeFront(latents);
  const std::vector<std::int64_t> tops = starts(height, tile, overlap), lefts = starts(width, tile, overlap);
  const at::TensorOptions options = at::TensorOptions().dtype(at::kFloat).device(latents.device());
  at::Tensor sum = at::zeros({latents.size(0), vae.config().outChannels, height * scale, width * scale}, options);
  at::Tensor weight = at::zeros({1, 1, height * scale, width * scale}, options);
  for (const std::int64_t top : tops) {
    for (const std::int64_t left : lefts) {
      checkCancelled();
      const std::int64_t bottom = std::min(top + tile, height), right = std::min(left + tile, width);
      const at::Tensor part = vae.decodeBack(features.slice(2, top, bottom).slice(3, left, right)).to(at::kFloat);
      const std::int64_t fade = overlap * scale;
      const at::Tensor mask =
          (ramp(part.size(2), fade, top > 0, bottom < height).view({1, 1, -1, 1}) *
           ramp(part.size(3), fade, left > 0, right < width).view({1, 1, 1, -1})).to(latents.device());
      sum.slice(2, top * scale, bottom * scale).slice(3, left * scale, right * scale).add_(part * mask);
      weight.slice(2, top * scale, bottom * scale).slice(3, left * scale, right * scale).add_(mask);
    }
  }
  return sum / weight;
}

}  // namespace pleinair
