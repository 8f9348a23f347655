#pragma once

#include <c10/util/FunctionRef.h>

#include <atomic>
#include <cstdint>

namespace pleinair::nn {

/// Calls work(begin, end) for parts of [0, count) that cover it once, each on another of torch's threads and one on
/// the calling thread, and returns when all are done. What a part throws is thrown here, one exception if several do.
///
/// at::parallel_for is a template over OpenMP: in a program compiled without that it calls everything on the calling
/// thread. This goes through a loop that is compiled within libtorch.
void inParallel(std::int64_t count, c10::function_ref<void(std::int64_t begin, std::int64_t end)> work);

/// A cancel point between the pieces of one inParallel(): only the calling thread learns of a cancel, the others end
/// with it.
class SharedCancelPoint {
 public:
  /// Throws CancelledException on a thread that is to stop (checkCancelled()); true once that has happened on any.
  bool reached();

 private:
  std::atomic<bool> m_reached = false;
};

}  // namespace pleinair::nn
