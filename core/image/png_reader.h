#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/image/image.h"

/// PNG from bytes in memory, through libpng.
namespace pleinair::png {

struct Size {
  int width = 0, height = 0;
};

Result<Size> readSize(std::string_view bytes, const std::filesystem::path& file);
/// 8-bit RGB; alpha is laid over white.
Result<Image> readPixels(std::string_view bytes, const std::filesystem::path& file);
/// readPngParameters for bytes in memory; `file` only names them in errors.
Result<std::optional<std::string>> readParameters(std::string_view bytes, const std::filesystem::path& file);

}  // namespace pleinair::png
