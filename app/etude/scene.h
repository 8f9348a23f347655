#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace pleinair::etude {

enum class DayTime { Dawn, Noon, Afternoon, Sunset, Dusk, Night };
enum class Weather { Clear, Cumulus, Cirrus, Broken, Overcast, Storm, Lightning, Rain, Fog, Snow, Rainbow, Aurora };
enum class Place { Sea, Beach, Lake, Mountains, Hills, Forest, Fields, Desert, City, Snowfield, SkyOnly };
enum class Manner { Photo, Oil, Watercolour, Ink, Pastel, Woodcut, Cubist };

/// Numbers the renderer reads, each one a plane of the batch. Places are in picture sides from the top left.
enum class Quantity {
  Horizon,  ///< y of the horizon; above 1 when the picture looks up
  SunX,
  SunY,
  SunRadius,
  SunLight,  ///< strength of disc and glow, 0 when hidden
  GlowWidth,
  Rays,
  CloudCover,  ///< of the layer that runs to the horizon
  CloudSoftness,
  CloudScale,
  Bars,    ///< long low clouds over the horizon of a sky that is clear else
  Shelf,   ///< the dark shelf at the front of a storm
  Billow,  ///< strength of the heaped clouds
  BillowCover,
  Cirrus,
  CirrusAngle,
  Relief,  ///< contrast of light and shadow in the clouds
  Haze,
  Fog,
  Rain,
  Snowfall,
  Lightning,
  Rainbow,
  Aurora,
  Stars,
  Moon,  ///< strength of the moon, with its place and size
  MoonX,
  MoonY,
  MoonRadius,
  MoonPhase,
  Water,  ///< 1 when water lies below the horizon
  Waves,
  Beach,   ///< height of the strip of sand at the bottom
  Layers,  ///< how many ridges stand on the horizon
  RidgeHeight,
  RidgeDrop,  ///< how far below the one behind each nearer ridge stands
  Flat,       ///< 1 where open ground lies below the horizon
  Jagged,     ///< 0 hills, 1 mountains
  Trees,      ///< height of tree tops on the ridges
  Blocks,     ///< height of buildings
  SnowCaps,
  Foreground,  ///< height of a dark rise at the bottom
  Furrows,
  Path,  ///< a way that leads over the open ground
  LoneTree,
  NearTrees,  ///< height of conifers that stand close by at the picture's sides
  TreeX,
  Boat,
  Birds,
  Lights,  ///< lit windows
  GroundGrain,
  Exposure,
  Contrast,
  Saturation,
  Grain,
  Vignette,
  Count
};

/// Colours the renderer reads, in linear light.
enum class Tint { Sky0, Sky1, Sky2, Sky3, Sun, CloudLit, CloudDark, Water, FarLand, NearLand, Count };

using Rgb = std::array<float, 3>;

/// All that one picture is drawn from. Equal scenes give equal pictures.
struct Scene {
  std::int64_t seed = 0;
  DayTime time = DayTime::Noon;
  Weather weather = Weather::Clear;
  Place place = Place::Sea;
  Manner manner = Manner::Photo;
  bool farRidge = false;  ///< mountains behind water or fields
  std::array<float, static_cast<std::size_t>(Quantity::Count)> quantities{};
  std::array<Rgb, static_cast<std::size_t>(Tint::Count)> tints{};

  float& at(Quantity q) { return quantities[static_cast<std::size_t>(q)]; }
  [[nodiscard]] float at(Quantity q) const { return quantities[static_cast<std::size_t>(q)]; }
  Rgb& at(Tint t) { return tints[static_cast<std::size_t>(t)]; }
  [[nodiscard]] const Rgb& at(Tint t) const { return tints[static_cast<std::size_t>(t)]; }
};

/// Whether the clouds are a storm's, with lightning or without.
inline bool isStorm(const Scene& scene) {
  return scene.weather == Weather::Storm || scene.weather == Weather::Lightning;
}

/// Small repeatable random numbers for scenes and captions (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : m_state(seed) {}
  std::uint64_t bits();
  float uniform(float low = 0.0F, float high = 1.0F);
  bool chance(float probability) { return uniform() < probability; }
  /// An index, drawn by weights that need not sum to one.
  std::size_t pick(const std::vector<float>& weights);
  template <typename T>
  const T& from(const std::vector<T>& values) {
    return values[static_cast<std::size_t>(bits() % values.size())];
  }

 private:
  std::uint64_t m_state;
};

/// Draws a believable scene: hour, weather and place that go together.
Scene randomScene(std::uint64_t seed);

}  // namespace pleinair::etude
