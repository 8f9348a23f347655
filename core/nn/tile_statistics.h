#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <unordered_map>

namespace pleinair::nn {

/// What group norms need to treat the tiles of one picture as one picture: each takes mean and variance over all
/// tiles instead of its own. What a norm sees depends on the norms before it, so the network runs over all tiles
/// several times: each pass applies what the one before recorded. One thread; alive for as long as a Scope names it.
class TileStatistics {
 public:
  /// The part of a tile that no other tile counts, in the tile's own rows and columns.
  struct Core {
    std::int64_t height = 0, width = 0;                     ///< of the whole tile
    std::int64_t top = 0, bottom = 0, left = 0, right = 0;  ///< the ends are not included
  };

  /// What the pass before recorded is applied from now on. The last pass records nothing: nobody would read it.
  void beginPass(bool last = false);
  /// Tells which tile normalize() sees next.
  void beginTile(const Core& core) { m_core = core; }

  /// Group normalisation (Wu and He 2018) of the tile x [B, C, h, w] by the statistics kept for `norm`; by the tile's
  /// own while there are none.
  at::Tensor normalize(const void* norm, const at::Tensor& x, std::int64_t groups, const at::Tensor& weight,
                       const at::Tensor& bias, double epsilon);

  /// The statistics that norms on this thread use, or null.
  static TileStatistics* current();

  /// Makes statistics current on this thread.
  class Scope {
   public:
    explicit Scope(TileStatistics& statistics);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
  };

 private:
  struct Sums {
    at::Tensor mean, square;  // [B, groups] float64, weighted by `count`
    double count = 0;
  };
  void record(const void* norm, const at::Tensor& x, std::int64_t groups);

  Core m_core;
  bool m_recording = true;
  std::unordered_map<const void*, Sums> m_recorded, m_applied;
};

}  // namespace pleinair::nn
