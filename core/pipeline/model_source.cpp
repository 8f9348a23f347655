#include "core/pipeline/model_source.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/tokenizer/clip_vocabulary.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxIndexBytes = std::size_t{1} << 20;
/// SDXL is told the original size, the crop's corner and the target size.
constexpr std::int64_t kSizeConditions = 6;
constexpr std::int64_t kSd2VelocityLatentSize = 96;

Error unsupported(const std::string& message, const fs::path& where) {
  return {ErrorCode::UnsupportedModel, message, where.string(),
          "Choose a Stable Diffusion 1.x, 2.x or SDXL model."};
}

bool isThere(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// What a pipeline that is none of ours stands for, in words; empty for ours.
std::string foreignPipeline(const std::string& className) {
  if (className.starts_with("StableDiffusion3")) return "a Stable Diffusion 3 model";
  if (className.find("Inpaint") != std::string::npos) return "an inpainting model";
  if (className.find("ControlNet") != std::string::npos) return "a ControlNet pipeline";
  if (className.starts_with("Flux")) return "a Flux model";
  if (className.starts_with("StableDiffusion") || className.starts_with("LatentConsistencyModel")) return {};
  return "a " + className.substr(0, 80);
}

Result<nlohmann::json> readIndex(const fs::path& folder) {
  const fs::path file = folder / "model_index.json";
  if (!isThere(file)) {
    return Error{ErrorCode::NotFound, "This folder is no diffusers model: it has no model_index.json",
                 folder.string(), "Choose the folder that holds unet, vae and text_encoder."};
  }
  PLEINAIR_ASSIGN(const std::string text, readFile(file, kMaxIndexBytes));
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object() || !json.contains("_class_name") || !json["_class_name"].is_string()) {
    return Error{ErrorCode::BadConfig, "The model's index does not say what the model is", file.string(),
                 "Download the model again."};
  }
  if (const std::string what = foreignPipeline(json["_class_name"].get<std::string>()); !what.empty()) {
    return unsupported("This is " + what + ", which cannot be run", file);
  }
  if (!isThere(folder / "unet") && isThere(folder / "transformer")) {
    return unsupported("This is a diffusion transformer, which cannot be run", file);
  }
  return json;
}

std::string nameOf(const fs::path& path) {
  const fs::path last = path.filename().empty() ? path.parent_path().filename() : path.filename();
  return last.extension() == ".safetensors" ? last.stem().string() : last.string();
}

const char* folderName(ModelPart part) {
  switch (part) {
    case ModelPart::UNet: return "unet";
    case ModelPart::Vae: return "vae";
    case ModelPart::Text1: return "text_encoder";
    case ModelPart::Text2: return "text_encoder_2";
  }
  return "";
}

/// The schedule every family was trained with, where no settings say otherwise.
ScheduleConfig customarySchedule() {
  ScheduleConfig schedule;
  schedule.stepsOffset = 1;
  schedule.setAlphaToOne = false;
  schedule.clipSample = false;
  schedule.customarySpacing = true;
  return schedule;
}

/// What a checkpoint's metadata and marker tensors tell about its training.
bool readPrediction(const SafetensorsFile& file, ScheduleConfig& schedule) {
  if (file.contains("ztsnr")) schedule.rescaleZeroSnr = true;
  if (file.contains("v_pred")) {
    schedule.prediction = PredictionType::Velocity;
    return true;
  }
  for (const char* key : {"modelspec.prediction_type", "modelspec.predict_key"}) {
    const auto found = file.metadata().find(key);
    if (found == file.metadata().end()) continue;
    if (found->second == "v" || found->second == "v_prediction") schedule.prediction = PredictionType::Velocity;
    if (found->second == "v" || found->second == "v_prediction" || found->second == "epsilon") return true;
  }
  return false;
}

}  // namespace

fs::file_time_type modelChanged(const fs::path& path) {
  std::error_code problem;
  const fs::path file = fs::is_regular_file(path, problem) ? path : path / "model_index.json";
  const fs::file_time_type time = fs::last_write_time(file, problem);
  return problem ? fs::file_time_type{} : time;
}

bool looksLikeModel(const fs::path& path) {
  std::error_code ignored;
  return isThere(path / "model_index.json") || (path.extension() == ".safetensors" && fs::is_regular_file(path, ignored));
}

Result<ModelSource> ModelSource::open(const fs::path& path) {
  std::error_code ignored;
  if (!isThere(path)) {
    return Error{ErrorCode::NotFound, "The model folder is missing", path.string(),
                 "Choose another model, or put the folder back."};
  }
  PLEINAIR_ASSIGN(ModelSource source, fs::is_regular_file(path, ignored) ? openFile(path) : openFolder(path));
  PLEINAIR_TRY(source.checkTogether());
  return source;
}

Result<ModelSource> ModelSource::openWithSettings(const fs::path& file, const fs::path& settings) {
  PLEINAIR_ASSIGN(ModelSource source, openFile(file));
  PLEINAIR_TRY(source.takeSettings(settings));
  PLEINAIR_TRY(source.checkTogether());
  return source;
}

Result<ModelSource> ModelSource::openFolder(const fs::path& folder) {
  PLEINAIR_ASSIGN(const nlohmann::json index, readIndex(folder));
  ModelSource source;
  source.path = source.m_tokenizers = folder;
  const auto name = index.find("_pleinair_name");
  source.name = name != index.end() && name->is_string() ? name->get<std::string>() : nameOf(folder);
  PLEINAIR_ASSIGN(source.unet, UNetConfig::load(folder / "unet" / "config.json"));
  PLEINAIR_ASSIGN(source.vae, VaeConfig::load(folder / "vae" / "config.json"));
  PLEINAIR_ASSIGN(source.schedule, ScheduleConfig::load(folder / "scheduler" / "scheduler_config.json"));
  source.family = familyOf(source.unet);
  if (source.family == ModelFamily::Sdxl && !isThere(folder / "text_encoder")) {
    return unsupported("This is an SDXL refiner, which cannot be run", folder);
  }
  for (std::size_t i = 0; i < source.traits().textEncoders; ++i) {
    PLEINAIR_ASSIGN(ClipTextConfig text, ClipTextConfig::load(folder / folderName(textPart(i)) / "config.json"));
    source.texts.push_back(std::move(text));
  }
  const auto zeros = index.find("force_zeros_for_empty_prompt");
  source.emptyIsZero = zeros != index.end() && zeros->is_boolean() ? zeros->get<bool>() : source.traits().emptyIsZero;
  return source;
}

Result<ModelSource> ModelSource::openFile(const fs::path& file) {
  PLEINAIR_ASSIGN(SafetensorsFile weights, SafetensorsFile::open(file));
  ModelSource source;
  PLEINAIR_ASSIGN(source.m_parts, sortLdmKeys(weights));
  source.m_file = std::move(weights);
  source.path = file;
  source.name = nameOf(file);
  PLEINAIR_ASSIGN(const ComponentWeights unet, source.weights(ModelPart::UNet));
  PLEINAIR_ASSIGN(const ComponentWeights vae, source.weights(ModelPart::Vae));
  PLEINAIR_ASSIGN(source.unet, UNetConfig::detect(unet.shapes()));
  PLEINAIR_ASSIGN(source.vae, VaeConfig::detect(vae.shapes()));
  source.family = familyOf(source.unet);
  const FamilyTraits& traits = source.traits();
  source.vae.scalingFactor = traits.vaeScalingFactor;
  source.vae.forceUpcast = source.family == ModelFamily::Sdxl;
  if (source.m_parts.texts.size() != traits.textEncoders) {
    return unsupported(std::string("This checkpoint's text encoders are not those of ") + traits.name, file);
  }
  for (std::size_t i = 0; i < traits.textEncoders; ++i) {
    PLEINAIR_ASSIGN(const ComponentWeights weightsOfText, source.weights(textPart(i)));
    PLEINAIR_ASSIGN(ClipTextConfig text, ClipTextConfig::detect(weightsOfText.shapes()));
    text.activation = traits.activations.at(i);
    source.texts.push_back(std::move(text));
  }
  if (source.unet.textTime) {
    const std::int64_t pooled = source.texts.back().projectionSize;
    source.unet.additionTimeSize = (source.unet.additionProjectionSize - pooled) / kSizeConditions;
  }
  source.schedule = customarySchedule();
  source.predictionKnown = readPrediction(*source.m_file, source.schedule) || source.family == ModelFamily::Sd1;
  // SD 2.x's base was trained at 512 pixels and predicts noise, its velocity model went on from it at 768.
  if (source.family == ModelFamily::Sd2 && source.schedule.prediction == PredictionType::Velocity) {
    source.unet.sampleSize = kSd2VelocityLatentSize;
  }
  source.emptyIsZero = traits.emptyIsZero;
  if (!source.m_parts.leftOver.empty()) {
    log::info(file.string() + ": " + std::to_string(source.m_parts.leftOver.size()) +
              " tensors are no part of the model, first " + source.m_parts.leftOver.front());
  }
  return source;
}

Result<void> ModelSource::takeSettings(const fs::path& folder) {
  m_tokenizers = folder;
  PLEINAIR_ASSIGN(schedule, ScheduleConfig::load(folder / "scheduler" / "scheduler_config.json"));
  predictionKnown = true;
  const fs::path unetFile = folder / "unet" / "config.json", vaeFile = folder / "vae" / "config.json";
  if (isThere(unetFile)) {
    PLEINAIR_ASSIGN(const UNetConfig said, UNetConfig::load(unetFile));
    if (said.blockOutChannels == unet.blockOutChannels) {
      unet.attentionHeads = said.attentionHeads;
      unet.sampleSize = said.sampleSize;
      unet.normEpsilon = said.normEpsilon;
      unet.normGroups = said.normGroups;
      unet.cosineFirst = said.cosineFirst;
      unet.frequencyShift = said.frequencyShift;
    }
  }
  if (isThere(vaeFile)) {
    PLEINAIR_ASSIGN(const VaeConfig said, VaeConfig::load(vaeFile));
    vae.scalingFactor = said.scalingFactor;
    if (said.blockOutChannels == vae.blockOutChannels) vae.normGroups = said.normGroups;
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const fs::path file = folder / folderName(textPart(i)) / "config.json";
    if (!isThere(file)) continue;
    PLEINAIR_ASSIGN(const ClipTextConfig said, ClipTextConfig::load(file));
    if (said.size != texts[i].size) continue;
    texts[i].heads = said.heads;
    texts[i].activation = said.activation;
    texts[i].normEpsilon = said.normEpsilon;
    texts[i].endToken = said.endToken;
  }
  return {};
}

Result<void> ModelSource::checkTogether() const {
  if (unet.inChannels != vae.latentChannels || unet.outChannels != unet.inChannels) {
    return unsupported("This model wants more than latents (an inpainting or editing model)", path);
  }
  std::int64_t width = 0;
  for (const ClipTextConfig& text : texts) width += text.size;
  const bool conditions =
      !unet.textTime || (texts.back().projectionSize > 0 &&
                         unet.additionProjectionSize == texts.back().projectionSize + kSizeConditions * unet.additionTimeSize);
  if (unet.crossAttentionSize == width && conditions) return {};
  return Error{ErrorCode::BadConfig, "The text encoder and the UNet do not belong together", path.string(),
               "Check that all files come from the same model."};
}

Result<ComponentWeights> ModelSource::weights(ModelPart part) const {
  if (!m_file) return ComponentWeights::open(path / folderName(part));
  switch (part) {
    case ModelPart::UNet: return ComponentWeights::mapped(*m_file, m_parts.unet);
    case ModelPart::Vae: return ComponentWeights::mapped(*m_file, m_parts.vae);
    case ModelPart::Text1: return ComponentWeights::mapped(*m_file, m_parts.texts.at(0));
    case ModelPart::Text2: return ComponentWeights::mapped(*m_file, m_parts.texts.at(1));
  }
  return ComponentWeights::mapped(*m_file, {});
}

Result<ClipTokenizer> ModelSource::tokenizer(std::size_t which) const {
  if (!m_tokenizers.empty()) return ClipTokenizer::load(m_tokenizers / (which == 0 ? "tokenizer" : "tokenizer_2"));
  // OpenCLIP pads with zeros: SD 2.x's only encoder, SDXL's second.
  return loadClipTokenizer(family == ModelFamily::Sd2 || which == 1);
}

fs::path ModelSource::partPath(ModelPart part) const { return m_file ? path : path / folderName(part); }

}  // namespace pleinair
