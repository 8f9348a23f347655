#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "app/etude/scene.h"

namespace pleinair::etude {

using Words = std::vector<std::string>;

/// One of several ways to say a thing, each as likely.
std::string oneOf(Dice& dice, std::initializer_list<const char*> choices);

/// What captions call the hour, the weather, the place and the manner of a scene, each in one of several ways.
std::string hourOf(const Scene& scene, Dice& dice);
std::string weatherOf(const Scene& scene, Dice& dice);
/// With its preposition: "over the sea". Empty at times where there is only sky.
std::string placeOf(const Scene& scene, Dice& dice);
std::string mannerOf(const Scene& scene, Dice& dice);

/// "a full moon" or "a crescent moon", for a scene that has one.
const char* moonOf(const Scene& scene);

/// What would be taken for a part of every such place if captions kept silent about it.
Words figuresOf(const Scene& scene);

/// Things that are there in some pictures.
Words extrasOf(const Scene& scene, Dice& dice);

/// One thing that is there, named alone: "the moon", "a rainbow", "the sea"; where nothing stands out, the hour.
std::string nameAlone(const Scene& scene, Dice& dice);

}  // namespace pleinair::etude
