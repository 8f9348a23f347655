#include "core/training/run_folder.h"

#include <charconv>
#include <ctime>
#include <fstream>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/base/log.h"
#include "core/config/yaml_codec.h"

namespace pleinair {

namespace fs = std::filesystem;

namespace {

Result<void> makeFolder(const fs::path& folder) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", folder);
  return {};
}

/// The step in "step_000100" or "step_000100.safetensors"; -1 for other names.
int stepOf(const fs::path& path) {
  const std::string stem = path.stem().string();
  constexpr std::string_view kPrefix = "step_";
  int step = -1;
  if (stem.starts_with(kPrefix)) std::from_chars(stem.data() + kPrefix.size(), stem.data() + stem.size(), step);
  return step;
}

std::string padded(int number, std::size_t width) {
  std::string digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

/// A name that can be a folder's on every system.
std::string folderName(const std::string& name) {
  std::string clean;
  for (const char c : name) clean += (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20) ? '-' : c;
  while (!clean.empty() && (clean.front() == '.' || clean.front() == ' ')) clean.erase(0, 1);
  return clean.empty() ? "run" : clean;
}

}  // namespace

std::string stepName(int step) { return std::string("step_").append(padded(step, 6)); }

Result<RunFolder> RunFolder::create(const fs::path& project, TrainingConfig config) {
  const fs::path runs = project / "runs";
  PLEINAIR_TRY(makeFolder(runs));
  const std::string wanted = folderName(config.name);
  RunFolder run;
  for (int number = 1;; ++number) {
    config.name = wanted;
    if (number > 1) config.name.append("-").append(std::to_string(number));
    run.m_path = runs / fs::path(std::u8string(config.name.begin(), config.name.end()));
    std::error_code problem;
    if (fs::create_directory(run.m_path, problem)) break;  // false when it is there
    if (problem) return systemError(problem.value(), "Cannot create the run's folder", run.m_path);
  }
  for (const char* part : {"samples", "checkpoints", "resume"}) PLEINAIR_TRY(makeFolder(run.m_path / part));
  PLEINAIR_TRY(run.setConfig(std::move(config)));
  return run;
}

Result<RunFolder> RunFolder::open(const fs::path& project, const std::string& name) {
  RunFolder run;
  run.m_path = project / "runs" / fs::path(std::u8string(name.begin(), name.end()));
  std::error_code ignored;
  if (name.empty() || !fs::is_directory(run.m_path, ignored)) {
    return Error{ErrorCode::NotFound, "There is no run \"" + name + "\" in this project", run.m_path.string(),
                 "Begin a new run."};
  }
  PLEINAIR_ASSIGN(run.m_config, yaml::loadTrainingConfig(run.m_path / "config.yaml"));
  run.m_config.name = name;
  for (const char* part : {"samples", "checkpoints", "resume"}) PLEINAIR_TRY(makeFolder(run.m_path / part));
  return run;
}

Result<void> RunFolder::setConfig(TrainingConfig config) {
  PLEINAIR_TRY(yaml::saveTrainingConfig(m_path / "config.yaml", config));
  m_config = std::move(config);
  return {};
}

fs::path RunFolder::checkpointFile(int step) const {
  return m_path / "checkpoints" / (stepName(step) + ".safetensors");
}

fs::path RunFolder::sampleFile(int step, int promptIndex, std::uint64_t seed) const {
  std::string name = padded(promptIndex, 2);
  name.append("_").append(std::to_string(seed)).append(".png");
  return m_path / "samples" / stepName(step) / name;
}

void RunFolder::forgetAfter(int step) const {
  std::vector<fs::path> later;
  for (const char* part : {"samples", "checkpoints"}) {
    std::error_code problem;
    for (fs::directory_iterator it(m_path / part, problem), end; !problem && it != end; it.increment(problem)) {
      if (stepOf(it->path()) > step) later.push_back(it->path());
    }
  }
  for (const fs::path& path : later) {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
}

void RunFolder::note(const std::string& line) const {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char stamp[32];
  const std::size_t length = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ ", &parts);
  std::ofstream(m_path / "run.log", std::ios::app) << std::string_view(stamp, length) << line << '\n';
}

}  // namespace pleinair
