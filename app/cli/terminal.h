#pragma once

#include <cstdint>
#include <string>

#include "core/engine/engine.h"

namespace pleinair::cli {

/// How a command speaks: a progress bar on a terminal, plain lines in a log, or one JSON object a line.
struct OutputOptions {
  bool json = false;
  bool quiet = false;
};

inline constexpr int kExitDone = 0;
inline constexpr int kExitFailed = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitCancelled = 130;

/// Prints the error as sentences on standard error (or as JSON on standard output) and returns kExitFailed.
int reportError(const Error& error, const OutputOptions& output);

/// Submits the job to an engine of its own, shows what it tells, and waits for its end. Ctrl-C asks it to end cleanly
/// and keeps what was made; a second Ctrl-C ends the program at once. Returns the exit code.
int runJob(Job job, const DeviceConfig& device, const OutputOptions& output);

}  // namespace pleinair::cli
