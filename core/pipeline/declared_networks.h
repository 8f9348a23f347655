#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/lora/lora_hosts.h"
#include "core/models/clip_text.h"
#include "core/models/unet.h"
#include "core/models/vae.h"
#include "core/pipeline/model_source.h"

namespace pleinair {

/// The networks of a model as its settings declare them: names and shapes without storage, so that counting them and
/// checking files against them costs no memory however large the model is.
struct DeclaredNetworks {
  explicit DeclaredNetworks(const ModelSource& source);

  /// Each network with the part of the source that holds its weights.
  [[nodiscard]] std::vector<std::pair<ModelPart, nn::Module*>> parts();
  /// Where a LoRA could act. Valid as long as this object.
  [[nodiscard]] LoraHosts hosts();
  [[nodiscard]] std::int64_t textParameterCount();
  [[nodiscard]] std::int64_t parameterCount();

  UNet unet;
  Vae vae;
  std::vector<std::unique_ptr<ClipText>> texts;
};

}  // namespace pleinair
