#pragma once

#include <vector>

#include "app/etude/scene.h"

namespace pleinair::etude {

/// Colours of a sky from the horizon to the top, of its sun and of its clouds, in 8-bit sRGB.
struct SkyPalette {
  std::array<std::uint32_t, 4> stops;
  std::uint32_t sun, cloudLit, cloudDark;
};

/// The palettes that suit an hour and a weather; never empty.
std::vector<const SkyPalette*> palettesFor(DayTime time, Weather weather);

/// 0xRRGGBB in sRGB -> linear light.
Rgb linearFromSrgb(std::uint32_t color);

/// Sky of a clear hour from single scattering in a plane-parallel atmosphere (Rayleigh with ozone and a grey
/// haze): colour at the four heights of a palette. `elevation` of the sun in degrees, haze 0..1.
std::array<Rgb, 4> scatteredSky(float elevation, float haze);

}  // namespace pleinair::etude
