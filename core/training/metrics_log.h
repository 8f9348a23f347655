#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/training/listener.h"

namespace pleinair {

/// `metrics.jsonl`: one JSON line a step, written whole and at once, numbers to the last bit.
class MetricsLog {
 public:
  /// Opens the file and cuts what lies after step `keepThrough`, and a last line that is cut short.
  static Result<MetricsLog> open(const std::filesystem::path& file, int keepThrough);
  MetricsLog(MetricsLog&& other) noexcept;
  MetricsLog& operator=(MetricsLog&&) = delete;
  ~MetricsLog();

  /// DiskFull and its like are errors: a curve with holes would be a lie.
  Result<void> append(const training::Step& step, int epoch, double elapsedSeconds);
  /// The elapsed seconds of the last line that was kept.
  [[nodiscard]] double keptSeconds() const { return m_keptSeconds; }

 private:
  MetricsLog(std::filesystem::path file, int descriptor, double keptSeconds);
  std::filesystem::path m_file;
  int m_descriptor = -1;
  double m_keptSeconds = 0;
};

}  // namespace pleinair
