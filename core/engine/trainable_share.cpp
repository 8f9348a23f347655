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
  PLEINAIR_ASSIGN(const ModelInfo info, modelInfo(model));
  return trainingBasis(info);
}

TrainingBasis trainingBasis(const ModelInfo& model) {
  constexpr std::int64_t kSmall = 100'000'000;
  return {model.nativeSize, model.unetParameters < kSmall, model.textEncoders > 1};
}

}  // namespace pleinair
