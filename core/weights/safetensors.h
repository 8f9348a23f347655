#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/weights/safetensors_header.h"

namespace pleinair {

/// Tensors by name, in the order of their names.
using TensorMap = std::map<std::string, at::Tensor>;

/// A safetensors file mapped into memory. Copies share the mapping, and so do the tensors: they stay valid
/// after the file object is gone.
class SafetensorsFile {
 public:
  /// Refuses pickles (UnsafeFile) and whatever breaks the format (CorruptFile), before reading any tensor.
  static Result<SafetensorsFile> open(const std::filesystem::path& file);

  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
  [[nodiscard]] const std::map<std::string, TensorEntry>& entries() const { return m_header->entries; }
  [[nodiscard]] const TextMap& metadata() const { return m_header->metadata; }
  [[nodiscard]] bool contains(const std::string& name) const { return m_header->entries.contains(name); }
  /// A read-only view of the mapped bytes on the CPU; clone() before changing it in place.
  [[nodiscard]] Result<at::Tensor> tensor(const std::string& name) const;
  /// Views of all tensors.
  [[nodiscard]] TensorMap tensors() const;
  /// All bytes behind the header, in file order.
  [[nodiscard]] std::span<const std::byte> data() const;

 private:
  class Mapping;
  [[nodiscard]] at::Tensor view(const TensorEntry& entry) const;
  std::filesystem::path m_path;
  std::shared_ptr<const Mapping> m_mapping;
  std::shared_ptr<const SafetensorsHeader> m_header;
};

/// Writes tensors (any device) as one atomic file. The same tensors and metadata give the same bytes: wider
/// types first, then by name, header padded to 8 bytes. `dtype` converts floating tensors while writing.
Result<void> writeSafetensors(const std::filesystem::path& file, const TensorMap& tensors,
                              const TextMap& metadata = {}, std::optional<at::ScalarType> dtype = std::nullopt);

/// The bytes writeSafetensors would write, for small files and for hashes.
Result<std::string> encodeSafetensors(const TensorMap& tensors, const TextMap& metadata = {},
                                      std::optional<at::ScalarType> dtype = std::nullopt);

/// An UnsafeFile error when the file's first bytes are a pickle's or a zip archive's, whatever its name says.
Result<void> refuseUnsafe(const std::filesystem::path& file);

}  // namespace pleinair
