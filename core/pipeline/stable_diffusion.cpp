#include "core/pipeline/stable_diffusion.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "core/base/cancellation.h"
#include "core/models/load_module.h"
#include "core/pipeline/prediction_probe.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

/// Counts loaded parameters over all components, and is where a cancel is heard.
class LoadProgress final : public ProgressSink {
 public:
  explicit LoadProgress(ProgressSink& target) : m_target(target) {}
  void onStage(std::string_view, std::int64_t) override {}
  void onProgress(std::int64_t done) override {
    checkCancelled();
    m_target.onProgress(m_before + done);
    m_last = done;
  }
  void nextComponent() {
    m_before += m_last;
    m_last = 0;
  }

 private:
  ProgressSink& m_target;
  std::int64_t m_before = 0, m_last = 0;
};

std::int64_t slotCount(nn::Module* module) {
  std::int64_t slots = 0;
  if (module == nullptr) return slots;
  module->visitParameters([&](const std::string&, at::Tensor&, const std::vector<std::int64_t>&) { ++slots; });
  return slots;
}

Result<void> loadPart(const ModelSource& source, ModelPart part, nn::Module* module, const DeviceSpec& device,
                      LoadProgress& progress) {
  if (module == nullptr) return {};
  PLEINAIR_ASSIGN(const ComponentWeights weights, source.weights(part));
  PLEINAIR_TRY(loadModule(*module, weights, device, &progress));
  progress.nextComponent();
  return {};
}

Result<std::shared_ptr<const ClipTokenizer>> loadTokenizer(const ModelSource& source, std::size_t which) {
  PLEINAIR_ASSIGN(ClipTokenizer tokenizer, source.tokenizer(which));
  if (static_cast<std::int64_t>(tokenizer.vocabularySize()) > source.texts.at(which).vocabularySize) {
    return Error{ErrorCode::BadConfig, "The tokenizer has more words than the text encoder", source.path.string(),
                 "Check that all files come from the same model."};
  }
  return std::make_shared<const ClipTokenizer>(std::move(tokenizer));
}

/// float16's range ends at 65504, which some VAEs exceed inside.
DeviceSpec vaeDevice(const VaeConfig& vae, const DeviceSpec& device) {
  DeviceSpec spec = device;
  if (vae.forceUpcast && spec.dtype == at::kHalf) spec.dtype = at::kFloat;
  return spec;
}

at::Tensor idsOf(const ClipTokenizer& tokenizer, const ClipText& encoder, std::span<const std::string> prompts) {
  const std::int64_t length = encoder.config().positions;
  at::Tensor ids = at::empty({static_cast<std::int64_t>(prompts.size()), length}, at::kLong);
  auto* out = ids.mutable_data_ptr<std::int64_t>();
  for (const std::string& prompt : prompts) {
    const auto row = tokenizer.encodePadded(prompt, static_cast<std::size_t>(length));
    out = std::copy(row.begin(), row.end(), out);
  }
  return ids;
}

}  // namespace

Result<std::unique_ptr<StableDiffusion>> StableDiffusion::load(const std::filesystem::path& path,
                                                               const DeviceSpec& device, ProgressSink& progress,
                                                               const std::stop_token& stop) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(path));
  return load(source, device, progress, stop);
}

Result<std::unique_ptr<StableDiffusion>> StableDiffusion::load(const ModelSource& source, const DeviceSpec& device,
                                                               ProgressSink& progress, const std::stop_token& stop) {
  const CancellationScope scope(stop);
  auto model = std::make_unique<StableDiffusion>();
  model->source = source;
  model->folder = source.path;
  model->name = source.name;
  model->family = source.traits().name;
  model->schedule = source.schedule;
  model->device = device;
  PLEINAIR_ASSIGN(model->tokenizer, loadTokenizer(source, 0));
  model->textEncoder = std::make_unique<ClipText>(source.texts.front());
  if (source.texts.size() > 1) {
    PLEINAIR_ASSIGN(model->tokenizer2, loadTokenizer(source, 1));
    model->textEncoder2 = std::make_unique<ClipText>(source.texts.at(1));
  }
  model->unet = std::make_unique<UNet>(source.unet);
  model->vae = std::make_unique<Vae>(source.vae);
  progress.onStage("Loading the model", slotCount(model->textEncoder.get()) + slotCount(model->textEncoder2.get()) +
                                            slotCount(model->unet.get()) + slotCount(model->vae.get()));
  LoadProgress counter(progress);
  PLEINAIR_TRY(loadPart(source, ModelPart::Text1, model->textEncoder.get(), device, counter));
  PLEINAIR_TRY(loadPart(source, ModelPart::Text2, model->textEncoder2.get(), device, counter));
  PLEINAIR_TRY(loadPart(source, ModelPart::UNet, model->unet.get(), device, counter));
  PLEINAIR_TRY(loadPart(source, ModelPart::Vae, model->vae.get(), vaeDevice(source.vae, device), counter));
  if (!source.predictionKnown) {
    PLEINAIR_ASSIGN(model->schedule.prediction, probePrediction(*model));
  }
  return model;
}

std::int64_t StableDiffusion::parameterCount() const {
  const std::int64_t second = textEncoder2 ? textEncoder2->parameterCount() : 0;
  return textEncoder->parameterCount() + second + unet->parameterCount() + vae->parameterCount();
}

PromptTokens StableDiffusion::tokenIds(std::span<const std::string> prompts) const {
  PromptTokens tokens;
  tokens.first = idsOf(*tokenizer, *textEncoder, prompts);
  if (textEncoder2) tokens.second = idsOf(*tokenizer2, *textEncoder2, prompts);
  return tokens;
}

PromptEncoding StableDiffusion::encodePrompts(std::span<const std::string> prompts) const {
  const at::NoGradGuard noGradients;
  return encodeTokens(textEncoders(), tokenIds(prompts));
}

}  // namespace pleinair
