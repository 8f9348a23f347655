#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace pleinair::etude {

/// The names a caption may use for colours, in the order of the columns below.
const std::vector<std::string>& colorNames();

/// How much of each picture has each colour.  pictures [B, 3, H, W] sRGB in [0, 1], weights [B, 1, H, 1] (which rows
/// count) or undefined for all -> [B, colours], each row summing to one
at::Tensor colorShares(const at::Tensor& pictures, const at::Tensor& weights = {});

/// Indices of the colours that make up at least `least` of the picture, the largest first, three at most.
std::vector<std::size_t> mainColors(const at::Tensor& sharesOfOne, double least);

}  // namespace pleinair::etude
