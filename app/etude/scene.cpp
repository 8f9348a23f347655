#include "app/etude/scene.h"

#include <algorithm>
#include <cmath>

#include "app/etude/palettes.h"
#include "app/etude/scene_parts.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

Weather drawWeather(Dice& dice, DayTime time) {
  //                            clear cum cir brk over storm light rain fog snow rainbow aurora
  std::vector<float> weights = {13, 15, 10, 12, 6, 11, 3, 6, 6, 10, 17, 0};
  if (time == DayTime::Sunset || time == DayTime::Dawn) {
    weights = {14, 11, 16, 32, 4, 6, 1, 2, 6, 2, 4, 0};
  } else if (time == DayTime::Dusk) {
    weights = {15, 7, 16, 25, 4, 9, 6, 3, 5, 5, 0, 1};
  } else if (time == DayTime::Night) {
    weights = {36, 2, 6, 13, 4, 8, 15, 3, 4, 6, 0, 8};
  }
  return static_cast<Weather>(dice.pick(weights));
}

bool isStorm(const Scene& scene) { return scene.weather == Weather::Storm || scene.weather == Weather::Lightning; }

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

void drawWeatherEffects(Dice& dice, Scene& scene) {
  scene.at(Q::Haze) = dice.uniform(0.1F, 0.8F);
  switch (scene.weather) {
    case Weather::Fog:
      scene.at(Q::Fog) = dice.uniform(0.5F, 1.0F);
      break;
    case Weather::Rain:
      scene.at(Q::Rain) = dice.uniform(0.4F, 1.0F);
      scene.at(Q::Fog) = dice.uniform(0.1F, 0.5F);
      break;
    case Weather::Snow:
      scene.at(Q::Snowfall) = dice.uniform(0.4F, 1.0F);
      scene.at(Q::Fog) = dice.uniform(0.1F, 0.4F);
      break;
    case Weather::Lightning:
      scene.at(Q::Lightning) = dice.uniform(0.7F, 1.0F);
      break;
    case Weather::Rainbow:
      scene.at(Q::Rainbow) = dice.uniform(0.75F, 1.0F);
      break;
    case Weather::Aurora:
      scene.at(Q::Aurora) = dice.uniform(0.6F, 1.0F);
      break;
    default:
      if (dice.chance(0.1F)) {
        scene.at(Q::Fog) = dice.uniform(0.1F, 0.35F);
      }
  }
  if (scene.time == DayTime::Night || (scene.time == DayTime::Dusk && dice.chance(0.3F))) {
    const bool open = scene.weather <= Weather::Broken || scene.weather == Weather::Aurora;
    const bool moon = open && dice.chance(scene.time == DayTime::Night ? 0.7F : 0.5F);
    scene.at(Q::Moon) = moon ? dice.uniform(0.75F, 1.0F) : 0.0F;
    scene.at(Q::MoonX) = dice.uniform(0.12F, 0.88F);
    scene.at(Q::MoonY) = dice.uniform(0.08F, std::max(0.12F, std::min(scene.at(Q::Horizon), 1.0F) - 0.2F));
    scene.at(Q::MoonRadius) = dice.uniform(0.026F, 0.075F);
    scene.at(Q::MoonPhase) = dice.chance(0.78F) ? 2.0F : dice.uniform(-0.75F, -0.3F);
    scene.at(Q::Stars) = open && scene.time == DayTime::Night ? dice.uniform(moon ? 0.0F : 0.5F, 1.0F) : 0.0F;
    if (moon && scene.at(Q::MoonPhase) > 1.5F) {  // a full moon outshines most of the stars
      scene.at(Q::Stars) *= 0.5F;
    }
  }
}

void drawPhotography(Dice& dice, Scene& scene) {
  scene.at(Q::Exposure) = std::exp(dice.uniform(-0.4F, 0.15F));
  scene.at(Q::Contrast) = dice.uniform(0.9F, 1.25F);
  scene.at(Q::Saturation) = dice.uniform(0.85F, 1.3F);
  if (scene.time == DayTime::Sunset) {
    scene.at(Q::Saturation) *= 1.06F;
  }
  scene.at(Q::Grain) = dice.chance(0.5F) ? dice.uniform(0.002F, 0.008F) : 0.001F;
  scene.at(Q::Vignette) = dice.uniform(0.0F, 0.3F);
  scene.manner = static_cast<Manner>(dice.pick({0.7F, 0.095F, 0.06F, 0.03F, 0.03F, 0.035F, 0.05F}));
}

/// What was added to scenes later, drawn last so that what came before stays as it was.
void drawAdditions(Dice& dice, Scene& scene) {
  const float share = scene.place == Place::Desert ? 0.1F : scene.at(Q::Lights) > 0.0F ? 0.0F : 0.4F;
  scene.at(Q::Path) = scene.at(Q::Flat) > 0.0F && dice.chance(share) ? 1.0F : 0.0F;
  const bool thin = scene.weather == Weather::Clear || scene.weather == Weather::Cirrus;
  const float bars = scene.time == DayTime::Night ? 0.15F : scene.weather == Weather::Clear ? 0.65F : 0.4F;
  scene.at(Q::Bars) = thin && scene.at(Q::Horizon) < 1.2F && dice.chance(bars) ? dice.uniform(0.5F, 1.0F) : 0.0F;
  scene.at(Q::Shelf) = isStorm(scene) && dice.chance(0.5F) ? dice.uniform(0.7F, 1.0F) : 0.0F;
  const bool wood = scene.place == Place::Forest && scene.weather != Weather::Rainbow;
  scene.at(Q::NearTrees) = wood && dice.chance(0.35F) ? dice.uniform(0.55F, 0.95F) : 0.0F;
}

/// A camera's choice: neither a white sky by day nor a black land at night.
void settleExposure(Scene& scene) {
  const float sky = 0.4F * luminance(scene.at(Tint::Sky0)) + 0.35F * luminance(scene.at(Tint::Sky1)) +
                    0.25F * luminance(scene.at(Tint::Sky2));
  float& exposure = scene.at(Q::Exposure);
  if (scene.time == DayTime::Night) {
    exposure *= std::clamp(std::sqrt(0.03F / std::max(sky, 1e-4F)), 1.0F, 1.9F);
  } else {
    const float least = isStorm(scene) ? 0.13F : scene.time == DayTime::Dusk ? 0.07F : 0.1F;
    exposure *= std::clamp(std::sqrt(least / std::max(sky * exposure, 1e-4F)), 1.0F, 1.7F);
    exposure = std::min(exposure, 0.68F / std::max(sky, 1e-4F));
  }
}

}  // namespace

std::uint64_t Dice::bits() {
  m_state += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = m_state;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

float Dice::uniform(float low, float high) {
  return low + (high - low) * static_cast<float>(bits() >> 40) / 16777216.0F;
}

std::size_t Dice::pick(const std::vector<float>& weights) {
  float sum = 0.0F;
  for (const float weight : weights) {
    sum += weight;
  }
  float left = uniform(0.0F, sum);
  for (std::size_t i = 0; i + 1 < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0.0F) {
      return i;
    }
  }
  return weights.size() - 1;
}

Scene randomScene(std::uint64_t seed) {
  Dice dice(seed);
  Scene scene;
  scene.seed = static_cast<std::int64_t>(dice.bits() & 0x7fffffff);
  //                                               dawn noon aft  sunset dusk night
  scene.time = static_cast<DayTime>(dice.pick({0.07F, 0.18F, 0.12F, 0.3F, 0.13F, 0.2F}));
  scene.weather = drawWeather(dice, scene.time);
  //                                             sea  beach lake  mount hills forest fields desert city snow sky
  scene.place =
      static_cast<Place>(dice.pick({0.23F, 0.07F, 0.08F, 0.13F, 0.1F, 0.08F, 0.09F, 0.04F, 0.09F, 0.03F, 0.09F}));
  if (scene.weather == Weather::Snow && scene.place == Place::Desert) {
    scene.place = Place::Snowfield;
  }
  if (scene.weather == Weather::Fog && scene.place == Place::SkyOnly) {  // fog is seen by what fades in it
    scene.place = dice.chance(0.5F) ? Place::Forest : Place::Lake;
  }
  const float framing = dice.uniform();
  scene.at(Q::Horizon) = scene.place == Place::SkyOnly ? dice.uniform(1.02F, 1.5F)
                         : framing < 0.2F              ? dice.uniform(0.3F, 0.5F)
                         : framing < 0.65F             ? dice.uniform(0.5F, 0.72F)
                                                       : dice.uniform(0.72F, 0.93F);
  if (scene.weather == Weather::Rainbow) {  // room for the whole bow
    scene.at(Q::Horizon) = scene.place == Place::SkyOnly ? dice.uniform(1.02F, 1.1F) : dice.uniform(0.62F, 0.9F);
  } else if (scene.place == Place::City) {
    scene.at(Q::Horizon) = dice.uniform(0.58F, 0.85F);
  }
  if (scene.place == Place::Beach) {  // water is seen beyond the sand
    scene.at(Q::Horizon) = std::min(scene.at(Q::Horizon), 0.74F);
  }
  drawSun(dice, scene);
  drawSkyColors(dice, scene);
  drawClouds(dice, scene);
  drawWeatherEffects(dice, scene);
  drawRidges(dice, scene);
  drawGround(dice, scene);
  drawPhotography(dice, scene);
  drawAdditions(dice, scene);
  settleExposure(scene);
  return scene;
}

}  // namespace pleinair::etude
