#include "core/engine/trainable_share.h"

#include "core/lora/trainable_lora.h"
#include "core/pipeline/declared_networks.h"
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

}  // namespace pleinair
