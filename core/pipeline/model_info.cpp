#include "core/pipeline/model_info.h"

#include "core/pipeline/stable_diffusion.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<ModelInfo> modelInfo(const std::filesystem::path& folder) {
  PLEINAIR_ASSIGN(const ModelIndex index, readModelIndex(folder));
  PLEINAIR_ASSIGN(const ScheduleConfig schedule, ScheduleConfig::load(folder / "scheduler" / "scheduler_config.json"));
  PLEINAIR_ASSIGN(const ClipTextConfig text, ClipTextConfig::load(folder / "text_encoder" / "config.json"));
  PLEINAIR_ASSIGN(const UNetConfig unet, UNetConfig::load(folder / "unet" / "config.json"));
  PLEINAIR_ASSIGN(const VaeConfig vae, VaeConfig::load(folder / "vae" / "config.json"));
  // Networks declare their shapes without storage, so counting costs nothing.
  return guarded("reading the model's settings", [&] {
    ModelInfo info;
    info.name = index.name;
    info.family = familyOf(unet);
    info.prediction = schedule.prediction == PredictionType::Velocity ? "v_prediction" : "epsilon";
    info.nativeSize = static_cast<int>(unet.sampleSize * vae.scale());
    info.unetParameters = UNet(unet).parameterCount();
    info.textEncoderParameters = ClipText(text).parameterCount();
    info.vaeParameters = Vae(vae).parameterCount();
    return info;
  });
}

}  // namespace pleinair
