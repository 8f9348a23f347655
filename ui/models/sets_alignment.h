#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/generation_request.h"

namespace pleinair::ui {

/// One row of a comparison: the pictures of one prompt and seed, one place a set; -1 where a set has none.
struct AlignedRow {
  std::string prompt;
  std::uint64_t seed = 0;
  std::vector<int> picture;  ///< index into PictureSet::pictures, one for each set
};

/// Aligns sets by prompt and seed. Rows keep the order of the first set; what only later sets have follows.
std::vector<AlignedRow> alignSets(const std::vector<PictureSet>& sets);

}  // namespace pleinair::ui
