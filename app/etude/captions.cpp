#include "app/etude/captions.h"

#include "app/etude/caption_words.h"

namespace pleinair::etude {
namespace {

using Q = Quantity;

std::string joined(const Words& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += i == 0 ? "" : (i + 1 == names.size() ? " and " : ", ");
    out += names[i];
  }
  return out;
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

void append(std::string& text, const std::string& part, const char* glue = ", ") {
  if (part.empty()) {
    return;
  }
  text += text.empty() ? part : glue + part;
}

}  // namespace

std::string describeBriefly(const Scene& scene, Dice& dice) {
  if (scene.time == DayTime::Night && scene.at(Q::Moon) > 0.0F && dice.chance(0.45F)) {
    std::string text = dice.chance(0.5F) ? "the moon" : moonOf(scene);
    append(text, placeOf(scene, dice), " ");
    return text;
  }
  const bool skyTells =
      scene.weather != Weather::Clear && dice.chance(scene.weather >= Weather::Storm ? 0.95F : 0.4F);
  std::string text = skyTells && dice.chance(0.4F) ? weatherOf(scene, dice) : hourOf(scene, dice);
  append(text, placeOf(scene, dice), " ");
  if (skyTells && dice.chance(0.5F)) {
    append(text, weatherOf(scene, dice), " with ");
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
    const Words seen = figuresOf(scene);
    const std::string said = seen.empty() ? brief : brief + " with " + joined(seen);
    return named ? manner + " of " + said : said;
  }
  std::string text;
  Words things = extrasOf(scene, dice);
  while (!things.empty() && !dice.chance(0.45F)) {
    things.erase(things.begin() + static_cast<std::ptrdiff_t>(dice.bits() % things.size()));
  }
  for (const std::string& figure : figuresOf(scene)) {
    things.push_back(figure);
  }
  if (dice.chance(0.3F)) {  // a list of keywords
    append(text, hourOf(scene, dice));
    append(text, placeOf(scene, dice));
    append(text, weatherOf(scene, dice));
    append(text, colorPhrase(colors, dice));
    for (const std::string& thing : things) {
      append(text, thing);
    }
    if (named) {
      append(text, manner);
    }
    return text;
  }
  text = dice.chance(0.3F) ? weatherOf(scene, dice) + " at " + hourOf(scene, dice) : hourOf(scene, dice);
  const bool saidWeather = text.find(" at ") != std::string::npos;
  append(text, placeOf(scene, dice), " ");
  Words with = things;
  if (!saidWeather && (scene.weather != Weather::Clear || dice.chance(0.4F))) {
    with.insert(with.begin(), weatherOf(scene, dice));
  }
  append(text, joined(with), " with ");
  append(text, dice.chance(0.85F) ? colorPhrase(colors, dice) : std::string());
  if (named) {
    text = dice.chance(0.7F) ? manner + " of " + text : text + ", " + manner;
  }
  return text;
}

}  // namespace pleinair::etude
