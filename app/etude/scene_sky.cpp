#include <algorithm>
#include <cmath>

#include "app/etude/palettes.h"
#include "app/etude/scene_parts.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// Light between dark masses; at the horizon, under the clouds, it often has a colour of its own.
void drawStormColors(Dice& dice, Scene& scene) {
  constexpr std::uint32_t kSlate = 0x222840;  // against warm light shadows are blue
  const float light = dice.uniform(0.3F, 0.7F);
  for (std::size_t i = 1; i < 4; ++i) {  // less of it the higher, so that the strip at the horizon is what shines
    scene.tints[i] = mixed(scene.tints[i], scene.tints[0], light * (1.25F - 0.27F * static_cast<float>(i)));
  }
  if (scene.time == DayTime::Sunset || scene.time == DayTime::Dusk || scene.time == DayTime::Dawn) {
    const SkyPalette& fire = *dice.from(palettesFor(scene.time, Weather::Clear));
    const float share = dice.uniform(0.5F, 0.95F) * (scene.time == DayTime::Dusk ? 0.7F : 1.0F);
    scene.at(Tint::Sky0) = mixed(scene.at(Tint::Sky0), linearFromSrgb(fire.stops[0]), share);
    scene.at(Tint::Sky1) = mixed(scene.at(Tint::Sky1), linearFromSrgb(fire.stops[1]), share * 0.6F);
    scene.at(Tint::CloudLit) = mixed(scene.at(Tint::CloudLit), linearFromSrgb(fire.cloudLit), share * 0.7F);
    scene.at(Tint::Sun) = linearFromSrgb(fire.sun);
    scene.at(Tint::CloudDark) = mixed(scene.at(Tint::CloudDark), linearFromSrgb(kSlate), 0.6F);
  } else if (scene.time != DayTime::Night && dice.chance(0.65F)) {
    static const std::vector<std::uint32_t> kGaps = {0xf4dcb0, 0xffc890, 0xd4e8dc, 0xe8ecf0, 0xf0d0c0};
    const float share = dice.uniform(0.4F, 0.85F);
    const Rgb gap = linearFromSrgb(dice.from(kGaps));
    scene.at(Tint::Sky0) = mixed(scene.at(Tint::Sky0), gap, share);
    scene.at(Tint::Sky1) = mixed(scene.at(Tint::Sky1), gap, share * 0.3F);
    scene.at(Tint::CloudLit) = mixed(scene.at(Tint::CloudLit), gap, share * 0.4F);
    scene.at(Tint::CloudDark) = mixed(scene.at(Tint::CloudDark), linearFromSrgb(kSlate), 0.35F);
  }
}

}  // namespace

void drawSun(Dice& dice, Scene& scene) {
  const float horizon = scene.at(Q::Horizon);
  scene.at(Q::SunX) = dice.chance(0.4F) ? dice.uniform(0.4F, 0.6F) : dice.uniform(0.08F, 0.92F);
  float height = 0.0F;
  float shown = 0.0F;
  switch (scene.time) {
    case DayTime::Dawn:
      height = dice.uniform(-0.02F, 0.25F);
      shown = 0.7F;
      break;
    case DayTime::Sunset:
      height = dice.uniform(-0.03F, 0.32F);
      shown = 0.85F;
      break;
    case DayTime::Afternoon:
      height = dice.uniform(0.25F, 0.8F);
      shown = 0.35F;
      break;
    case DayTime::Noon:
      height = dice.uniform(0.5F, 1.5F);
      shown = 0.3F;
      break;
    case DayTime::Dusk:
      height = dice.uniform(-0.12F, -0.03F);
      shown = 0.6F;
      break;
    case DayTime::Night:
      height = dice.uniform(0.4F, 1.2F);
      shown = 0.0F;
      break;
  }
  scene.at(Q::SunY) = std::min(horizon, 1.0F) - height;
  const bool veiled = scene.weather >= Weather::Overcast && scene.weather <= Weather::Rainbow;
  const bool visible = dice.chance(veiled ? shown * 0.25F : shown);
  const bool big = scene.time == DayTime::Sunset && dice.chance(0.35F);
  scene.at(Q::SunRadius) = big ? dice.uniform(0.035F, 0.085F) : dice.uniform(0.008F, 0.028F);
  scene.at(Q::SunLight) = visible ? dice.uniform(0.6F, 1.3F) * (veiled ? 0.35F : 1.0F) : 0.0F;
  if (scene.time == DayTime::Dusk) {
    scene.at(Q::SunLight) *= 0.5F;
  }
  scene.at(Q::GlowWidth) = std::exp(dice.uniform(std::log(0.06F), std::log(0.4F)));
  scene.at(Q::Rays) = visible && dice.chance(0.15F) ? dice.uniform(0.2F, 0.7F) : 0.0F;
}

void drawSkyColors(Dice& dice, Scene& scene) {
  const SkyPalette& palette = *dice.from(palettesFor(scene.time, scene.weather));
  const float warm = dice.uniform(-0.10F, 0.10F);
  const bool low = scene.time == DayTime::Sunset || scene.time == DayTime::Dawn;
  const float green = dice.uniform(low ? -0.09F : -0.06F, low ? 0.01F : 0.06F);  // a golden sky is never greenish
  const float gain = std::exp(dice.uniform(-0.25F, 0.2F));
  const Rgb cast = {gain * (1.0F + warm), gain * (1.0F + green), gain * (1.0F - warm)};
  for (std::size_t i = 0; i < 4; ++i) {
    scene.tints[i] = times(linearFromSrgb(palette.stops[i]), cast);
  }
  scene.at(Tint::Sun) = linearFromSrgb(palette.sun);
  scene.at(Tint::CloudLit) = times(linearFromSrgb(palette.cloudLit), cast);
  scene.at(Tint::CloudDark) = times(linearFromSrgb(palette.cloudDark), cast);

  if (isStorm(scene)) {
    drawStormColors(dice, scene);
  }
  const bool open = scene.weather == Weather::Clear || scene.weather == Weather::Cumulus ||
                    scene.weather == Weather::Cirrus || scene.weather == Weather::Broken;
  if (open && scene.time != DayTime::Night && scene.time != DayTime::Dusk && dice.chance(0.35F)) {
    const float elevation = scene.time == DayTime::Noon        ? dice.uniform(35.0F, 70.0F)
                            : scene.time == DayTime::Afternoon ? dice.uniform(12.0F, 35.0F)
                                                               : dice.uniform(0.5F, 7.0F);
    const auto physical = scatteredSky(elevation, dice.uniform());
    const float share = dice.uniform(0.3F, 0.9F);
    for (std::size_t i = 0; i < 4; ++i) {
      scene.tints[i] = mixed(scene.tints[i], physical[i], share);
    }
  }
}

void drawClouds(Dice& dice, Scene& scene) {
  scene.at(Q::CloudSoftness) = dice.uniform(0.35F, 1.1F);
  scene.at(Q::CloudScale) = dice.uniform(0.5F, 1.4F);
  scene.at(Q::BillowCover) = dice.uniform(-0.55F, 0.15F);
  scene.at(Q::CirrusAngle) = dice.uniform(-1.2F, 1.2F);
  scene.at(Q::Relief) = dice.uniform(0.5F, 1.3F);
  scene.at(Q::CloudCover) = -9.0F;
  switch (scene.weather) {
    case Weather::Clear:
      if (dice.chance(0.3F)) {
        scene.at(Q::Cirrus) = dice.uniform(0.1F, 0.35F);
      }
      break;
    case Weather::Cumulus:
      scene.at(Q::Billow) = dice.uniform(0.8F, 1.0F);
      break;
    case Weather::Cirrus:
      scene.at(Q::Cirrus) = dice.uniform(0.55F, 1.0F);
      break;
    case Weather::Rainbow:  // soft shower clouds, on which the bow is what one sees
      scene.at(Q::CloudCover) = dice.uniform(-0.9F, 1.2F);
      scene.at(Q::CloudSoftness) = dice.uniform(1.8F, 3.2F);
      scene.at(Q::CloudScale) = dice.uniform(0.3F, 0.6F);
      scene.at(Q::Relief) = dice.uniform(0.3F, 0.7F);
      break;
    case Weather::Broken:
      scene.at(Q::CloudCover) = dice.uniform(-0.7F, 0.5F);
      scene.at(Q::Cirrus) = dice.chance(0.3F) ? dice.uniform(0.2F, 0.7F) : 0.0F;
      break;
    case Weather::Overcast:
    case Weather::Rain:
    case Weather::Snow:
      scene.at(Q::CloudCover) = dice.uniform(0.8F, 1.8F);
      scene.at(Q::CloudSoftness) = dice.uniform(1.2F, 2.4F);
      scene.at(Q::CloudScale) = dice.uniform(0.4F, 0.8F);
      break;
    case Weather::Storm:
    case Weather::Lightning:
      scene.at(Q::CloudCover) = dice.uniform(0.7F, 1.35F);
      scene.at(Q::CloudSoftness) = dice.uniform(0.45F, 0.9F);
      scene.at(Q::CloudScale) = dice.uniform(0.45F, 0.85F);
      scene.at(Q::Billow) = dice.chance(0.2F) ? dice.uniform(0.5F, 0.9F) : 0.0F;
      scene.at(Q::BillowCover) = dice.uniform(0.1F, 0.5F);
      scene.at(Q::Relief) = dice.uniform(1.1F, 1.8F);
      break;
    case Weather::Fog:
      break;
    case Weather::Aurora:
      break;
  }
  if (scene.time == DayTime::Night && scene.weather == Weather::Broken) {
    scene.at(Q::CloudCover) -= 0.3F;
  }
}

}  // namespace pleinair::etude
