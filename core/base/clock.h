#pragma once

#include <chrono>

namespace pleinair {

/// How long ago that was, in seconds. Any thread.
inline double secondsSince(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

}  // namespace pleinair
