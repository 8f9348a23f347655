#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace pleinair {

/// A LoRA file and how strongly its change is added (1 = as trained).
struct LoraReference {
  std::filesystem::path file;
  double weight = 1.0;                          ///< on the UNet, and on the text encoders unless they have their own
  std::optional<double> textEncoderWeight = {};
  [[nodiscard]] double onTextEncoders() const { return textEncoderWeight.value_or(weight); }
  friend bool operator==(const LoraReference&, const LoraReference&) = default;
};

/// Everything that decides a picture's pixels. `sampler` is one of the names in diffusion/sampler.h
/// ("ddim", "euler", "dpmpp_2m_karras"). Sizes are pixels and multiples of 8.
struct GenerationRequest {
  std::filesystem::path model;  ///< a diffusers folder
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
