#include "core/engine/trainable_share.h"

#include <memory>
#include <vector>

#include "core/lora/trainable_lora.h"
#include "core/pipeline/model_source.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<TrainableShare> trainableShare(const std::filesystem::path& model, const TrainingConfig& config) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(model));
  // Modules declare their shapes without storage, so this costs no memory however large the model is.
  return guarded("counting parameters", [&] {
    UNet unet(source.unet);
    Vae vae(source.vae);
    std::vector<std::unique_ptr<ClipText>> texts;
    TrainableShare share;
    share.total = unet.parameterCount() + vae.parameterCount();
    for (const ClipTextConfig& text : source.texts) {
      texts.push_back(std::make_unique<ClipText>(text));
      share.total += texts.back()->parameterCount();
    }
    const LoraHosts hosts{&unet, texts.front().get(), texts.size() > 1 ? texts[1].get() : nullptr};
    share.trainable = trainableParameters(hosts, {config.rank, config.alpha, config.targets});
    return share;
  });
}

}  // namespace pleinair
