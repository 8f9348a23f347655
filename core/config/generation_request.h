#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/config/device_config.h"

namespace pleinair {

/// A LoRA file and how strongly its change is added (1 = as trained).
struct LoraReference {
  std::filesystem::path file;
  double weight = 1.0;  ///< on the UNet, and on the text encoders unless they have their own
  std::optional<double> textEncoderWeight = {};
  [[nodiscard]] double onTextEncoders() const { return textEncoderWeight.value_or(weight); }
  friend bool operator==(const LoraReference&, const LoraReference&) = default;
};

/// What the model's UNet is taken to predict. Automatic: what its settings say, else what its own output shows.
enum class PredictionChoice { Automatic, Noise, Velocity };

/// How a sampler picks its timesteps. Automatic: what the model's settings ask for, else the sampler's custom.
enum class SpacingChoice { Automatic, Leading, Trailing, Linspace };

/// The rarer ways to steer the sampling; the defaults leave everything as the model has it.
struct SamplingOptions {
  int clipSkip = 0;              ///< n-th layer of the text encoder from its end (1: the last); 0: the model's own
  double guidanceRescale = 0;    ///< 0 to 1, against washed-out colours of high guidance (Lin et al. 2023)
  bool zeroTerminalSnr = false;  ///< the schedule ends in pure noise; for velocity models only
  SpacingChoice spacing = SpacingChoice::Automatic;
  PredictionChoice prediction = PredictionChoice::Automatic;
  friend bool operator==(const SamplingOptions&, const SamplingOptions&) = default;
};

/// What SDXL is told about the photo a picture would have been cut from, in pixels; 0 means the picture's own size.
struct SizeConditioning {
  int originalWidth = 0, originalHeight = 0;
  int cropLeft = 0, cropTop = 0;
  int targetWidth = 0, targetHeight = 0;
  friend bool operator==(const SizeConditioning&, const SizeConditioning&) = default;
};

/// Everything that decides a picture's pixels. `sampler` is one of the names in diffusion/sampler.h
/// ("ddim", "euler", "dpmpp_2m_karras"). Sizes are pixels and multiples of 8.
struct GenerationRequest {
  std::filesystem::path model;  ///< a diffusers folder or a checkpoint file
  std::vector<LoraReference> loras;
  std::vector<std::string> prompts{""};  ///< each prompt gets `count` pictures
  std::string negativePrompt;
  std::string sampler = "dpmpp_2m_karras";
  int steps = 20;
  double guidanceScale = 5.0;
  std::uint64_t seed = 1;  ///< picture i of a prompt takes seed + i
  int width = 256;
  int height = 256;
  int count = 1;
  SamplingOptions sampling;
  SizeConditioning sizes;            ///< read by SDXL only
  std::filesystem::path startImage;  ///< image to image where it is set
  double strength = 0.6;             ///< 0 to 1: how much of the start image is redrawn
  int batch = 1;                     ///< pictures drawn together: faster on a GPU, the same pictures
  bool tiledVae = false;             ///< decodes in tiles, for pictures too large for the memory
  /// What a recipe was drawn on, wished for again; a GPU that is not here is passed over. Threads are not read.
  DeviceConfig device = {};
  friend bool operator==(const GenerationRequest&, const GenerationRequest&) = default;
};

/// One picture's own recipe, as written into its PNG and a set's set.yaml.
struct PictureRecipe {
  std::string prompt;
  std::string negativePrompt;
  std::string sampler;
  int steps = 0;
  double guidanceScale = 0;
  std::uint64_t seed = 0;
  int width = 0;
  int height = 0;
  std::string modelName;
  std::vector<LoraReference> loras;  ///< file may be a bare name when read from a foreign PNG
  SamplingOptions sampling = {};
  SizeConditioning sizes = {};            ///< of SDXL
  std::filesystem::path startImage = {};  ///< a bare name when read from a PNG's text
  double strength = 0;                    ///< of image to image; 0: from pure noise
  bool tiledVae = false;
  DeviceChoice device = DeviceChoice::Automatic;  ///< with its precision; Automatic for float32 on a CPU
  PrecisionChoice precision = PrecisionChoice::Automatic;
  friend bool operator==(const PictureRecipe&, const PictureRecipe&) = default;
};

/// A kept set of pictures: `sets/<name>/set.yaml` beside its PNGs.
struct PictureSet {
  struct Entry {
    std::string file;  ///< name inside the set's folder
    PictureRecipe recipe;
  };
  std::string name;
  std::string created;  ///< ISO 8601, UTC
  std::filesystem::path model;
  std::vector<Entry> pictures;  ///< in the order of prompts, then seeds
};

}  // namespace pleinair
