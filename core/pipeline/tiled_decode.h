#pragma once

#include <ATen/core/Tensor.h>

#include "core/models/vae.h"

namespace pleinair {

/// Decodes large latents in overlapping tiles. What looks at the whole picture (the middle block with its attention)
/// runs once over all of it; only the widening layers, which need most of the memory, are cut. Their norms take the
/// statistics of all tiles, found in passes, so that neighbours meet without a seam. Pictures of one tile come out as
/// from Vae::decode(); larger ones differ by two or three of 255 levels at most.
/// latents [B, latent, h, w] -> [B, 3, h * scale, w * scale]
at::Tensor decodeTiled(const Vae& vae, const at::Tensor& latents, std::int64_t tile = 64, std::int64_t overlap = 24);

}  // namespace pleinair
