#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/generation_request.h"
#include "core/diffusion/sampler.h"
#include "core/pipeline/stable_diffusion.h"

namespace pleinair {

/// The way of one picture, or of several that walk together, from noise to latents.
struct DenoiseOptions {
  PromptEncoding wanted;    ///< [1, N, C] of the prompt
  PromptEncoding unwanted;  ///< [1, N, C] of the negative prompt; not read when guidanceScale is 1
  std::string sampler = "dpmpp_2m_karras";
  int steps = 20;
  double guidanceScale = 5.0;
  std::vector<std::uint64_t> seeds{1};  ///< one for each picture
  int width = 256;                      ///< pixels, a multiple of the VAE's scale
  int height = 256;
  SamplingOptions sampling;  ///< clipSkip is not read: the prompts are encoded
  SizeConditioning sizes;
  LatentDistribution start;  ///< encodeStart() of the picture that image to image begins from; else undefined
  double strength = 1.0;     ///< how much of the start is redrawn
  std::function<void()> onStep;  ///< after each call of the model; may be empty
};

/// What the VAE makes of a picture [1, 3, height, width] in [-1, 1]: once for all pictures that begin from it.
Result<LatentDistribution> encodeStart(const StableDiffusion& model, const at::Tensor& picture);

/// The model's schedule with what the options change about it.
ScheduleConfig scheduleFor(const StableDiffusion& model, const SamplingOptions& options);

/// The sampler that walks that schedule. Beyond what createSampler refuses: zero terminal SNR that the options ask for,
/// where the sampler does not heed it.
Result<std::unique_ptr<Sampler>> samplerFor(const StableDiffusion& model, std::string_view name,
                                            const SamplingOptions& options, int steps);

/// How often denoise() will call onStep; 0 where it would fail.
int plannedSteps(const StableDiffusion& model, const DenoiseOptions& options);

/// Runs the sampler without recording gradients. Each picture's noise comes from its own CPU generator, so that one
/// seed means one picture on every device and in every batch; from a start the generator first draws the VAE's
/// sample.  -> float32 [B, 4, H/8, W/8]. Throws CancelledException when the thread's CancellationScope asks.
Result<at::Tensor> denoise(const StableDiffusion& model, const DenoiseOptions& options);

/// SDXL's six sizes: original height and width, crop top and left, target height and width.  -> float32 [1, 6]
at::Tensor timeIds(const SizeConditioning& sizes, int width, int height);

/// Latents as denoise() returns them to pixels, one picture at a time.  -> float32 [B, 3, H, W], about [-1, 1]
at::Tensor decodeLatents(const StableDiffusion& model, const at::Tensor& latents, bool tiled = false);

}  // namespace pleinair
