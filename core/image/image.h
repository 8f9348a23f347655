#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pleinair {

/// A picture of 8-bit sRGB, three bytes a pixel, rows from the top without padding. A plain value:
/// copying copies the pixels.
struct Image {
  int width = 0;
  int height = 0;
  std::vector<std::uint8_t> rgb;  // [height][width][3]

  [[nodiscard]] bool empty() const { return rgb.empty(); }
  [[nodiscard]] std::size_t stride() const { return static_cast<std::size_t>(width) * 3; }
  friend bool operator==(const Image&, const Image&) = default;
};

}  // namespace pleinair
