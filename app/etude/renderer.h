#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "app/etude/scene.h"

namespace pleinair::etude {

/// Draws a batch of scenes on `device`.  -> [B, 3, size, size] float32 sRGB in [0, 1]
/// The same scene gives the same picture in any batch (up to rounding between devices).
at::Tensor renderScenes(const std::vector<Scene>& scenes, std::int64_t size, at::Device device);

}  // namespace pleinair::etude
