#pragma once

#include <cstddef>
#include <string>

namespace pleinair::bench {

/// While it lives, sums the time each of libtorch's operators takes in this process, without those it calls. On a
/// CPU only: a GPU's operators return before they are done. One at a time.
class OperationTimes {
 public:
  OperationTimes();
  ~OperationTimes();
  OperationTimes(const OperationTimes&) = delete;
  OperationTimes& operator=(const OperationTimes&) = delete;

  /// The longest ones, a line each: seconds, calls, name, and the shapes of its first two tensors.
  [[nodiscard]] static std::string table(std::size_t lines);
};

}  // namespace pleinair::bench
