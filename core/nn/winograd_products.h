#pragma once

#include <cstdint>

namespace pleinair::nn {

constexpr std::int64_t kPanelChannels = 64, kTilesTogether = 6;  // 24 of 32 registers hold sums

/// Tiles [tiles, in] times one panel of kernels [in, kPanelChannels] -> products [tiles, kPanelChannels], whose rows
/// lie `apart` numbers apart; `tiles` is a multiple of kTilesTogether. No sum depends on what else is computed.
using WinogradProduct = void (*)(const float* tiles, std::int64_t count, std::int64_t in, const float* panel,
                                 float* products, std::int64_t apart);

/// For processors with AVX512F, whose vectors the libraries' matrix products use half of on some; null where this
/// program holds none.
WinogradProduct avx512WinogradProduct();

}  // namespace pleinair::nn
