#include "app/etude/captions.h"

#include <initializer_list>

namespace pleinair::etude {
namespace {

using Words = std::vector<std::string>;
using Q = Quantity;

std::string oneOf(Dice& dice, std::initializer_list<const char*> choices) {
  return *(choices.begin() + static_cast<std::ptrdiff_t>(dice.bits() % choices.size()));
}

std::string hour(const Scene& scene, Dice& dice) {
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

std::string weather(const Scene& scene, Dice& dice) {
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

std::string place(const Scene& scene, Dice& dice) {
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

std::string joined(const Words& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : (i + 1 == names.size() ? " and " : ", ");
    out += names[i];
  }
  return out;
}

const char* moon(const Scene& scene) { return scene.at(Q::MoonPhase) > 1.5F ? "a full moon" : "a crescent moon"; }

/// What would be taken for a part of every such place if captions kept silent about it.
Words figures(const Scene& scene) {
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

/// Things that are there in some pictures.
Words extras(const Scene& scene, Dice& dice) {
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
    found.push_back(dice.chance(0.5F) ? "the moon" : moon(scene));
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

std::string colorPhrase(const PictureColors& colors, Dice& dice) {
  if (!colors.sky.empty() && dice.chance(0.65F)) {
    const Words some(colors.sky.begin(),
                     colors.sky.begin() + 1 + static_cast<std::ptrdiff_t>(dice.bits() % colors.sky.size()));
    return joined(some) + " sky";
  }
  if (colors.whole.empty()) {
    return {};
  }
  const std::string names = joined(colors.whole);
  return dice.chance(0.5F) ? names : oneOf(dice, {"in ", "colours of ", "mostly "}) + names;
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

void append(std::string& text, const std::string& part, const char* glue = ", ") {
  if (part.empty()) {
    return;
  }
  text += text.empty() ? part : glue + part;
}

/// One thing that is there, named alone: "the moon", "a rainbow", "the sea". Empty where nothing stands out.
std::string nameAlone(const Scene& scene, Dice& dice) {
  if (scene.time == DayTime::Night && scene.at(Q::Moon) > 0.0F && dice.chance(0.7F)) {
    return dice.chance(0.4F) ? moon(scene) : oneOf(dice, {"the moon", "the moon", "moon", "moonlight"});
  }
  if (scene.weather >= Weather::Storm && dice.chance(0.7F)) {
    return weather(scene, dice);
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
  return dice.chance(0.5F) && scene.weather != Weather::Clear ? weather(scene, dice) : hour(scene, dice);
}

}  // namespace

std::string describeBriefly(const Scene& scene, Dice& dice) {
  if (scene.time == DayTime::Night && scene.at(Q::Moon) > 0.0F && dice.chance(0.45F)) {
    std::string text = dice.chance(0.5F) ? "the moon" : moon(scene);
    append(text, place(scene, dice), " ");
    return text;
  }
  const bool skyTells =
      scene.weather != Weather::Clear && dice.chance(scene.weather >= Weather::Storm ? 0.95F : 0.4F);
  std::string text = skyTells && dice.chance(0.4F) ? weather(scene, dice) : hour(scene, dice);
  append(text, place(scene, dice), " ");
  if (skyTells && dice.chance(0.5F)) {
    append(text, weather(scene, dice), " with ");
  }
  return text;
}

std::string describe(const Scene& scene, const PictureColors& colors, Dice& dice) {
  if (dice.chance(0.1F)) {
    return {};
  }
  const bool painted = scene.manner != Manner::Photo;
  const std::string manner = mannerOf(scene, dice);
  const bool named = painted ? dice.chance(0.92F) : dice.chance(0.4F);
  if (painted && dice.chance(0.1F)) {
    return manner;
  }
  if (dice.chance(0.2F)) {
    const std::string brief = dice.chance(0.35F) ? nameAlone(scene, dice) : describeBriefly(scene, dice);
    const Words seen = figures(scene);
    const std::string said = seen.empty() ? brief : brief + " with " + joined(seen);
    return named ? manner + " of " + said : said;
  }
  std::string text;
  Words things = extras(scene, dice);
  while (!things.empty() && !dice.chance(0.45F)) {
    things.erase(things.begin() + static_cast<std::ptrdiff_t>(dice.bits() % things.size()));
  }
  for (const std::string& figure : figures(scene)) {
    things.push_back(figure);
  }
  if (dice.chance(0.3F)) {  // a list of keywords
    append(text, hour(scene, dice));
    append(text, place(scene, dice));
    append(text, weather(scene, dice));
    append(text, colorPhrase(colors, dice));
    for (const std::string& thing : things) {
      append(text, thing);
    }
    if (named) {
      append(text, manner);
    }
    return text;
  }
  text = dice.chance(0.3F) ? weather(scene, dice) + " at " + hour(scene, dice) : hour(scene, dice);
  const bool saidWeather = text.find(" at ") != std::string::npos;
  append(text, place(scene, dice), " ");
  Words with = things;
  if (!saidWeather && (scene.weather != Weather::Clear || dice.chance(0.4F))) {
    with.insert(with.begin(), weather(scene, dice));
  }
  append(text, joined(with), " with ");
  append(text, dice.chance(0.85F) ? colorPhrase(colors, dice) : std::string());
  if (named) {
    text = dice.chance(0.7F) ? manner + " of " + text : text + ", " + manner;
  }
  return text;
}

}  // namespace pleinair::etude
