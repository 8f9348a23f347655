#include "core/engine/trainable_share.h"

#include "core/lora/trainable_lora.h"
#include "core/models/clip_text.h"
#include "core/models/unet.h"
#include "core/models/vae.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<TrainableShare> trainableShare(const std::filesystem::path& model, const TrainingConfig& config) {
  PLEINAIR_ASSIGN(const UNetConfig unetConfig, UNetConfig::load(model / "unet" / "config.json"));
  PLEINAIR_ASSIGN(const ClipTextConfig textConfig, ClipTextConfig::load(model / "text_encoder" / "config.json"));
  PLEINAIR_ASSIGN(const VaeConfig vaeConfig, VaeConfig::load(model / "vae" / "config.json"));
  // Modules declare their shapes without storage, so this costs no memory however large the model is.
  return guarded("counting parameters", [&] {
    UNet unet(unetConfig);
    ClipText text(textConfig);
    Vae vae(vaeConfig);
    TrainableShare share;
    share.total = unet.parameterCount() + text.parameterCount() + vae.parameterCount();
    share.trainable = trainableParameters({&unet, &text, nullptr}, {config.rank, config.alpha, config.targets});
    return share;
  });
}

}  // namespace pleinair
