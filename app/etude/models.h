#pragma once

#include <filesystem>
#include <memory>

#include "core/base/result.h"
#include "core/diffusion/schedule.h"
#include "core/models/clip_text.h"
#include "core/models/unet.h"
#include "core/models/vae.h"
#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair::etude {

/// Étude's shape. The sizes follow from two limits: 24 MiB in fp16, and twenty guided steps with decoding in two
/// seconds on two CPU cores.
VaeConfig vaeShape();
UNetConfig unetShape();
ClipTextConfig textShape(std::int64_t vocabularySize);
/// Its noise: the velocity is predicted, and the last level hides even a picture's mean colour. Latents of 32x32
/// carry the colour of a whole sky, which the customary betas let shine through to the very end (Lin et al. 2023):
/// sampling from pure noise would then lean towards grey.
ScheduleConfig noiseSchedule();

/// The three networks with fresh float32 weights, or those of a checkpoint folder (vae, unet and text .safetensors)
/// where it has them.
struct Models {
  std::unique_ptr<Vae> vae;
  std::unique_ptr<UNet> unet;
  std::unique_ptr<ClipText> text;
  std::unique_ptr<ClipTokenizer> tokenizer;
  ScheduleConfig schedule = noiseSchedule();
  double scalingFactor = 1.0;  ///< brings latents to unit variance; measured after the VAE's training
};

/// Makes the models and writes the vocabulary into `folder`/tokenizer where it is not there yet. A diffusers folder
/// is opened as it is, whatever its shape.
Result<Models> openModels(const std::filesystem::path& folder, std::uint64_t seed);

/// Saves one network as `folder`/`name`.safetensors. A scaling factor above 0 is kept beside the weights.
Result<void> saveModule(nn::Module& module, const std::filesystem::path& folder, const std::string& name,
                        at::ScalarType dtype, double scalingFactor = 0.0);

/// Makes a checkpoint folder of a diffusers folder with étude's shape, so that its training can go on.
Result<void> importModels(const std::filesystem::path& folder, const std::filesystem::path& checkpoint);

/// Writes a checkpoint folder as a diffusers folder in fp16, with model card.
Result<void> exportModels(const std::filesystem::path& checkpoint, const std::filesystem::path& folder);

}  // namespace pleinair::etude
