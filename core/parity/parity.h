#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/device_config.h"

namespace pleinair {

/// How one case of a fixture folder went against what the reference implementation computed.
struct ParityResult {
  enum class Status { Passed, Failed, NotSupported };
  std::string name, kind;
  Status status = Status::Failed;
  double largestError = 0;      ///< absolute, over all values of the case
  double shareOfTolerance = 0;  ///< the largest |got - expected| / (atol + rtol * |expected|); 1 is the limit
  double atol = 0, rtol = 0;    ///< the fixture's, ten times as much on a GPU
  double relativeBound = 0;     ///< > 0: in 16 bits not these count but |got - expected| / |expected|, as norms
  std::string worst;    ///< the expected value that came closest to its limit, or beyond
  std::string problem;  ///< why nothing could be compared
};

struct ParityReport {
  std::vector<ParityResult> cases;
  [[nodiscard]] int passed() const;
  /// All cases passed, and there was at least one.
  [[nodiscard]] bool ok() const;
};

struct ParityOptions {
  std::string only;         ///< run only cases whose name or kind contains this
  bool singleFile = false;  ///< weights from single_file.safetensors instead of the folder's components
  /// Fixtures are float32 on a CPU; other devices are for the curious.
  DeviceConfig device{DeviceChoice::Cpu, PrecisionChoice::Float32, 0};
};

/// Runs the cases of a folder (a model, cases.json, cases.safetensors) and hands each result on as it comes. Fails
/// only when the folder cannot be read; a case that cannot run counts as failed. Throws CancelledException.
Result<ParityReport> runParity(const std::filesystem::path& folder, const ParityOptions& options,
                               const std::function<void(const ParityResult&)>& onCase = {});

/// One line for people: "ok    unet_t500   0.012 of tolerance, largest error 3.1e-06 (sample, atol 0.0002 rtol
/// 0.0002)".
std::string parityLine(const ParityResult& result);

/// The closing line: "74 of 74 cases passed".
std::string paritySummary(const ParityReport& report);

}  // namespace pleinair
