#include "ui/models/sets_alignment.h"

#include <algorithm>

namespace pleinair::ui {

std::vector<AlignedRow> alignSets(const std::vector<PictureSet>& sets) {
  std::vector<AlignedRow> rows;
  for (std::size_t set = 0; set < sets.size(); ++set) {
    for (std::size_t index = 0; index < sets[set].pictures.size(); ++index) {
      const PictureRecipe& recipe = sets[set].pictures[index].recipe;
      // A row that this set already fills is another picture of the same prompt and seed: it gets its own row.
      auto row = std::find_if(rows.begin(), rows.end(), [&](const AlignedRow& each) {
        return each.seed == recipe.seed && each.prompt == recipe.prompt && each.picture[set] < 0;
      });
      if (row == rows.end()) {
        rows.push_back({recipe.prompt, recipe.seed, std::vector<int>(sets.size(), -1)});
        row = rows.end() - 1;
      }
      row->picture[set] = static_cast<int>(index);
    }
  }
  return rows;
}

}  // namespace pleinair::ui
