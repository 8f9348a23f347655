#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/image/color.h"

namespace pleinair {

/// The `count` main colours of picture files, each seen as a 64 x 64 centre crop and weighing the same. Files that
/// cannot be decoded are left out; EmptyDataset when none can.
Result<std::vector<PaletteColor>> paletteOf(const std::vector<std::filesystem::path>& files, int count,
                                            const std::stop_token& stop = {});

/// The mean CIEDE2000 between the 5-colour palettes of two groups of pictures: how far a set is from its photos.
Result<double> paletteDistanceBetween(const std::vector<std::filesystem::path>& first,
                                      const std::vector<std::filesystem::path>& second);

}  // namespace pleinair
