#include "core/pipeline/stable_diffusion.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/cancellation.h"
#include "core/models/load_module.h"
#include "core/tensor/torch_error.h"
#include "core/weights/component_weights.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndexBytes = std::size_t{1} << 20;

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

std::int64_t slotCount(nn::Module& module) {
  std::int64_t slots = 0;
  module.visitParameters([&](const std::string&, at::Tensor&, const std::vector<std::int64_t>&) { ++slots; });
  return slots;
}

Error unsupported(const std::string& message, const fs::path& where) {
  return {ErrorCode::UnsupportedModel, message, where.string(), "Choose a Stable Diffusion 1.x model."};
}

Result<void> refuseFile(const fs::path& file) {
  PLEINAIR_TRY(refuseUnsafe(file));
  return Error{ErrorCode::UnsupportedFormat, "A model in a single file cannot be opened", file.string(),
               "Choose the model's diffusers folder, the one with model_index.json in it."};
}

/// What kind of pipeline a class name stands for, in words.
std::string describeClass(const std::string& className) {
  if (className.starts_with("StableDiffusionXL")) return "an SDXL model";
  if (className.starts_with("StableDiffusion3")) return "a Stable Diffusion 3 model";
  if (className.find("Inpaint") != std::string::npos) return "an inpainting model";
  if (className.starts_with("Flux")) return "a Flux model";
  return "a " + className.substr(0, 80);
}

Result<void> checkTogether(const StableDiffusion& model) {
  const UNetConfig& unet = model.unet->config();
  const ClipTextConfig& text = model.textEncoder->config();
  if (unet.textTime) return unsupported("This is an SDXL model, which cannot be run", model.folder);
  if (unet.inChannels != model.vae->config().latentChannels || unet.outChannels != unet.inChannels) {
    return unsupported("This model wants more than latents (an inpainting or editing model)", model.folder);
  }
  if (unet.crossAttentionSize != text.size) {
    return Error{ErrorCode::BadConfig, "The text encoder and the UNet do not belong together", model.folder.string(),
                 "Check that all files come from the same model."};
  }
  if (static_cast<std::int64_t>(model.tokenizer->vocabularySize()) > text.vocabularySize) {
    return Error{ErrorCode::BadConfig, "The tokenizer has more words than the text encoder", model.folder.string(),
                 "Check that all files come from the same model."};
  }
  return {};
}

Result<void> loadComponent(nn::Module& module, const fs::path& folder, const DeviceSpec& device,
                           LoadProgress& progress) {
  PLEINAIR_ASSIGN(const ComponentWeights weights, ComponentWeights::open(folder));
  PLEINAIR_TRY(loadModule(module, weights, device, &progress));
  progress.nextComponent();
  return {};
}

}  // namespace

Result<ModelIndex> readModelIndex(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored)) {
    return Error{ErrorCode::NotFound, "The model folder is missing", folder.string(),
                 "Choose another model, or put the folder back."};
  }
  if (fs::is_regular_file(folder, ignored)) PLEINAIR_TRY(refuseFile(folder));
  const fs::path file = folder / "model_index.json";
  if (!fs::exists(file, ignored)) {
    return Error{ErrorCode::NotFound, "This folder is no diffusers model: it has no model_index.json",
                 folder.string(), "Choose the folder that holds unet, vae and text_encoder."};
  }
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxIndexBytes));
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("_class_name") || !json["_class_name"].is_string()) {
    return Error{ErrorCode::BadConfig, "The model's index does not say what the model is", file.string(),
                 "Download the model again."};
  }
  ModelIndex index;
  index.className = json["_class_name"].get<std::string>();
  index.name = folder.filename().empty() ? folder.parent_path().filename().string() : folder.filename().string();
  if (const auto name = json.find("_pleinair_name"); name != json.end() && name->is_string()) {
    index.name = name->get<std::string>();
  }
  if (index.className != "StableDiffusionPipeline") {
    return unsupported("This is " + describeClass(index.className) + ", which cannot be run", file);
  }
  return index;
}

std::string familyOf(const UNetConfig& unet) {
  if (unet.textTime) return "SDXL";
  return unet.linearProjection || unet.crossAttentionSize == 1024 ? "SD 2.x" : "SD 1.x";
}

Result<std::unique_ptr<StableDiffusion>> StableDiffusion::load(const fs::path& folder, const DeviceSpec& device,
                                                               ProgressSink& progress, const std::stop_token& stop) {
  const CancellationScope scope(stop);
  auto model = std::make_unique<StableDiffusion>();
  PLEINAIR_ASSIGN(const ModelIndex index, readModelIndex(folder));
  PLEINAIR_ASSIGN(ClipTokenizer tokenizer, ClipTokenizer::load(folder / "tokenizer"));
  PLEINAIR_ASSIGN(model->schedule, ScheduleConfig::load(folder / "scheduler" / "scheduler_config.json"));
  PLEINAIR_ASSIGN(ClipTextConfig textConfig, ClipTextConfig::load(folder / "text_encoder" / "config.json"));
  PLEINAIR_ASSIGN(UNetConfig unetConfig, UNetConfig::load(folder / "unet" / "config.json"));
  PLEINAIR_ASSIGN(VaeConfig vaeConfig, VaeConfig::load(folder / "vae" / "config.json"));
  model->folder = folder;
  model->name = index.name;
  model->family = familyOf(unetConfig);
  model->device = device;
  model->tokenizer = std::make_shared<const ClipTokenizer>(std::move(tokenizer));
  model->textEncoder = std::make_unique<ClipText>(std::move(textConfig));
  model->unet = std::make_unique<UNet>(std::move(unetConfig));
  model->vae = std::make_unique<Vae>(std::move(vaeConfig));
  PLEINAIR_TRY(checkTogether(*model));
  progress.onStage("Loading the model",
                   slotCount(*model->textEncoder) + slotCount(*model->unet) + slotCount(*model->vae));
  LoadProgress counter(progress);
  PLEINAIR_TRY(loadComponent(*model->textEncoder, folder / "text_encoder", device, counter));
  PLEINAIR_TRY(loadComponent(*model->unet, folder / "unet", device, counter));
  PLEINAIR_TRY(loadComponent(*model->vae, folder / "vae", device, counter));
  return model;
}

std::int64_t StableDiffusion::parameterCount() const {
  return textEncoder->parameterCount() + unet->parameterCount() + vae->parameterCount();
}

at::Tensor StableDiffusion::tokenIds(std::span<const std::string> prompts) const {
  const std::int64_t length = textEncoder->config().positions;
  at::Tensor ids = at::empty({static_cast<std::int64_t>(prompts.size()), length}, at::kLong);
  auto* out = ids.mutable_data_ptr<std::int64_t>();
  for (const std::string& prompt : prompts) {
    const auto row = tokenizer->encodePadded(prompt, static_cast<std::size_t>(length));
    out = std::copy(row.begin(), row.end(), out);
  }
  return ids;
}

at::Tensor StableDiffusion::encodePrompts(std::span<const std::string> prompts) const {
  const at::NoGradGuard noGradients;
  return textEncoder->forward(tokenIds(prompts)).lastHidden;
}

}  // namespace pleinair
