#include "app/etude/scene.h"

#include <algorithm>
#include <cmath>

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
  scene.at(Q::Grain) = dice.chance(0.3F) ? dice.uniform(0.002F, 0.005F) : 0.001F;
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
