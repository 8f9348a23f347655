#pragma once

#include <cstdint>
#include <string_view>

namespace pleinair {

/// What a loop reports upward, so that a low room never knows who listens. Called from the thread
/// that runs the loop; implementations must be cheap and must not throw.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  /// A new stage begins ("Encoding captions"), `total` items long (0: unknown).
  virtual void onStage(std::string_view stage, std::int64_t total) = 0;
  /// `done` items of the stage are complete.
  virtual void onProgress(std::int64_t done) = 0;
};

/// A sink that listens to nothing.
class NullProgress final : public ProgressSink {
 public:
  void onStage(std::string_view, std::int64_t) override {}
  void onProgress(std::int64_t) override {}
};

}  // namespace pleinair
