#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/lora/lora_file.h"
#include "core/weights/component_weights.h"

namespace pleinair {

/// The weights of a model on disk that a LoRA can change, found by their keys alone: a diffusers folder or a single
/// file of SD 1.x, 2.x or SDXL under the original keys. Nothing is loaded but what is asked for, so that merging and
/// extracting need no room for the model itself.
class ModelWeights {
 public:
  /// Where one weight lies. OpenCLIP keeps queries, keys and values in one tensor: then `firstRow` tells them apart.
  struct Slot {
    std::size_t component = 0;
    std::string key;
    std::int64_t firstRow = 0;
    std::vector<std::int64_t> shape;
  };
  using SlotName = std::pair<LoraPart, std::string>;  ///< the path as in LoraEntry::path, under diffusers' names

  /// NotFound, UnsafeFile, CorruptFile, or UnsupportedModel where no known network is in it.
  static Result<ModelWeights> open(const std::filesystem::path& folderOrFile);

  [[nodiscard]] const std::map<SlotName, Slot>& slots() const { return m_slots; }
  /// The slot that a LoRA's layer changes, under diffusers' or the original names; null if there is none.
  [[nodiscard]] const Slot* find(LoraPart part, const std::string& neutralPath) const;
  /// A view of the mapped file, in its own type.
  [[nodiscard]] Result<at::Tensor> weight(const Slot& slot) const;
  /// "SD 1.x", "SD 2.x", "SDXL", or "an unknown model".
  [[nodiscard]] std::string family() const;
  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

  /// Says why saveWith() would refuse this target: the model itself, something that is there, a folder for a file.
  [[nodiscard]] Result<void> checkTarget(const std::filesystem::path& target) const;
  /// Writes the model to `target` (a folder for a folder, a file for a file) with some weights changed, each in the
  /// type it had; everything else is copied. The target must not be the model itself.
  [[nodiscard]] Result<void> saveWith(const std::filesystem::path& target,
                                      const std::map<SlotName, at::Tensor>& changed) const;

 private:
  struct Component {
    std::string folder;  ///< inside a diffusers folder; empty for a single file
    ComponentWeights weights;
  };
  Result<void> openFolder();
  Result<void> openSingle();
  void addSlot(LoraPart part, const std::string& path, Slot slot);
  Result<TensorMap> tensorsWith(std::size_t component, const std::map<SlotName, at::Tensor>& changed) const;

  std::filesystem::path m_path;
  bool m_single = false, m_sdxl = false;
  int m_layersPerBlock = 2;
  std::vector<Component> m_components;
  std::map<SlotName, Slot> m_slots;
};

}  // namespace pleinair
