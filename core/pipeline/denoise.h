#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

#include "core/base/result.h"
#include "core/pipeline/stable_diffusion.h"

namespace pleinair {

/// One picture's way from noise to latents.
struct DenoiseOptions {
  at::Tensor context;   ///< [1, 77, C] of the prompt
  at::Tensor unwanted;  ///< [1, 77, C] of the negative prompt; not read when guidanceScale is 1
  std::string sampler = "dpmpp_2m_karras";
  int steps = 20;
  double guidanceScale = 5.0;
  std::uint64_t seed = 1;
  int width = 256;  ///< pixels, a multiple of the VAE's scale
  int height = 256;
  std::function<void()> onStep;  ///< after each step; may be empty
};

/// Runs the sampler without recording gradients. The noise comes from a CPU generator of the seed, so that one seed
/// means one picture on every device.  -> float32 [1, 4, H/8, W/8]. Throws CancelledException when the thread's
/// CancellationScope asks.
Result<at::Tensor> denoise(const StableDiffusion& model, const DenoiseOptions& options);

/// Latents as denoise() returns them to pixels.  -> float32 [1, 3, H, W], about [-1, 1]
at::Tensor decodeLatents(const StableDiffusion& model, const at::Tensor& latents);

}  // namespace pleinair
