// The input is a header; the number of bytes behind it is what the last span claims, so that whole headers pass.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/weights/safetensors_header.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view json(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto header = pleinair::parseSafetensorsHeader(json, data[0]);
  if (!header) return 0;
  // What was let through must be what the rules promise: spans that follow each other and fill the data.
  std::uint64_t bytes = 0;
  for (const auto& [name, entry] : header->entries) bytes += entry.end - entry.begin;
  if (bytes != data[0]) std::abort();
  return 0;
}
