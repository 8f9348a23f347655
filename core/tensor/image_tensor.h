#pragma once

#include <ATen/core/Tensor.h>

#include "core/base/result.h"
#include "core/image/image.h"

namespace pleinair {

/// 8-bit sRGB to float32 in [-1, 1] on the CPU.  -> [1, 3, H, W]
at::Tensor imageToTensor(const Image& image);

/// [1, 3, H, W] or [3, H, W] in [-1, 1] (any device and float type) to 8 bits, rounded to the nearest and
/// clamped, as diffusers does. NaN and infinity are an error: a black picture would hide them.
Result<Image> tensorToImage(const at::Tensor& pixels);

}  // namespace pleinair
