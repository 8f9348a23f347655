#pragma once

#include <filesystem>
#include <optional>

#include "core/base/result.h"

namespace pleinair::dataset {

/// Which side of a copy failed: a source that cannot be read is left out, a target that cannot be written ends the
/// import.
struct CopyFailure {
  bool targetSide = false;
  Error error;
};

/// Copies `source` to the new file `target` atomically, keeping its modification time: as a reflink where the file
/// system can, else inside the kernel, else through memory. The source is only read.
std::optional<CopyFailure> copyFile(const std::filesystem::path& source, const std::filesystem::path& target);

/// True when both files hold the same bytes.
bool sameBytes(const std::filesystem::path& first, const std::filesystem::path& second);

}  // namespace pleinair::dataset
