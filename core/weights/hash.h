#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace pleinair {

/// SHA-256 in lower-case hexadecimal.
std::string sha256Hex(std::string_view bytes);

/// SHA-256 of a whole file, read in pieces.
Result<std::string> sha256OfFile(const std::filesystem::path& file);

}  // namespace pleinair
