#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/config/training_config.h"

namespace pleinair {

/// `project/runs/<name>/`: config.yaml, metrics.jsonl, samples/, checkpoints/, resume/, run.log.
class RunFolder {
 public:
  /// Makes the folder and saves config.yaml. A taken name gets "-2", "-3", …; an empty one is "run".
  static Result<RunFolder> create(const std::filesystem::path& project, TrainingConfig config);
  /// An existing run; NotFound when there is none of that name.
  static Result<RunFolder> open(const std::filesystem::path& project, const std::string& name);

  [[nodiscard]] const std::filesystem::path& path() const { return m_path; }
  [[nodiscard]] const TrainingConfig& config() const { return m_config; }
  /// Takes over changed settings and saves them.
  Result<void> setConfig(TrainingConfig config);

  [[nodiscard]] std::filesystem::path checkpointFile(int step) const;
  /// `samples/step_000100/00_1.png`: prompt index, then seed.
  [[nodiscard]] std::filesystem::path sampleFile(int step, int promptIndex, std::uint64_t seed) const;
  [[nodiscard]] std::filesystem::path metricsFile() const { return m_path / "metrics.jsonl"; }
  [[nodiscard]] std::filesystem::path resumeFolder() const { return m_path / "resume"; }

  /// Removes samples and checkpoints of steps after `step`, which a resumed run makes anew.
  void forgetAfter(int step) const;
  /// Appends a line with the time to run.log; failing to is not worth stopping for.
  void note(const std::string& line) const;

 private:
  std::filesystem::path m_path;
  TrainingConfig m_config;
};

/// "step_000100"
std::string stepName(int step);

}  // namespace pleinair
