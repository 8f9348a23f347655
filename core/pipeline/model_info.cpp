#include "core/pipeline/model_info.h"

#include "core/pipeline/model_source.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<ModelInfo> modelInfo(const std::filesystem::path& path) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(path));
  return modelInfo(source);
}

Result<ModelInfo> modelInfo(const ModelSource& source) {
  // Networks declare their shapes without storage, so counting costs nothing.
  return guarded("reading the model's settings", [&] {
    ModelInfo info;
    info.name = source.name;
    info.family = source.traits().name;
    info.prediction = !source.predictionKnown                                  ? "unknown"
                      : source.schedule.prediction == PredictionType::Velocity ? "v_prediction"
                                                                               : "epsilon";
    info.singleFile = source.singleFile();
    info.nativeSize = static_cast<int>(source.unet.sampleSize * source.vae.scale());
    info.unetParameters = UNet(source.unet).parameterCount();
    for (const ClipTextConfig& text : source.texts) info.textEncoderParameters += ClipText(text).parameterCount();
    info.vaeParameters = Vae(source.vae).parameterCount();
    return info;
  });
}

}  // namespace pleinair
