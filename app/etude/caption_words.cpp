#include "app/etude/caption_words.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

}  // namespace

std::string oneOf(Dice& dice, std::initializer_list<const char*> choices) {
  return *(choices.begin() + static_cast<std::ptrdiff_t>(dice.bits() % choices.size()));
}

std::string hourOf(const Scene& scene, Dice& dice) {
  switch (scene.time) {
    case DayTime::Dawn:
      return oneOf(dice, {"dawn", "sunrise", "early morning", "daybreak", "morning"});
    case DayTime::Noon:
      return oneOf(dice, {"noon", "midday", "day", "a bright day", "daylight"});
    case DayTime::Afternoon:
      return oneOf(dice, {"afternoon", "late afternoon", "day"});
    case DayTime::Sunset:
      return oneOf(dice, {"sunset", "sunset", "sunset", "a sunset", "evening", "sundown", "golden hour"});
    case DayTime::Dusk:
      return oneOf(dice, {"dusk", "twilight", "nightfall", "late evening", "after sunset"});
    case DayTime::Night:
      break;
  }
  if (scene.at(Q::Moon) > 0.0F && dice.chance(0.5F)) {
    return oneOf(dice, {"a moonlit night", "a moonlit night", "moonlight"});
  }
  return scene.at(Q::Stars) > 0.4F && dice.chance(0.4F) ? "a starry night"
                                                        : oneOf(dice, {"night", "night", "a dark night"});
}

std::string weatherOf(const Scene& scene, Dice& dice) {
  switch (scene.weather) {
    case Weather::Clear:
      if (scene.at(Q::Bars) > 0.0F) {
        return oneOf(dice, {"a clear sky", "clear weather", "a few clouds", "a few low clouds"});
      }
      return oneOf(dice, {"a clear sky", "a cloudless sky", "clear weather", "an open sky"});
    case Weather::Cumulus:
      return oneOf(dice, {"cumulus clouds", "heaped clouds", "puffy clouds", "big clouds", "clouds"});
    case Weather::Cirrus:
      return oneOf(dice, {"cirrus clouds", "wispy clouds", "feathery clouds", "thin high clouds"});
    case Weather::Broken:
      return oneOf(dice, {"scattered clouds", "broken clouds", "clouds", "a cloudy sky", "dramatic clouds"});
    case Weather::Overcast:
      return oneOf(dice, {"an overcast sky", "heavy clouds", "a cloudy sky", "a dull sky"});
    case Weather::Storm:
      return oneOf(dice, {"storm clouds", "a storm", "dark storm clouds", "a stormy sky", "a gathering storm"});
    case Weather::Lightning:
      return oneOf(
          dice, {"lightning", "a lightning bolt", "a thunderstorm", "a lightning storm", "a storm with lightning"});
    case Weather::Rain:
      return oneOf(dice, {"rain", "heavy rain", "falling rain", "rainy weather"});
    case Weather::Fog:
      return oneOf(dice, {"fog", "mist", "thick fog", "a misty haze"});
    case Weather::Snow:
      return oneOf(dice, {"falling snow", "snow", "snowfall"});
    case Weather::Aurora:
      return oneOf(dice, {"an aurora", "northern lights", "the northern lights", "aurora borealis"});
    case Weather::Rainbow:
      return oneOf(dice, {"a rainbow", "a rainbow after rain", "a bright rainbow"});
  }
  return {};
}

std::string placeOf(const Scene& scene, Dice& dice) {
  switch (scene.place) {
    case Place::Sea:
      return oneOf(dice, {"over the sea", "over the ocean", "at sea", "over the water", "by the sea"});
    case Place::Beach:
      return oneOf(dice, {"on a beach", "over a sandy beach", "at the seaside", "at the beach"});
    case Place::Lake:
      return oneOf(dice, {"over a lake", "by a calm lake", "over a quiet lake", "at the lake"});
    case Place::Mountains:
      return scene.at(Q::SnowCaps) > 0.0F && dice.chance(0.5F)
                 ? oneOf(dice, {"over snowy mountains", "over snow-capped mountains"})
                 : oneOf(dice, {"over the mountains", "in the mountains", "over mountain ridges"});
    case Place::Hills:
      return oneOf(dice, {"over the hills", "over rolling hills", "in the hills"});
    case Place::Forest:
      return oneOf(dice, {"over a forest", "over the trees", "in the woods", "over a pine forest"});
    case Place::Fields:
      return oneOf(dice, {"over the fields", "over a field", "over farmland", "over a meadow"});
    case Place::Desert:
      return oneOf(dice, {"over the desert", "in the desert", "over sand dunes"});
    case Place::City:
      return oneOf(dice, {"over the city", "over a city skyline", "over a town", "in the city"});
    case Place::Snowfield:
      return oneOf(dice, {"over a snowy field", "over a snow-covered plain", "in winter"});
    case Place::SkyOnly:
      return oneOf(dice, {"", "in the open sky", "looking up", "high in the sky"});
  }
  return {};
}

std::string mannerOf(const Scene& scene, Dice& dice) {
  switch (scene.manner) {
    case Manner::Photo:
      break;
    case Manner::Oil:
      return oneOf(dice, {"an oil painting", "oil painting", "a painting in oil"});
    case Manner::Watercolour:
      return oneOf(dice, {"a watercolour", "watercolour painting", "a watercolor painting"});
    case Manner::Ink:
      return oneOf(dice, {"an ink drawing", "an ink wash", "ink drawing"});
    case Manner::Pastel:
      return oneOf(dice, {"a pastel", "a pastel drawing", "pastel drawing"});
    case Manner::Woodcut:
      return oneOf(dice, {"a woodcut", "a woodcut print", "woodcut"});
    case Manner::Cubist:
      return oneOf(dice, {"a cubist painting", "a cubist picture", "cubism"});
  }
  return oneOf(dice, {"a photo", "a photograph", "photo"});
}

const char* moonOf(const Scene& scene) { return scene.at(Q::MoonPhase) > 1.5F ? "a full moon" : "a crescent moon"; }

Words figuresOf(const Scene& scene) {
  Words found;
  if (scene.at(Q::Boat) > 0.0F) {
    found.emplace_back("a sailing boat");
  }
  if (scene.at(Q::Birds) > 0.0F) {
    found.emplace_back("birds");
  }
  if (scene.at(Q::LoneTree) > 0.0F) {
    found.emplace_back("a lone tree");
  }
  return found;
}

Words extrasOf(const Scene& scene, Dice& dice) {
  std::vector<const char*> found;
  const bool sunSeen = scene.at(Q::SunLight) > 0.3F && scene.at(Q::SunY) > 0.03F &&
                       scene.at(Q::SunY) < scene.at(Q::Horizon) + 0.01F && scene.at(Q::CloudCover) < 0.3F;
  if (sunSeen && scene.time != DayTime::Dusk) {
    found.push_back(scene.at(Q::SunRadius) > 0.035F ? "a big sun" : "the sun");
    if (scene.at(Q::Water) > 0.0F) {
      found.push_back("sunlight glittering on the water");
    }
  }
  if (scene.at(Q::Moon) > 0.0F) {
    found.push_back(dice.chance(0.5F) ? "the moon" : moonOf(scene));
  }
  if (scene.at(Q::Stars) > 0.4F) {
    found.push_back("stars");
  }
  if (scene.at(Q::Rays) > 0.0F) {
    found.push_back("rays of light");
  }
  if (scene.at(Q::Shelf) > 0.0F) {
    found.push_back("a shelf cloud");
  }
  if (scene.farRidge) {
    found.push_back(scene.at(Q::Jagged) > 0.3F ? "distant mountains" : "a distant coast");
  }
  if (scene.at(Q::Water) > 0.0F) {
    found.push_back(scene.at(Q::Waves) > 0.6F ? "waves" : "calm water");
  }
  if (scene.at(Q::Path) > 0.0F) {
    found.push_back("a path");
  }
  if (scene.at(Q::Lights) > 0.0F) {
    found.push_back("city lights");
  }
  if (scene.at(Q::Fog) > 0.15F && scene.weather != Weather::Fog) {
    found.push_back("haze");
  }
  return {found.begin(), found.end()};
}

std::string nameAlone(const Scene& scene, Dice& dice) {
  if (scene.time == DayTime::Night && scene.at(Q::Moon) > 0.0F && dice.chance(0.7F)) {
    return dice.chance(0.4F) ? moonOf(scene) : oneOf(dice, {"the moon", "the moon", "moon", "moonlight"});
  }
  if (scene.weather >= Weather::Storm && dice.chance(0.7F)) {
    return weatherOf(scene, dice);
  }
  switch (dice.chance(0.7F) ? scene.place : Place::SkyOnly) {
    case Place::Sea:
      return oneOf(dice, {"the sea", "the ocean"});
    case Place::Beach:
      return oneOf(dice, {"a beach", "the seaside"});
    case Place::Lake:
      return "a lake";
    case Place::Mountains:
      return oneOf(dice, {"mountains", "the mountains", "mountain ridges"});
    case Place::Hills:
      return oneOf(dice, {"hills", "rolling hills"});
    case Place::Forest:
      return oneOf(dice, {"a forest", "a pine forest", "the woods"});
    case Place::Fields:
      return oneOf(dice, {"fields", "a field", "a meadow"});
    case Place::Desert:
      return oneOf(dice, {"the desert", "sand dunes"});
    case Place::City:
      return oneOf(dice, {"a city", "a city skyline", "a town"});
    case Place::Snowfield:
      return oneOf(dice, {"a snowy field", "winter"});
    case Place::SkyOnly:
      break;
  }
  return dice.chance(0.5F) && scene.weather != Weather::Clear ? weatherOf(scene, dice) : hourOf(scene, dice);
}

}  // namespace pleinair::etude
