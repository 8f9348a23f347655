#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/weights/safetensors.h"

namespace pleinair {

/// What a run needs to go on exactly: the adapter, the optimizer and the step. All randomness is a function of seed
/// and step (see draws.h), so there is no more.
struct ResumeState {
  int step = 0;
  std::int64_t startedAt = 0;  ///< Unix seconds of the run's first start
  std::string sessionId;
  std::string settings;  ///< fingerprint of the settings that the numbers depend on
  std::string photos;    ///< fingerprint of photos and captions
  TensorMap tensors;     ///< adapter and optimizer
};

/// Saves as one atomic file, `state.safetensors`, whose closing mark is its own completeness; the one before stays as
/// `state.previous.safetensors` and is only replaced once the new one is whole.
Result<void> saveResumeState(const std::filesystem::path& folder, const ResumeState& state);

/// The newest state that is whole. NotFound when there is none; CorruptFile when neither can be read.
Result<ResumeState> loadResumeState(const std::filesystem::path& folder);

}  // namespace pleinair
