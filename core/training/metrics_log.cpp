#include "core/training/metrics_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/base/atomic_file.h"

namespace pleinair {

namespace {

using nlohmann::json;

/// The leading lines of `text` that are whole and not after `keepThrough`.
std::pair<std::string, double> keptLines(const std::string& text, int keepThrough) {
  std::size_t begin = 0;
  double seconds = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    const json line = json::parse(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                  text.begin() + static_cast<std::ptrdiff_t>(end), nullptr, false);
    if (!line.is_object() || line.value("step", keepThrough + 1) > keepThrough) break;
    seconds = line.value("elapsed_seconds", seconds);
    begin = end + 1;
  }
  return {text.substr(0, begin), seconds};
}

}  // namespace

Result<MetricsLog> MetricsLog::open(const std::filesystem::path& file, int keepThrough) {
  double seconds = 0;
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) {
    PLEINAIR_ASSIGN(const std::string text, readFile(file));
    auto [kept, keptSeconds] = keptLines(text, keepThrough);
    seconds = keptSeconds;
    if (kept.size() != text.size()) PLEINAIR_TRY(writeFileAtomic(file, kept));
  }
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (descriptor < 0) return systemError(errno, "Cannot write the run's metrics", file);
  return MetricsLog(file, descriptor, seconds);
}

MetricsLog::MetricsLog(std::filesystem::path file, int descriptor, double keptSeconds)
    : m_file(std::move(file)), m_descriptor(descriptor), m_keptSeconds(keptSeconds) {}

MetricsLog::MetricsLog(MetricsLog&& other) noexcept
    : m_file(std::move(other.m_file)),
      m_descriptor(std::exchange(other.m_descriptor, -1)),
      m_keptSeconds(other.m_keptSeconds) {}

MetricsLog::~MetricsLog() {
  if (m_descriptor >= 0) ::close(m_descriptor);
}

Result<void> MetricsLog::append(const training::Step& step, int epoch, double elapsedSeconds) {
  json line{{"step", step.step},
            {"epoch", epoch},
            {"loss", step.loss},
            {"learning_rate", step.learningRate},
            {"gradient_norm", step.gradientNorm},
            {"steps_per_second", step.stepsPerSecond},
            {"elapsed_seconds", elapsedSeconds},
            {"memory_bytes", step.memoryBytes}};
  if (step.validationLoss >= 0) line["validation_loss"] = step.validationLoss;
  const std::string text = line.dump() + '\n';
  if (::write(m_descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
    return systemError(errno == 0 ? ENOSPC : errno, "Cannot write the run's metrics", m_file);
  }
  return {};
}

}  // namespace pleinair
