// Even inputs are a whole PNG; odd ones become the content of one text chunk with a right checksum, which random
// bytes would never have. What is read goes on to the recipe parser, as in the program.
#include <zlib.h>

#include <cstdint>
#include <string>

#include "core/config/recipe_text.h"
#include "core/image/png_reader.h"

namespace {

void appendBigEndian(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
}

void appendChunk(std::string& png, const char* name, std::string_view data) {
  appendBigEndian(png, static_cast<std::uint32_t>(data.size()));
  const std::string named = std::string(name, 4) + std::string(data);
  png += named;
  appendBigEndian(png, static_cast<std::uint32_t>(
                           crc32(0, reinterpret_cast<const Bytef*>(named.data()), static_cast<uInt>(named.size()))));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::string png(input);
  if (data[0] % 2 == 1) {
    constexpr const char* kNames[] = {"tEXt", "zTXt", "iTXt", "tEXt"};
    png = "\x89PNG\r\n\x1a\n";
    appendChunk(png, kNames[data[0] / 2 % 4],
                data[0] / 8 % 2 == 0 ? "parameters" + std::string(1, '\0') + std::string(input) : std::string(input));
    appendChunk(png, "IEND", "");
  }
  const auto text = pleinair::png::readParameters(png, "fuzz.png");
  if (text && text.value()) pleinair::parseRecipe(*text.value());
  return 0;
}
