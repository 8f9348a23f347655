#pragma once

#include <array>
#include <vector>

#include "core/image/image.h"

namespace pleinair {

/// CIE L*a*b* under D65: L 0 to 100.
struct Lab {
  double l = 0, a = 0, b = 0;
};

/// From 8-bit sRGB (IEC 61966-2-1) under D65.
Lab labFromSrgb(std::uint8_t red, std::uint8_t green, std::uint8_t blue);
std::array<std::uint8_t, 3> srgbFromLab(const Lab& lab);

/// The colour difference of CIE 142:2001 (Sharma, Wu, Dalal 2005), kL = kC = kH = 1.
double ciede2000(const Lab& first, const Lab& second);

/// A main colour and the share of the pixels (0 to 1) that belong to it.
struct PaletteColor {
  Lab color;
  double share = 0;
};

/// The `count` main colours of all pictures together, by k-means in CIELAB with a fixed seed; largest
/// share first. Each picture weighs the same whatever its size. Where several palettes describe them as well
/// (within 2 % of the least squared error), the nearest to `near`, a palette to compare with, is taken.
std::vector<PaletteColor> palette(const std::vector<Image>& images, int count,
                                  const std::vector<PaletteColor>& near = {});

/// Mean CIEDE2000 between two palettes of equal size under the matching that makes it smallest,
/// each colour weighing the same.
double paletteDistance(const std::vector<PaletteColor>& first, const std::vector<PaletteColor>& second);

/// Mean CIEDE2000 under the matching that makes it smallest where each colour weighs as its share: the earth mover's
/// distance (Rubner, Tomasi, Guibas 2000). Unlike the distance above it does not let a colour of 3 % count as one of
/// 30 %, nor change much where k-means parts the same pixels otherwise. Palettes of any sizes; NaN where one is empty.
double paletteTransport(const std::vector<PaletteColor>& first, const std::vector<PaletteColor>& second);

}  // namespace pleinair
