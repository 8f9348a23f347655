#pragma once

#include <filesystem>
#include <stop_token>
#include <vector>

#include "core/base/result.h"
#include "core/image/color.h"

namespace pleinair {

/// The `count` main colours of picture files, each seen as a 64 x 64 centre crop and weighing the same. Files that
/// cannot be decoded are left out and named in the log; EmptyDataset when none can. `near` as for palette().
Result<std::vector<PaletteColor>> paletteOf(const std::vector<std::filesystem::path>& files, int count,
                                            const std::vector<PaletteColor>& near = {},
                                            const std::stop_token& stop = {});

}  // namespace pleinair
