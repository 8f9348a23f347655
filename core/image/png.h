#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/image/image.h"

namespace pleinair {

/// PNG bytes of an 8-bit RGB image with an optional `parameters` text chunk right after IHDR: tEXt where
/// Latin-1 can hold the UTF-8 `parameters`, else uncompressed iTXt. Same input, same bytes.
Result<std::string> encodePng(const Image& image, std::string_view parameters = {});

/// encodePng into an atomic file.
Result<void> writePng(const std::filesystem::path& file, const Image& image, std::string_view parameters = {});

/// Reads a PNG back into 8-bit RGB (palette, grey, 16-bit and alpha are converted). Works without the
/// photo decoders.
Result<Image> readPng(const std::filesystem::path& file);

/// The `parameters` text of a PNG in UTF-8, from tEXt, iTXt or zTXt; nothing when there is none.
Result<std::optional<std::string>> readPngParameters(const std::filesystem::path& file);

}  // namespace pleinair
