#pragma once

#include <string>
#include <vector>

#include "app/etude/scene.h"

namespace pleinair::etude {

/// The main colours of a picture, by name, the largest first.
struct PictureColors {
  std::vector<std::string> sky;  ///< of the part above the horizon; empty where there is hardly any
  std::vector<std::string> whole;
};

/// Describes a drawn scene in plain lower-case English; what it names is in the picture. One in ten is empty, some
/// are short, others say hour, weather, place, colours, figures and manner in varied order.
std::string describe(const Scene& scene, const PictureColors& colors, Dice& dice);

/// The hour, weather and place alone: "sunset over the sea".
std::string describeBriefly(const Scene& scene, Dice& dice);

}  // namespace pleinair::etude
