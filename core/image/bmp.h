#pragma once

#include <filesystem>
#include <string_view>

#include "core/base/result.h"
#include "core/image/image.h"

/// Windows bitmaps, read here because their decoder elsewhere comes with a hundred formats nobody asked for.
namespace pleinair::bmp {

struct Size {
  int width = 0, height = 0;
};

/// The size alone; 0 x 0 for a header that makes no sense.
Size readSize(std::string_view bytes);

/// 1, 4, 8, 16, 24 and 32 bits, bit fields and run lengths (RLE4, RLE8). The caller has checked the size. Alpha is
/// left out, as what programs write there is not to be trusted.
Result<Image> readPixels(std::string_view bytes, const std::filesystem::path& file);

}  // namespace pleinair::bmp
