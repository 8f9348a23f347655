#include "core/pipeline/model_info.h"

#include "core/pipeline/declared_networks.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<ModelInfo> modelInfo(const std::filesystem::path& path) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(path));
  return modelInfo(source);
}

Result<ModelInfo> modelInfo(const ModelSource& source) {
  return guarded("reading the model's settings", [&] {
    ModelInfo info;
    info.name = source.name;
    info.family = source.traits().name;
    info.textEncoders = source.traits().textEncoders;
    info.prediction = !source.predictionKnown                                  ? "unknown"
                      : source.schedule.prediction == PredictionType::Velocity ? "v_prediction"
                                                                               : "epsilon";
    info.singleFile = source.singleFile();
    info.nativeSize = static_cast<int>(source.unet.sampleSize * source.vae.scale());
    DeclaredNetworks networks(source);
    info.unetParameters = networks.unet.parameterCount();
    info.textEncoderParameters = networks.textParameterCount();
    info.vaeParameters = networks.vae.parameterCount();
    return info;
  });
}

}  // namespace pleinair
