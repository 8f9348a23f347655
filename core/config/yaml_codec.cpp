#include "core/config/yaml_codec.h"

#include <algorithm>
#include <map>

#include "core/base/atomic_file.h"
#include "core/config/yaml_document.h"

namespace pleinair::yaml {
namespace fs = std::filesystem;
namespace {

constexpr std::pair<const char*, LearningRateSchedule> kSchedules[] = {{"constant", LearningRateSchedule::Constant},
                                                                       {"linear", LearningRateSchedule::Linear},
                                                                       {"cosine", LearningRateSchedule::Cosine}};
constexpr std::pair<const char*, DeviceChoice> kDevices[] = {
    {"automatic", DeviceChoice::Automatic}, {"cpu", DeviceChoice::Cpu}, {"cuda", DeviceChoice::Cuda}};
constexpr std::pair<const char*, PrecisionChoice> kPrecisions[] = {{"automatic", PrecisionChoice::Automatic},
                                                                   {"float32", PrecisionChoice::Float32},
                                                                   {"bfloat16", PrecisionChoice::BFloat16},
                                                                   {"float16", PrecisionChoice::Float16}};

constexpr std::pair<const char*, SpacingChoice> kSpacings[] = {{"automatic", SpacingChoice::Automatic},
                                                               {"leading", SpacingChoice::Leading},
                                                               {"trailing", SpacingChoice::Trailing},
                                                               {"linspace", SpacingChoice::Linspace}};
constexpr std::pair<const char*, PredictionChoice> kPredictions[] = {{"automatic", PredictionChoice::Automatic},
                                                                     {"epsilon", PredictionChoice::Noise},
                                                                     {"v_prediction", PredictionChoice::Velocity}};

// In every `fields` function: one line a key, for reading (a Reader and a struct to fill) and writing alike.

template <typename Archive, typename Config>
void trainingFields(Archive& archive, Config& c) {
  archive.text("name", c.name);
  archive.path("model", c.model);
  archive.number("rank", c.rank, {1, 1024});
  archive.number("alpha", c.alpha, {0, 10'000});
  archive.map("targets", [&](Archive& targets) {
    targets.flag("unet_attention", c.targets.unetAttention);
    targets.flag("unet_feed_forward", c.targets.unetFeedForward);
    targets.flag("unet_convolutions", c.targets.unetConvolutions);
    targets.flag("text_encoder_attention", c.targets.textEncoderAttention);
    targets.flag("text_encoder_2_attention", c.targets.textEncoder2Attention);
  });
  archive.number("resolution", c.resolution, {64, 4096, 8});
  archive.number("bucket_step", c.bucketStep, {8, 256, 8});
  archive.number("batch_size", c.batchSize, {1, 1024});
  archive.number("accumulate", c.accumulate, {1, 1024});
  archive.number("steps", c.steps, {1, 10'000'000});
  archive.number("learning_rate", c.learningRate, {0, 10});
  archive.number("text_encoder_learning_rate", c.textEncoderLearningRate, {0, 10});
  archive.number("text_encoder_2_learning_rate", c.textEncoder2LearningRate, {0, 10});
  archive.choice("schedule", c.schedule, kSchedules);
  archive.number("warmup_steps", c.warmupSteps, {0, 10'000'000});
  archive.number("beta1", c.beta1, {0, 0.999999});
  archive.number("beta2", c.beta2, {0, 0.9999999});
  archive.number("epsilon", c.epsilon, {1e-20, 1});
  archive.number("weight_decay", c.weightDecay, {0, 10});
  archive.number("max_gradient_norm", c.maxGradientNorm, {0, 1e6});
  archive.number("min_snr_gamma", c.minSnrGamma, {0, 1000});
  archive.number("noise_offset", c.noiseOffset, {0, 1});
  archive.number("timestep_shift", c.timestepShift, {0.1, 20});
  archive.flag("zero_terminal_snr", c.zeroTerminalSnr);
  archive.choice("prediction", c.prediction, kPredictions);
  archive.number("caption_dropout", c.captionDropout, {0, 1});
  archive.number("seed", c.seed);
  archive.number("sample_every", c.sampleEvery, {0, 10'000'000});
  archive.number("checkpoint_every", c.checkpointEvery, {0, 10'000'000});
  archive.texts("sample_prompts", c.samplePrompts);
  archive.text("sample_negative_prompt", c.sampleNegativePrompt);
  archive.number("sample_seed", c.sampleSeed);
  archive.number("sample_steps", c.sampleSteps, {1, 1000});
  archive.number("sample_guidance", c.sampleGuidance, {0, 100});
  archive.text("sample_sampler", c.sampleSampler);
  archive.map("device", [&](Archive& device) {
    device.choice("device", c.device.device, kDevices);
    device.choice("precision", c.device.precision, kPrecisions);
    device.number("threads", c.device.threads, {0, 4096});
  });
}

template <typename Archive, typename Photo>
void photoFields(Archive& archive, Photo& photo) {
  archive.text("path", photo.path);
  archive.flag("removed", photo.removed);
  archive.flag("starred", photo.starred);
}

/// What most pictures leave as the model has it: written only where it is not.
template <typename Archive, typename Recipe>
void rareFields(Archive& archive, Recipe& recipe) {
  if (Archive::kReads || recipe.sampling != SamplingOptions{.clipSkip = recipe.sampling.clipSkip}) {
    archive.map("sampling", [&](Archive& sampling) {
      sampling.number("guidance_rescale", recipe.sampling.guidanceRescale, {0, 1});
      sampling.flag("zero_terminal_snr", recipe.sampling.zeroTerminalSnr);
      sampling.choice("spacing", recipe.sampling.spacing, kSpacings);
      sampling.choice("prediction", recipe.sampling.prediction, kPredictions);
    });
  }
  if (Archive::kReads || recipe.sizes != SizeConditioning{}) {
    constexpr Range kPixels{-100'000, 100'000};
    archive.map("sdxl_sizes", [&](Archive& sizes) {
      sizes.number("original_width", recipe.sizes.originalWidth, kPixels);
      sizes.number("original_height", recipe.sizes.originalHeight, kPixels);
      sizes.number("crop_left", recipe.sizes.cropLeft, kPixels);
      sizes.number("crop_top", recipe.sizes.cropTop, kPixels);
      sizes.number("target_width", recipe.sizes.targetWidth, kPixels);
      sizes.number("target_height", recipe.sizes.targetHeight, kPixels);
    });
  }
  if (Archive::kReads || recipe.strength > 0) {
    archive.path("start_image", recipe.startImage);
    archive.number("strength", recipe.strength, {0, 1});
  }
  if (Archive::kReads || recipe.tiledVae) archive.flag("tiled_vae", recipe.tiledVae);
  if (Archive::kReads || recipe.device != DeviceChoice::Automatic) archive.choice("device", recipe.device, kDevices);
  if (Archive::kReads || recipe.precision != PrecisionChoice::Automatic) {
    archive.choice("precision", recipe.precision, kPrecisions);
  }
}

template <typename Archive, typename Recipe>
void recipeFields(Archive& archive, Recipe& recipe) {
  archive.text("prompt", recipe.prompt);
  archive.text("negative_prompt", recipe.negativePrompt);
  archive.text("sampler", recipe.sampler);
  archive.number("steps", recipe.steps, {0, 100'000});
  archive.number("guidance_scale", recipe.guidanceScale, {-1000, 1000});
  archive.number("seed", recipe.seed);
  archive.number("width", recipe.width, {0, 100'000});
  archive.number("height", recipe.height, {0, 100'000});
  archive.text("model_name", recipe.modelName);
  archive.number("clip_skip", recipe.sampling.clipSkip, {0, 100});
  rareFields(archive, recipe);
}

template <typename Archive, typename Lora>
void loraFields(Archive& archive, Lora& lora) {
  archive.path("file", lora.file);
  archive.number("weight", lora.weight, {-100, 100});
  double onText = lora.onTextEncoders();
  if constexpr (std::is_const_v<Lora>) {
    if (lora.textEncoderWeight) archive.number("text_encoder_weight", onText, {-100, 100});
  } else {
    archive.number("text_encoder_weight", onText, {-100, 100});
    if (onText != lora.weight) lora.textEncoderWeight = onText;
  }
}

template <typename Element, typename Fields>
void readList(Reader& reader, const char* key, std::vector<Element>& elements, Fields fields) {
  elements.clear();
  reader.list(key, [&](Reader& item) {
    Element element;
    fields(item, element);
    elements.push_back(std::move(element));
  });
}

bool hasOtherKeys(const YAML::Node& node, std::initializer_list<std::string_view> known) {
  for (const auto& entry : node) {
    if (!entry.first.IsScalar() || std::find(known.begin(), known.end(), entry.first.Scalar()) == known.end())
      return true;
  }
  return false;
}

// The maps of an existing list by one of their keys, so that their unknown keys can be carried over.
std::map<std::string, YAML::Node> byKey(const YAML::Node& list, const char* key) {
  std::map<std::string, YAML::Node> found;
  if (!list.IsSequence()) return found;
  for (const YAML::Node& item : list) {
    if (item.IsMap() && item[key].IsScalar()) found.emplace(item[key].Scalar(), item);
  }
  return found;
}

YAML::Node takeOrMake(std::map<std::string, YAML::Node>& items, const std::string& name) {
  const auto found = items.find(name);
  if (found == items.end()) return YAML::Node(YAML::NodeType::Map);
  const YAML::Node node = found->second;
  items.erase(found);
  return node;
}

void writeProject(YAML::Node root, const Project& project) {
  Writer writer(root);
  writer.number("version", Project::kVersion);
  writer.text("name", project.name);
  writer.text("trigger", project.trigger);
  writer.path("model", project.model);
  auto before = byKey(root["photos"], "path");
  YAML::Node photos(YAML::NodeType::Sequence);
  for (const PhotoState& photo : project.photos) {
    Writer entry(takeOrMake(before, photo.path));
    photoFields(entry, photo);
    photos.push_back(entry.node());
  }
  for (auto& [path, node] : before) {  // back to its defaults here, but another program knows more about it
    if (!hasOtherKeys(node, {"path", "removed", "starred"})) continue;
    const PhotoState plain{path, false, false};
    Writer entry(node);
    photoFields(entry, plain);
    photos.push_back(node);
  }
  root["photos"] = photos;
}

void writeRecipe(Writer& writer, const PictureRecipe& recipe) {
  recipeFields(writer, recipe);
  YAML::Node loras(YAML::NodeType::Sequence);
  for (const LoraReference& lora : recipe.loras) {
    Writer entry{YAML::Node(YAML::NodeType::Map)};
    loraFields(entry, lora);
    loras.push_back(entry.node());
  }
  writer.node()["loras"] = loras;
}

void writeSet(YAML::Node root, const PictureSet& set) {
  Writer writer(root);
  writer.text("name", set.name);
  writer.text("created", set.created);
  writer.path("model", set.model);
  auto before = byKey(root["pictures"], "file");
  YAML::Node pictures(YAML::NodeType::Sequence);
  for (const PictureSet::Entry& picture : set.pictures) {
    Writer entry(takeOrMake(before, picture.file));
    entry.text("file", picture.file);
    writeRecipe(entry, picture.recipe);
    pictures.push_back(entry.node());
  }
  root["pictures"] = pictures;
}

// Runs `read` over the file's map and gives its value, or the first error.
template <typename Value, typename Read>
Result<Value> loadWith(const fs::path& file, Read read) {
  PLEINAIR_ASSIGN(const YAML::Node root, loadMap(file));
  std::optional<Error> error;
  Value value;
  try {
    Reader reader(root, file, error);
    read(reader, value, root);
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::BadConfig, "The file cannot be read: " + problem.msg, file.string(), ""};
  }
  if (error) return *std::move(error);
  return value;
}

template <typename Write>
Result<void> saveWith(const fs::path& file, Write write) {
  PLEINAIR_ASSIGN(const YAML::Node root, loadMapForSave(file));
  try {
    write(root);
  } catch (const YAML::Exception& problem) {
    return Error{ErrorCode::BadConfig, "The settings cannot be written: " + problem.msg, file.string(), ""};
  }
  PLEINAIR_ASSIGN(const std::string text, emitted(root));
  return writeFileAtomic(file, text);
}

}  // namespace

Result<Project> loadProject(const fs::path& file) {
  return loadWith<Project>(file, [&](Reader& reader, Project& project, const YAML::Node& root) {
    reader.number("version", project.version, {1});
    if (!reader.failed() && project.version > Project::kVersion) {
      return reader.fail(root["version"], "The project was saved by a newer Pleinair (format " +
                                              std::to_string(project.version) + "; this program knows up to " +
                                              std::to_string(Project::kVersion) + ")");
    }
    reader.text("name", project.name);
    reader.text("trigger", project.trigger);
    reader.path("model", project.model);
    readList(reader, "photos", project.photos, [](Reader& item, PhotoState& photo) { photoFields(item, photo); });
  });
}

Result<TrainingConfig> loadTrainingConfig(const fs::path& file) {
  return loadWith<TrainingConfig>(
      file, [](Reader& reader, TrainingConfig& config, const YAML::Node&) { trainingFields(reader, config); });
}

Result<PictureSet> loadPictureSet(const fs::path& file) {
  return loadWith<PictureSet>(file, [](Reader& reader, PictureSet& set, const YAML::Node&) {
    reader.text("name", set.name);
    reader.text("created", set.created);
    reader.path("model", set.model);
    readList(reader, "pictures", set.pictures, [](Reader& item, PictureSet::Entry& entry) {
      item.text("file", entry.file);
      recipeFields(item, entry.recipe);
      readList(item, "loras", entry.recipe.loras,
               [](Reader& lora, LoraReference& reference) { loraFields(lora, reference); });
    });
  });
}

Result<void> saveProject(const fs::path& file, const Project& project) {
  return saveWith(file, [&](const YAML::Node& root) { writeProject(root, project); });
}

Result<void> saveTrainingConfig(const fs::path& file, const TrainingConfig& config) {
  return saveWith(file, [&](const YAML::Node& root) {
    Writer writer(root);
    trainingFields(writer, config);
  });
}

Result<void> savePictureSet(const fs::path& file, const PictureSet& set) {
  return saveWith(file, [&](const YAML::Node& root) { writeSet(root, set); });
}

std::string trainingConfigText(const TrainingConfig& config) {
  Writer writer{YAML::Node(YAML::NodeType::Map)};
  trainingFields(writer, config);
  const Result<std::string> text = emitted(writer.node());
  return text ? text.value() : std::string();
}

}  // namespace pleinair::yaml
