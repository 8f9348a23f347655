#include "core/engine/trainable_share.h"

#include "core/lora/trainable_lora.h"
#include "core/pipeline/declared_networks.h"
#include "core/pipeline/model_info.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<TrainableShare> trainableShare(const std::filesystem::path& model, const TrainingConfig& config) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(model));
  return guarded("counting parameters", [&] {
    DeclaredNetworks networks(source);
    TrainableShare share;
    share.total = networks.parameterCount();
    share.trainable = trainableParameters(networks.hosts(), {config.rank, config.alpha, config.targets});
    return share;
  });
}

Result<TrainingBasis> trainingBasis(const std::filesystem::path& model) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(model));
  return trainingBasis(source);
}

Result<TrainingBasis> trainingBasis(const ModelSource& source) {
  constexpr std::int64_t kSmall = 100'000'000;
  PLEINAIR_ASSIGN(const ModelInfo info, modelInfo(source));
  return TrainingBasis{info.nativeSize, info.unetParameters < kSmall, source.traits().textEncoders > 1};
}

}  // namespace pleinair
