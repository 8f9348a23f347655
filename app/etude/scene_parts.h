#pragma once

#include "app/etude/scene.h"

namespace pleinair::etude {

/// What the parts of a random scene share: colours in linear light.
inline Rgb scaled(const Rgb& color, float by) { return {color[0] * by, color[1] * by, color[2] * by}; }

inline Rgb mixed(const Rgb& a, const Rgb& b, float t) {
  return {a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t};
}

inline Rgb added(const Rgb& a, const Rgb& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

inline Rgb times(const Rgb& a, const Rgb& b) { return {a[0] * b[0], a[1] * b[1], a[2] * b[2]}; }

inline float luminance(const Rgb& c) { return 0.2126F * c[0] + 0.7152F * c[1] + 0.0722F * c[2]; }

/// The sun, the colours of sky and clouds, and the clouds; the horizon is set before.
void drawSun(Dice& dice, Scene& scene);
void drawSkyColors(Dice& dice, Scene& scene);
void drawClouds(Dice& dice, Scene& scene);

/// Ridges, houses, trees and open ground below the horizon, and their colours.
void drawRidges(Dice& dice, Scene& scene);
void drawGround(Dice& dice, Scene& scene);

}  // namespace pleinair::etude
