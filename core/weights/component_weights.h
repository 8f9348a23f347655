#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// The weights of one component (unet/, vae/, text_encoder/) of a diffusers folder: one file, its fp16
/// variant, or the shards an index names. Full precision is preferred where both are there.
class ComponentWeights {
 public:
  /// A folder with only pickle files is refused as UnsafeFile, one without weights as NotFound.
  static Result<ComponentWeights> open(const std::filesystem::path& folder);
  static Result<ComponentWeights> openFile(const std::filesystem::path& file);

  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool contains(const std::string& name) const { return m_fileOfName.contains(name); }
  [[nodiscard]] Result<at::Tensor> tensor(const std::string& name) const;
  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

 private:
  static Result<ComponentWeights> openShards(const std::filesystem::path& index);
  Result<void> add(SafetensorsFile file);
  std::filesystem::path m_path;
  std::vector<SafetensorsFile> m_files;
  std::map<std::string, std::size_t> m_fileOfName;
};

}  // namespace pleinair
