#include <algorithm>

#include "app/etude/palettes.h"
#include "app/etude/scene_parts.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

/// Colour of sunlit ground, before the light of the hour falls on it.
Rgb groundColor(Dice& dice, Place place) {
  static const std::vector<std::uint32_t> kGreens = {0x4f6a34, 0x6a7d3c, 0x3f5c30, 0x84904c, 0x5c7a48};
  static const std::vector<std::uint32_t> kFields = {0xb89c4c, 0xc8a848, 0x7c9040, 0x8c7444, 0x60803c, 0xa8784c};
  static const std::vector<std::uint32_t> kLeaves = {0xb8682c, 0xc88c34, 0x984828, 0xa87c3c};
  static const std::vector<std::uint32_t> kRocks = {0x606468, 0x6c6458, 0x545c64, 0x78685c, 0x4c5450};
  static const std::vector<std::uint32_t> kSands = {0xd8a868, 0xc88c50, 0xe0c090, 0xc07444};
  static const std::vector<std::uint32_t> kBuilt = {0x585c64, 0x6c6864, 0x484c58, 0x74706c};
  switch (place) {
    case Place::Mountains:
    case Place::Lake:
      return linearFromSrgb(dice.from(dice.chance(0.6F) ? kRocks : kGreens));
    case Place::Forest:
      if (dice.chance(0.15F)) {  // autumn
        return scaled(linearFromSrgb(dice.from(kLeaves)), 0.6F);
      }
      return scaled(linearFromSrgb(dice.from(kGreens)), 0.5F);
    case Place::Fields:
      return linearFromSrgb(dice.from(kFields));
    case Place::Desert:
      return linearFromSrgb(dice.from(kSands));
    case Place::City:
      return linearFromSrgb(dice.from(kBuilt));
    case Place::Snowfield:
      return {0.8F, 0.84F, 0.9F};
    case Place::Beach:
      return linearFromSrgb(dice.from(kSands));
    default:
      return linearFromSrgb(dice.from(kGreens));
  }
}

}  // namespace

void drawRidges(Dice& dice, Scene& scene) {
  switch (scene.place) {
    case Place::Mountains:
      scene.at(Q::Layers) = static_cast<float>(2 + dice.bits() % 3);
      scene.at(Q::RidgeHeight) = std::min(dice.uniform(0.17F, 0.4F), scene.at(Q::Horizon) * 0.75F);
      scene.at(Q::Jagged) = dice.uniform(0.6F, 1.0F);
      scene.at(Q::SnowCaps) = dice.chance(0.45F) ? dice.uniform(0.5F, 1.0F) : 0.0F;
      break;
    case Place::Hills:
      scene.at(Q::Layers) = static_cast<float>(2 + dice.bits() % 3);
      scene.at(Q::RidgeHeight) = dice.uniform(0.05F, 0.14F);
      scene.at(Q::Jagged) = dice.uniform(0.0F, 0.25F);
      scene.at(Q::Trees) = dice.chance(0.3F) ? dice.uniform(0.005F, 0.015F) : 0.0F;
      break;
    case Place::Forest:
      scene.at(Q::Layers) = static_cast<float>(2 + dice.bits() % 2);
      scene.at(Q::RidgeHeight) = dice.uniform(0.03F, 0.1F);
      scene.at(Q::Trees) = dice.uniform(0.025F, 0.07F);
      break;
    case Place::City:
      scene.at(Q::Layers) = 2.0F;
      scene.at(Q::RidgeHeight) = 0.01F;
      scene.at(Q::Blocks) = dice.uniform(0.14F, 0.34F);
      break;
    case Place::Desert:
      scene.at(Q::Layers) = 2.0F;
      scene.at(Q::RidgeHeight) = dice.uniform(0.03F, 0.1F);
      scene.at(Q::Jagged) = 0.0F;
      break;
    case Place::Fields:
    case Place::Snowfield:
      scene.at(Q::Layers) = 1.0F;
      scene.at(Q::RidgeHeight) = dice.uniform(0.01F, 0.03F);
      scene.at(Q::Trees) = dice.uniform(0.01F, 0.035F);
      break;
    case Place::Lake:
      scene.at(Q::Layers) = static_cast<float>(1 + dice.bits() % 3);
      scene.at(Q::RidgeHeight) = dice.uniform(0.05F, 0.2F);
      scene.at(Q::Jagged) = dice.chance(0.5F) ? dice.uniform(0.5F, 1.0F) : 0.1F;
      scene.at(Q::Trees) = dice.chance(0.5F) ? dice.uniform(0.01F, 0.03F) : 0.0F;
      scene.farRidge = scene.at(Q::Jagged) > 0.4F;
      if (scene.farRidge) {  // low peaks that stand alone look like pyramids
        scene.at(Q::RidgeHeight) = std::max(scene.at(Q::RidgeHeight), 0.12F);
      }
      break;
    case Place::Sea:
    case Place::Beach:
      if (dice.chance(scene.weather == Weather::Fog ? 0.85F : 0.28F)) {
        scene.at(Q::Layers) = scene.weather == Weather::Fog ? 2.0F : 1.0F;
        scene.at(Q::RidgeHeight) = dice.uniform(0.03F, 0.1F);
        scene.at(Q::Jagged) = dice.uniform(0.0F, 0.25F);
        scene.farRidge = true;
      }
      break;
    case Place::SkyOnly:
      break;
  }
}

void drawGround(Dice& dice, Scene& scene) {
  const Rgb skyLight = mixed(scene.at(Tint::Sky2), scene.at(Tint::CloudLit), 0.5F);
  // Against a low sun the land lies in its own shadow.
  const float facing = scene.time == DayTime::Noon || scene.time == DayTime::Afternoon ? dice.uniform(0.55F, 1.1F)
                       : dice.chance(0.6F)                                             ? dice.uniform(0.08F, 0.26F)
                                                                                       : dice.uniform(0.2F, 0.7F);
  Rgb ground = groundColor(dice, scene.place);
  if (scene.weather == Weather::Snow && scene.place != Place::Sea) {
    ground = mixed(ground, {0.8F, 0.84F, 0.9F}, dice.uniform(0.4F, 0.9F));
  }
  scene.at(Tint::NearLand) = scaled(times(ground, skyLight), facing * 1.2F);
  scene.at(Tint::FarLand) =
      mixed(scaled(times(ground, skyLight), facing), scaled(scene.at(Tint::Sky1), 0.45F), dice.uniform(0.1F, 0.6F));
  // Even land in shadow is seen: the sky above lights it.
  const float floor = scene.time == DayTime::Night ? 0.16F : 0.05F;
  scene.at(Tint::NearLand) = added(scene.at(Tint::NearLand), scaled(scene.at(Tint::Sky1), floor * 0.6F));
  scene.at(Tint::FarLand) = added(scene.at(Tint::FarLand), scaled(scene.at(Tint::Sky1), floor));
  static const std::vector<std::uint32_t> kWaters = {0x10304c, 0x0c4858, 0x1c6478, 0x18282c, 0x203c50, 0x2c5048};
  scene.at(Tint::Water) = scaled(linearFromSrgb(dice.from(kWaters)), 0.15F + 0.9F * luminance(skyLight));

  const bool open = scene.place == Place::Fields || scene.place == Place::Snowfield || scene.place == Place::Desert ||
                    scene.place == Place::City;
  const bool water = scene.place == Place::Sea || scene.place == Place::Beach || scene.place == Place::Lake ||
                     (scene.place == Place::City && dice.chance(0.6F));
  scene.at(Q::Water) = water ? 1.0F : 0.0F;
  scene.at(Q::Flat) = open && !water ? 1.0F : 0.0F;
  if (!open && !water && scene.at(Q::Layers) > 0.0F) {
    const float below = std::max(0.05F, 1.0F - scene.at(Q::Horizon));
    scene.at(Q::RidgeDrop) = below / scene.at(Q::Layers) * dice.uniform(0.7F, 1.0F);
  }
  scene.at(Q::Waves) =
      scene.place == Place::Lake || scene.place == Place::City ? dice.uniform(0.05F, 0.4F) : dice.uniform(0.3F, 1.0F);
  scene.at(Q::Beach) = scene.place == Place::Beach ? dice.uniform(0.3F, 0.62F) * (1.0F - scene.at(Q::Horizon)) : 0.0F;
  scene.at(Q::Furrows) = scene.place == Place::Fields && dice.chance(0.6F) ? dice.uniform(0.2F, 0.6F) : 0.0F;
  scene.at(Q::GroundGrain) =
      scene.place == Place::Snowfield || scene.place == Place::Desert ? 0.2F : dice.uniform(0.3F, 0.8F);
  const bool dark = scene.time == DayTime::Night || scene.time == DayTime::Dusk;
  scene.at(Q::Lights) = scene.place == Place::City && dark ? dice.uniform(0.5F, 1.0F) : 0.0F;
  scene.at(Q::Foreground) = scene.at(Q::Beach) == 0.0F && dice.chance(0.18F) ? dice.uniform(0.04F, 0.16F) : 0.0F;
  scene.at(Q::LoneTree) = (scene.place == Place::Fields || scene.place == Place::Hills ||
                           scene.place == Place::Desert || scene.place == Place::Snowfield) &&
                                  dice.chance(0.12F)
                              ? dice.uniform(0.2F, 0.34F)
                              : 0.0F;
  scene.at(Q::TreeX) = dice.uniform(0.1F, 0.9F);
  scene.at(Q::Boat) =
      water && dice.chance(scene.weather == Weather::Clear ? 0.2F : 0.1F) ? dice.uniform(0.07F, 0.16F) : 0.0F;
  scene.at(Q::Birds) = !dark && dice.chance(0.14F) ? dice.uniform(0.5F, 1.0F) : 0.0F;
}

}  // namespace pleinair::etude
