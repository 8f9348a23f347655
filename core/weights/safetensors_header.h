#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace pleinair {

/// Text beside the tensors of a safetensors file.
using TextMap = std::map<std::string, std::string>;

/// Where one tensor lies: bytes [begin, end) after the header.
struct TensorEntry {
  at::ScalarType dtype = at::ScalarType::Undefined;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

/// What a header says, once it has passed every rule of the format.
struct SafetensorsHeader {
  std::map<std::string, TensorEntry> entries;
  TextMap metadata;
};

/// Checks a whole header against the size of the data behind it. Allocates in proportion to the text, never
/// to what the text claims.
Result<SafetensorsHeader> parseSafetensorsHeader(std::string_view json, std::uint64_t dataBytes);

}  // namespace pleinair
