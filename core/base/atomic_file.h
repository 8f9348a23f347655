#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace pleinair {

/// A file that appears whole or not at all: bytes go to a temporary beside the target, and commit()
/// does flush, fsync, rename, fsync of the folder. Without commit() the temporary is removed and the
/// target stays as it was.
class AtomicFile {
 public:
  /// Opens the temporary; the folder must exist.
  static Result<AtomicFile> create(const std::filesystem::path& target);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  AtomicFile(const AtomicFile&) = delete;
  ~AtomicFile();

  Result<void> write(std::span<const std::byte> bytes);
  Result<void> write(std::string_view text);
  Result<void> commit();
  /// The temporary's path, for libraries that write by name.
  [[nodiscard]] const std::filesystem::path& temporaryPath() const { return m_temporary; }

 private:
  AtomicFile(std::filesystem::path target, std::filesystem::path temporary, int descriptor);
  std::filesystem::path m_target, m_temporary;
  int m_descriptor = -1;
};

/// Writes the whole text as one atomic file, creating missing folders.
Result<void> writeFileAtomic(const std::filesystem::path& target, std::string_view text);

/// Reads a whole file of at most `maxBytes`; says in words why it cannot.
Result<std::string> readFile(const std::filesystem::path& file, std::size_t maxBytes = std::size_t{1} << 30);

/// The error for a failed system call on `path` (errno at the time of the call), with what would help.
Error systemError(int errorNumber, std::string_view action, const std::filesystem::path& path);

}  // namespace pleinair
