#pragma once

#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/dataset/photos.h"
#include "core/dataset/project_folder.h"
#include "core/image/png.h"
#include "core/pipeline/save_model.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/training/trainer.h"

namespace pleinair::testing {

/// A vocabulary of single printable characters in CLIP's format, inside a word and at its end.
inline TokenizerFiles tinyTokenizer() {
  nlohmann::json vocabulary = nlohmann::json::object();
  int id = 0;
  for (const char* ending : {"", "</w>"}) {
    for (char c = 33; c < 127; ++c) vocabulary[std::string(1, c) + ending] = id++;
  }
  vocabulary["<|startoftext|>"] = id++;
  vocabulary["<|endoftext|>"] = id++;
  return {vocabulary.dump(), "#version: 0.2\n"};
}

/// Saves a Stable Diffusion of random weights that computes in milliseconds.
inline void saveTinyModel(const std::filesystem::path& folder) {
  UNetConfig unet;
  unet.sampleSize = 8;
  unet.blockOutChannels = {32, 64};
  unet.layersPerBlock = {1, 1};
  unet.downAttention = {true, false};
  unet.upAttention = {false, true};
  unet.attentionHeads = {2, 2};
  unet.transformerLayers = {1, 1};
  unet.crossAttentionSize = 32;
  ClipTextConfig text;
  text.vocabularySize = 190;
  text.size = 32;
  text.feedForwardSize = 64;
  text.layers = 2;
  text.heads = 2;
  VaeConfig vae;
  vae.sampleSize = 64;
  vae.blockOutChannels = {32, 32, 32, 32};
  vae.layersPerBlock = 1;
  UNet unetModule(unet);
  ClipText textModule(text);
  Vae vaeModule(vae);
  nn::initialize(unetModule, 1);
  nn::initialize(textModule, 2);
  nn::initialize(vaeModule, 3);
  ScheduleConfig schedule;
  schedule.stepsOffset = 1;
  const auto saved =
      saveModel(folder, {unetModule, textModule, vaeModule, schedule, tinyTokenizer(), "Tiny"}, at::kFloat);
  if (!saved) throw std::runtime_error(saved.error().text());
}

/// A soft gradient of one hue, different for each index.
inline Image gradientPicture(int width, int height, int index) {
  Image image{width, height,
              std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3)};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      std::uint8_t* pixel = image.rgb.data() + static_cast<std::size_t>(y * width + x) * 3;
      pixel[0] = static_cast<std::uint8_t>((255 * x / width + 40 * index) % 256);
      pixel[1] = static_cast<std::uint8_t>(255 * y / height);
      pixel[2] = static_cast<std::uint8_t>((60 * index) % 256);
    }
  }
  return image;
}

/// A project of `photos` small pictures in two shapes, every other one with a caption, the trigger "SKY".
inline void makeTinyProject(const std::filesystem::path& folder, int photos) {
  auto project = ProjectFolder::create(folder).value();
  Project settings = project.project();
  settings.trigger = "SKY";
  if (!project.save(settings)) throw std::runtime_error("project");
  std::filesystem::create_directories(folder / "dataset");
  for (int i = 0; i < photos; ++i) {
    const std::string name = "photo" + std::to_string(i) + ".png";
    const Image image = i % 3 == 0 ? gradientPicture(96, 64, i) : gradientPicture(64, 96, i);
    if (!writePng(folder / "dataset" / name, image)) throw std::runtime_error("png");
    if (i % 2 == 1 && !saveCaption(folder, name, "SKY, evening " + std::to_string(i)))
      throw std::runtime_error("txt");
  }
}

inline TrainingConfig tinyConfig(const std::filesystem::path& model) {
  TrainingConfig config;
  config.name = "run";
  config.model = model;
  config.rank = 2;
  config.alpha = 2;
  config.resolution = 64;
  config.bucketStep = 16;
  config.batchSize = 2;
  config.steps = 6;
  config.learningRate = 1e-2;
  config.noiseOffset = 0.05;
  config.minSnrGamma = 5;
  config.sampleEvery = 0;
  config.checkpointEvery = 0;
  config.sampleSteps = 2;
  return config;
}

inline std::unique_ptr<StableDiffusion> loadTinyModel(const std::filesystem::path& folder) {
  const DeviceSpec device = resolveDevice({DeviceChoice::Cpu, PrecisionChoice::Float32, 1}).value();
  NullProgress progress;
  return StableDiffusion::load(folder, device, progress).value();
}

/// Remembers everything it hears and can act on a step.
class Recorder : public TrainingListener {
 public:
  void onStage(std::string_view stage, std::int64_t) override { stages.emplace_back(stage); }
  void onProgress(std::int64_t) override {}
  void onBegan(const training::Began& heard) override { began = heard; }
  void onStep(const training::Step& step) override {
    steps.push_back(step);
    if (atStep) atStep(step.step);
  }
  void onSample(const training::Sample& sample) override { samples.push_back(sample); }
  void onCheckpoint(const training::Checkpoint& checkpoint) override { checkpoints.push_back(checkpoint); }
  void onPhotoSkipped(const std::filesystem::path& file, const Error& error) override {
    skipped.emplace_back(file, error);
  }
  void onPaused(bool paused) override { pauses.push_back(paused); }

  std::vector<std::string> stages;
  training::Began began;
  std::vector<training::Step> steps;
  std::vector<training::Sample> samples;
  std::vector<training::Checkpoint> checkpoints;
  std::vector<std::pair<std::filesystem::path, Error>> skipped;
  std::vector<bool> pauses;
  std::function<void(int)> atStep;
};

/// The lines of a run's metrics.
inline std::vector<nlohmann::json> metricsOf(const std::filesystem::path& run) {
  std::vector<nlohmann::json> lines;
  const std::string text = readFile(run / "metrics.jsonl").value();
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(nlohmann::json::parse(text.substr(begin, end - begin)));
  }
  return lines;
}

}  // namespace pleinair::testing
