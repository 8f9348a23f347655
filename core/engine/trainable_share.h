#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/base/result.h"
#include "core/config/training_config.h"

namespace pleinair {

struct DeclaredNetworks;
struct ModelInfo;

struct TrainableShare {
  std::int64_t trainable = 0, total = 0;
};

/// What presets and sizes of a run on this model go by; reads its settings, or its file's header, only.
Result<TrainingBasis> trainingBasis(const std::filesystem::path& model);
/// The same of a model that is already understood.
TrainingBasis trainingBasis(const ModelInfo& model);

/// What a model declares, read once to be asked again and again, by one thread at a time. Reads as little.
class ModelOutline {
 public:
  static Result<ModelOutline> read(const std::filesystem::path& model);
  ModelOutline(ModelOutline&& other) noexcept;
  ModelOutline& operator=(ModelOutline&& other) noexcept;
  ~ModelOutline();

  [[nodiscard]] const TrainingBasis& basis() const { return m_basis; }
  /// How many parameters a run with these settings trains, of how many in UNet, text encoders and VAE together.
  [[nodiscard]] Result<TrainableShare> trainableShare(const TrainingConfig& config) const;

 private:
  ModelOutline();
  TrainingBasis m_basis;
  std::unique_ptr<DeclaredNetworks> m_networks;
};

}  // namespace pleinair
