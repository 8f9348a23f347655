#pragma once

#include <ATen/core/Tensor.h>

#include "core/models/vae.h"

namespace pleinair {

/// Decodes large latents in overlapping tiles that fade into each other. What looks at the whole picture (the middle
/// block with its attention) runs once over all of it; only the widening layers, which need most of the memory, are
/// cut. Pictures of one tile come out as from Vae::decode(); larger ones differ a little, since each tile normalises by
/// itself.  latents [B, latent, h, w] -> [B, 3, h * scale, w * scale]
at::Tensor decodeTiled(const Vae& vae, const at::Tensor& latents, std::int64_t tile = 64, std::int64_t overlap = 24);

}  // namespace pleinair
