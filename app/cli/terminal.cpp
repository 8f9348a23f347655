#include "app/cli/terminal.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>

namespace pleinair::cli {
namespace {

using nlohmann::json;

/// A program that wraps this one hands a single Ctrl-C on twice, to the process and to its group; only a press after
/// this time is an impatient second one.
constexpr std::int64_t kSamePressMs = 1000;

std::atomic<std::int64_t> firstInterruptMs = 0;
static_assert(std::atomic<std::int64_t>::is_always_lock_free, "a signal handler touches it");

void onInterrupt(int) {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  const std::int64_t nowMs = std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
  std::int64_t first = 0;
  if (firstInterruptMs.compare_exchange_strong(first, nowMs)) return;
  if (nowMs - first > kSamePressMs) _exit(kExitCancelled);
}

json toJson(const Error& error) {
  return {{"code", errorCodeName(error.code)},
          {"message", error.message},
          {"context", error.context},
          {"hint", error.hint}};
}

std::string duration(double seconds) {
  char text[32];
  const auto whole = static_cast<long>(seconds + 0.5);
  if (whole >= 3600) {
    std::snprintf(text, sizeof text, "%ld h %02ld min", whole / 3600, whole % 3600 / 60);
  } else if (whole >= 60) {
    std::snprintf(text, sizeof text, "%ld min %02ld s", whole / 60, whole % 60);
  } else {
    std::snprintf(text, sizeof text, "%ld s", whole);
  }
  return text;
}

/// JSON lines for machines; one object an event, always with "event" and "job".
struct JsonEvent {
  json operator()(const event::Started&) const { return {{"event", "started"}}; }
  json operator()(const event::Stage& e) const { return {{"event", "stage"}, {"name", e.name}, {"total", e.total}}; }
  json operator()(const event::Progress& e) const {
    return {{"event", "progress"}, {"done", e.done}, {"total", e.total}, {"seconds_left", e.secondsLeft}};
  }
  json operator()(const event::ModelLoaded& e) const {
    return {{"event", "model"},       {"name", e.name},           {"family", e.family},
            {"device", e.device},     {"precision", e.precision}, {"parameters", e.parameters}};
  }
  json operator()(const event::PictureReady& e) const {
    return {{"event", "picture"}, {"file", e.file.string()},       {"prompt", e.recipe.prompt},
            {"index", e.index},   {"seed", e.recipe.seed},         {"total", e.total}};
  }
  json operator()(const event::LoraPartlyUsed& e) const {
    return {{"event", "lora_partly_used"}, {"file", e.file.string()}, {"unused", e.unused}};
  }
  json operator()(const event::TrainingBegan& e) const {
    return {{"event", "training"},
            {"run", e.runName},
            {"folder", e.runFolder.string()},
            {"trainable_parameters", e.trainableParameters},
            {"total_parameters", e.totalParameters},
            {"first_step", e.firstStep},
            {"steps", e.steps},
            {"photos", e.photos}};
  }
  json operator()(const event::TrainingStep& e) const {
    json line = {{"event", "step"},
                 {"step", e.step},
                 {"loss", e.loss},
                 {"learning_rate", e.learningRate},
                 {"gradient_norm", e.gradientNorm},
                 {"steps_per_second", e.stepsPerSecond},
                 {"seconds_left", e.secondsLeft},
                 {"memory_bytes", e.memoryBytes}};
    if (e.validationLoss >= 0) line["validation_loss"] = e.validationLoss;
    return line;
  }
  json operator()(const event::SampleReady& e) const {
    return {{"event", "sample"}, {"step", e.step}, {"prompt", e.prompt}, {"file", e.file.string()}};
  }
  json operator()(const event::CheckpointSaved& e) const {
    return {{"event", "checkpoint"}, {"step", e.step}, {"file", e.file.string()}};
  }
  json operator()(const event::PausedChanged& e) const { return {{"event", "paused"}, {"paused", e.paused}}; }
  json operator()(const event::PhotoImported& e) const { return {{"event", "photo"}, {"path", e.path}}; }
  json operator()(const event::PhotoSkipped& e) const {
    return {{"event", "skipped"}, {"file", e.file.string()}, {"error", toJson(e.error)}};
  }
  json operator()(const event::Finished& e) const {
    const char* names[] = {"done", "cancelled", "failed"};
    json line = {{"event", "finished"}, {"outcome", names[static_cast<int>(e.outcome)]}, {"message", e.message}};
    if (e.outcome == event::Outcome::Failed) line["error"] = toJson(e.error);
    return line;
  }
};

/// Lines and, on a terminal, a progress bar that rewrites its own line.
class PlainPrinter {
 public:
  explicit PlainPrinter(bool quiet) : m_terminal(isatty(STDERR_FILENO) != 0), m_quiet(quiet) {}

  void operator()(const event::Started&) {}
  void operator()(const event::Stage& e) {
    m_stage = e.name;
    if (!m_terminal) line(m_stage);
  }
  void operator()(const event::Progress& e) { bar(m_stage, e.done, e.total, e.secondsLeft, ""); }
  void operator()(const event::ModelLoaded& e) {
    char size[32];
    std::snprintf(size, sizeof size, "%.1f M parameters", static_cast<double>(e.parameters) / 1e6);
    line(e.name + " (" + e.family + ", " + size + ") on " + e.device + ", " + e.precision);
  }
  void operator()(const event::PictureReady& e) { result(e.file.string()); }
  void operator()(const event::LoraPartlyUsed& e) {
    constexpr std::size_t kShown = 3;
    std::string text = e.file.string() + ": " + std::to_string(e.unused.size()) +
                       " of its layers and tensors have no place in this model: ";
    for (std::size_t i = 0; i < std::min(kShown, e.unused.size()); ++i) text += (i > 0 ? ", " : "") + e.unused[i];
    if (e.unused.size() > kShown) text += ", …";
    clearBar();
    std::cerr << text << '\n';  // also where only results are wanted
  }
  void operator()(const event::TrainingBegan& e) {
    char share[96];
    std::snprintf(share, sizeof share, "%.2f %% of %.1f M parameters",
                  100.0 * static_cast<double>(e.trainableParameters) / static_cast<double>(e.totalParameters),
                  static_cast<double>(e.totalParameters) / 1e6);
    line("Training \"" + e.runName + "\" on " + std::to_string(e.photos) + " photos: " + share);
    if (e.firstStep > 0) line("Resumed after step " + std::to_string(e.firstStep));
    m_steps = e.steps;
    m_stage = stage::kTraining;
  }
  void operator()(const event::TrainingStep& e) {
    m_smoothed = m_smoothed < 0 ? e.loss : m_smoothed + 0.05 * (e.loss - m_smoothed);
    char detail[96];
    std::snprintf(detail, sizeof detail, "loss %.4f  %.2f steps/s", m_smoothed, e.stepsPerSecond);
    if (m_terminal) {
      bar(stage::kTraining, e.step, m_steps, e.secondsLeft, detail);
    } else if (e.step == m_steps || e.step % 25 == 0) {
      line("step " + std::to_string(e.step) + " of " + std::to_string(m_steps) + "  " + detail +
           (e.secondsLeft >= 0 ? "  " + duration(e.secondsLeft) + " left" : ""));
    }
  }
  void operator()(const event::SampleReady& e) { line("sample of step " + std::to_string(e.step) + ": " + e.file.string()); }
  void operator()(const event::CheckpointSaved& e) { result(e.file.string()); }
  void operator()(const event::PausedChanged& e) { line(e.paused ? "Paused" : "Resumed"); }
  void operator()(const event::PhotoImported&) {}
  void operator()(const event::PhotoSkipped& e) { line("Skipped " + e.file.string() + ": " + e.error.text()); }
  void operator()(const event::Finished& e) {
    clearBar();
    if (e.outcome == event::Outcome::Failed) {
      std::cerr << "Error: " << e.error.text() << '\n';
      if (!e.message.empty()) std::cerr << e.message << '\n';
    } else {
      const char* lead = e.outcome == event::Outcome::Cancelled ? "Cancelled. " : "";
      if (!m_quiet && (*lead != 0 || !e.message.empty())) std::cerr << lead << e.message << '\n';
    }
  }

 private:
  void line(const std::string& text) {
    clearBar();
    if (!m_quiet) std::cerr << text << '\n';
  }
  /// A file that was made: on standard output, so that scripts can read it.
  void result(const std::string& file) {
    clearBar();
    std::cout << file << std::endl;
  }
  void clearBar() {
    if (m_barShown) std::cerr << "\r\033[K";
    m_barShown = false;
  }
  void bar(const std::string& label, std::int64_t done, std::int64_t total, double secondsLeft, const std::string& detail) {
    if (!m_terminal || m_quiet) return;
    constexpr int kWidth = 24;
    std::string text = "\r\033[K" + label;
    if (total > 0) {
      const auto filled = static_cast<int>(kWidth * done / total);
      text += "  [" + std::string(static_cast<std::size_t>(filled), '#') +
              std::string(static_cast<std::size_t>(kWidth - filled), '-') + "] " + std::to_string(done) + "/" +
              std::to_string(total);
    }
    if (!detail.empty()) text += "  " + detail;
    if (secondsLeft >= 0) text += "  " + duration(secondsLeft) + " left";
    std::cerr << text << std::flush;
    m_barShown = true;
  }

  bool m_terminal, m_quiet;
  bool m_barShown = false;
  std::string m_stage;
  int m_steps = 0;
  double m_smoothed = -1;
};

}  // namespace

int reportError(const Error& error, const OutputOptions& output) {
  if (output.json) {
    std::cout << json{{"event", "finished"}, {"outcome", "failed"}, {"error", toJson(error)}}.dump(
                     -1, ' ', false, json::error_handler_t::replace)
              << std::endl;
  } else {
    std::cerr << "Error: " << error.text() << '\n';
  }
  return kExitFailed;
}

int runJob(Job job, const DeviceConfig& device, const OutputOptions& output) {
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<event::Outcome> outcome;
  PlainPrinter plain(output.quiet);

  Engine engine(
      [&](const Event& e) {
        const std::lock_guard lock(mutex);
        if (output.json) {
          json line = std::visit(JsonEvent{}, e.body);
          line["job"] = e.job;
          std::cout << line.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
        } else {
          std::visit(plain, e.body);
        }
        if (const auto* finished = std::get_if<event::Finished>(&e.body)) {
          outcome = finished->outcome;
          ended.notify_all();
        }
      },
      device);

  std::signal(SIGINT, onInterrupt);
  std::signal(SIGTERM, onInterrupt);
  const JobId id = engine.submit(std::move(job));
  bool cancelled = false;
  std::unique_lock lock(mutex);
  // A signal handler may not notify, so the wait wakes by itself often enough to feel immediate.
  while (!ended.wait_for(lock, std::chrono::milliseconds(40), [&] { return outcome.has_value(); })) {
    if (firstInterruptMs != 0 && !cancelled) {
      cancelled = true;
      lock.unlock();
      engine.cancel(id);
      lock.lock();
    }
  }
  switch (*outcome) {
    case event::Outcome::Done: return kExitDone;
    case event::Outcome::Cancelled: return kExitCancelled;
    case event::Outcome::Failed: return kExitFailed;
  }
  return kExitFailed;
}

}  // namespace pleinair::cli
