#include "core/engine/trainable_share.h"

#include "core/lora/trainable_lora.h"
#include "core/pipeline/declared_networks.h"
#include "core/pipeline/model_info.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<TrainingBasis> trainingBasis(const std::filesystem::path& model) {
  PLEINAIR_ASSIGN(const ModelInfo info, modelInfo(model));
  return trainingBasis(info);
}

TrainingBasis trainingBasis(const ModelInfo& model) {
  constexpr std::int64_t kSmall = 100'000'000;
  return {model.nativeSize, model.unetParameters < kSmall, model.textEncoders > 1};
}

ModelOutline::ModelOutline() = default;
ModelOutline::ModelOutline(ModelOutline&& other) noexcept = default;
ModelOutline& ModelOutline::operator=(ModelOutline&& other) noexcept = default;
ModelOutline::~ModelOutline() = default;

Result<ModelOutline> ModelOutline::read(const std::filesystem::path& model) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(model));
  PLEINAIR_ASSIGN(const ModelInfo info, modelInfo(source));
  return guarded("reading the model's settings", [&] {
    ModelOutline outline;
    outline.m_basis = trainingBasis(info);
    outline.m_networks = std::make_unique<DeclaredNetworks>(source);
    return outline;
  });
}

Result<TrainableShare> ModelOutline::trainableShare(const TrainingConfig& config) const {
  return guarded("counting parameters", [&] {
    TrainableShare share;
    share.total = m_networks->parameterCount();
    share.trainable = trainableParameters(m_networks->hosts(), {config.rank, config.alpha, config.targets});
    return share;
  });
}

}  // namespace pleinair
