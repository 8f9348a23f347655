#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// Shapes of tensors by name.
using ShapeMap = std::map<std::string, std::vector<std::int64_t>>;

/// Where a parameter lies in a file that stores it under another name, or together with others.
struct StoredTensor {
  std::string name;                 ///< in the file
  std::vector<std::int64_t> shape;  ///< of the parameter, after cutting and turning
  std::int64_t part = 0;            ///< which of `parts` equal slices of the first axis
  std::int64_t parts = 1;
  bool transposed = false;
};

/// Parameters by our names.
using StoredMap = std::map<std::string, StoredTensor>;

/// The weights of one component (unet/, vae/, text_encoder/) of a diffusers folder: one file, its fp16
/// variant, or the shards an index names. Full precision is preferred where both are there.
class ComponentWeights {
 public:
  /// A folder with only pickle files is refused as UnsafeFile, one without weights as NotFound.
  static Result<ComponentWeights> open(const std::filesystem::path& folder);
  static Result<ComponentWeights> openFile(const std::filesystem::path& file);
  /// One component of a file that holds several, under the names of `map`; the rest of the file is not seen.
  static ComponentWeights mapped(SafetensorsFile file, StoredMap map);

  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool contains(const std::string& name) const { return m_fileOfName.contains(name); }
  /// A view of the mapped file where it can be one.
  [[nodiscard]] Result<at::Tensor> tensor(const std::string& name) const;
  [[nodiscard]] ShapeMap shapes() const;
  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

 private:
  static Result<ComponentWeights> openShards(const std::filesystem::path& index);
  Result<void> add(SafetensorsFile file);
  std::filesystem::path m_path;
  std::vector<SafetensorsFile> m_files;
  std::map<std::string, std::size_t> m_fileOfName;
  StoredMap m_stored;  ///< of names that differ from the file's
};

}  // namespace pleinair
