#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/diffusion/schedule.h"
#include "core/models/model_family.h"
#include "core/models/vae.h"
#include "core/tokenizer/clip_tokenizer.h"
#include "core/weights/ldm_keys.h"

namespace pleinair {

/// The networks of a model.
enum class ModelPart { UNet, Vae, Text1, Text2 };

/// The part of text encoder 0 or 1.
constexpr ModelPart textPart(std::size_t which) { return which == 0 ? ModelPart::Text1 : ModelPart::Text2; }

/// A model on disk, understood but not loaded: a diffusers folder or a checkpoint in one file. Opening reads settings
/// and headers only.
class ModelSource {
 public:
  /// Tells what lies at `path`. Whatever cannot be run is refused with what it is: missing or incomplete folders,
  /// pickles, other families, LoRA files.
  static Result<ModelSource> open(const std::filesystem::path& path);
  /// A checkpoint in one file whose tokenizers, schedule and what no tensor tells (head counts, activations) are those
  /// of a diffusers folder.
  static Result<ModelSource> openWithSettings(const std::filesystem::path& file,
                                              const std::filesystem::path& settings);

  std::filesystem::path path;
  std::string name;  ///< the file's or folder's, or the one the model gives itself
  ModelFamily family = ModelFamily::Sd1;
  UNetConfig unet;
  VaeConfig vae;
  std::vector<ClipTextConfig> texts;  ///< one or two
  ScheduleConfig schedule;
  bool predictionKnown = true;  ///< false: neither settings nor metadata tell noise from velocity
  bool emptyIsZero = false;     ///< no negative prompt at all means zeros

  [[nodiscard]] const FamilyTraits& traits() const { return traitsOf(family); }
  [[nodiscard]] bool singleFile() const { return m_file.has_value(); }
  /// Maps the part's weights.
  [[nodiscard]] Result<ComponentWeights> weights(ModelPart part) const;
  /// `which` is 0 or 1.
  [[nodiscard]] Result<ClipTokenizer> tokenizer(std::size_t which) const;
  /// The file or folder whose bytes decide this part.
  [[nodiscard]] std::filesystem::path partPath(ModelPart part) const;

 private:
  static Result<ModelSource> openFolder(const std::filesystem::path& folder);
  static Result<ModelSource> openFile(const std::filesystem::path& file);
  Result<void> takeSettings(const std::filesystem::path& folder);
  Result<void> checkTogether() const;
  std::optional<SafetensorsFile> m_file;
  LdmComponents m_parts;
  std::filesystem::path m_tokenizers;  ///< the folder that holds tokenizer/; empty: CLIP's own
};

/// Changes whenever the model at `path` is replaced; the beginning of time where there is none.
std::filesystem::file_time_type modelChanged(const std::filesystem::path& path);

/// Any file a model can be opened from: a folder with model_index.json or a .safetensors file.
bool looksLikeModel(const std::filesystem::path& path);

}  // namespace pleinair
