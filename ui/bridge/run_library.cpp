#include "ui/bridge/run_library.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <algorithm>
#include <chrono>
#include <system_error>

#include "core/base/atomic_file.h"
#include "core/config/yaml_codec.h"
#include "core/engine/set_writer.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

namespace fs = std::filesystem;

namespace {

qint64 modifiedMs(const fs::path& file) {
  std::error_code failed;
  const auto time = fs::last_write_time(file, failed);
  if (failed) return 0;
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(system.time_since_epoch()).count();
}

std::vector<fs::path> childFolders(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    if (it->is_directory(failed)) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> childFiles(const fs::path& folder, const std::string& extension) {
  std::vector<fs::path> found;
  std::error_code failed;
  for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
    if (it->is_regular_file(failed) && it->path().extension() == extension) found.push_back(it->path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The step in "step_000100", or -1.
int stepInName(const std::string& stem) {
  constexpr std::string_view kPrefix = "step_";
  if (stem.rfind(kPrefix, 0) != 0) return -1;
  bool ok = false;
  const int step = QString::fromStdString(stem.substr(kPrefix.size())).toInt(&ok);
  return ok ? step : -1;
}

double number(const QJsonObject& line, std::initializer_list<const char*> keys, double missing) {
  for (const char* key : keys) {
    const QJsonValue value = line.value(QLatin1String(key));
    if (value.isDouble()) return value.toDouble();
  }
  return missing;
}

std::vector<RunStep> readMetrics(const fs::path& file) {
  std::vector<RunStep> steps;
  QFile metrics(toQString(file));
  if (!metrics.open(QIODevice::ReadOnly)) return steps;
  double elapsed = 0;
  while (!metrics.atEnd()) {
    const QJsonObject line = QJsonDocument::fromJson(metrics.readLine()).object();
    if (!line.contains(QLatin1String("step")) || !line.value(QLatin1String("loss")).isDouble()) continue;
    RunStep step;
    step.step = line.value(QLatin1String("step")).toInt();
    step.loss = line.value(QLatin1String("loss")).toDouble();
    step.learningRate = number(line, {"learning_rate", "learningRate", "lr"}, 0);
    step.validationLoss = number(line, {"validation_loss", "validationLoss", "validation"}, -1);
    const double rate = number(line, {"steps_per_second", "stepsPerSecond"}, 0);
    elapsed = number(line, {"elapsed_seconds", "elapsed", "seconds"}, elapsed + (rate > 0 ? 1 / rate : 0));
    step.elapsedSeconds = elapsed;
    step.memoryBytes = static_cast<qint64>(number(line, {"memory_bytes"}, 0));
    steps.push_back(step);
  }
  return steps;
}

std::vector<event::CheckpointSaved> readCheckpoints(const fs::path& runFolder) {
  std::vector<event::CheckpointSaved> checkpoints;
  for (const fs::path& file : childFiles(runFolder / "checkpoints", ".safetensors")) {
    if (const int step = stepInName(file.stem().string()); step >= 0) checkpoints.push_back({step, file});
  }
  return checkpoints;
}

std::vector<event::SampleReady> readSamples(const fs::path& runFolder, const TrainingConfig& config) {
  std::vector<event::SampleReady> samples;
  for (const fs::path& folder : childFolders(runFolder / "samples")) {
    const int step = stepInName(folder.filename().string());
    if (step < 0) continue;
    for (const fs::path& file : childFiles(folder, ".png")) {
      const QString stem = QString::fromStdString(file.stem().string());
      bool ok = false;
      const int prompt = stem.section(QLatin1Char('_'), 0, 0).toInt(&ok);
      if (!ok) continue;
      const auto index = static_cast<std::size_t>(prompt);
      samples.push_back({step, prompt, index < config.samplePrompts.size() ? config.samplePrompts[index] : "", file});
    }
  }
  return samples;
}

bool hasResumeState(const fs::path& runFolder) {
  std::error_code failed;
  return fs::is_directory(runFolder / "resume", failed) && !fs::is_empty(runFolder / "resume", failed) && !failed;
}

RunSummary summarize(const fs::path& folder, const TrainingConfig& config, const std::vector<RunStep>& steps) {
  RunSummary run;
  run.name = toQString(folder.filename());
  run.folder = folder;
  run.config = config;
  run.lastStep = steps.empty() ? 0 : steps.back().step;
  run.resumable = run.lastStep < config.steps && hasResumeState(folder);
  run.modifiedMs = std::max(modifiedMs(folder / "metrics.jsonl"), modifiedMs(folder / "config.yaml"));
  if (steps.size() > 1) {
    const double seconds = steps.back().elapsedSeconds - steps.front().elapsedSeconds;
    run.secondsPerStep = seconds / static_cast<double>(steps.size() - 1);
  }
  for (const RunStep& step : steps) run.memoryBytes = std::max(run.memoryBytes, step.memoryBytes);
  run.checkpoints = readCheckpoints(folder);
  return run;
}

Error moveError(const std::error_code& code, const char* action, const fs::path& path) {
  return systemError(code.value(), action, path);
}

}  // namespace

std::vector<RunSummary> listRuns(const fs::path& project) {
  std::vector<RunSummary> runs;
  for (const fs::path& folder : childFolders(project / "runs")) {
    auto config = yaml::loadTrainingConfig(folder / "config.yaml");
    if (config) runs.push_back(summarize(folder, *config, readMetrics(folder / "metrics.jsonl")));
  }
  std::stable_sort(runs.begin(), runs.end(),
                   [](const RunSummary& a, const RunSummary& b) { return a.modifiedMs > b.modifiedMs; });
  return runs;
}

Result<RunRecord> loadRun(const fs::path& runFolder) {
  PLEINAIR_ASSIGN(const TrainingConfig config, yaml::loadTrainingConfig(runFolder / "config.yaml"));
  RunRecord record;
  record.steps = readMetrics(runFolder / "metrics.jsonl");
  record.samples = readSamples(runFolder, config);
  record.summary = summarize(runFolder, config, record.steps);
  return record;
}

std::vector<SetRecord> listSets(const fs::path& project) {
  std::vector<SetRecord> sets;
  for (const fs::path& folder : childFolders(project / "sets")) {
    if (auto set = openPictureSet(folder)) sets.push_back({folder, std::move(*set)});
  }
  std::stable_sort(sets.begin(), sets.end(),
                   [](const SetRecord& a, const SetRecord& b) { return a.set.created > b.set.created; });
  return sets;
}

Result<void> renameSet(const fs::path& setFolder, const std::string& name) {
  PLEINAIR_ASSIGN(PictureSet set, yaml::loadPictureSet(setFolder / "set.yaml"));
  set.name = name;
  return yaml::savePictureSet(setFolder / "set.yaml", set);
}

Result<fs::path> trashSet(const fs::path& project, const fs::path& setFolder) {
  std::error_code failed;
  fs::create_directories(project / "trash", failed);
  if (failed) return moveError(failed, "make the folder", project / "trash");
  fs::path target;
  for (int copy = 1; copy == 1 || fs::exists(target, failed); ++copy) {
    target =
        project / "trash" / ("set " + setFolder.filename().string() + (copy > 1 ? " " + std::to_string(copy) : ""));
  }
  fs::rename(setFolder, target, failed);
  if (failed) return moveError(failed, "move to the trash", setFolder);
  return target;
}

Result<void> restoreSet(const fs::path& trashed, const fs::path& setFolder) {
  std::error_code failed;
  fs::rename(trashed, setFolder, failed);
  if (failed) return moveError(failed, "bring back", setFolder);
  return {};
}

QString folderNameFor(const QString& name) {
  QString folder;
  for (const QChar letter : name.trimmed()) {
    const bool plain = letter.isLetterOrNumber() || letter == QLatin1Char('-') || letter == QLatin1Char('_') ||
                       (letter == QLatin1Char('.') && !folder.isEmpty());
    if (plain) {
      folder += letter;
    } else if (!folder.isEmpty() && !folder.endsWith(QLatin1Char('-'))) {
      folder += QLatin1Char('-');
    }
  }
  while (folder.endsWith(QLatin1Char('-'))) folder.chop(1);
  folder.truncate(60);
  return folder.isEmpty() ? QStringLiteral("untitled") : folder;
}

fs::path freeSetFolder(const fs::path& project, const QString& name) {
  const std::string base = folderNameFor(name).toStdString();
  std::error_code failed;
  fs::path folder = project / "sets" / base;
  for (int copy = 2; fs::exists(folder, failed); ++copy)
    folder = project / "sets" / (base + "-" + std::to_string(copy));
  return folder;
}

QString freeRunName(const fs::path& project, const QString& wanted) {
  const QString base = folderNameFor(wanted);
  std::error_code failed;
  QString name = base;
  for (int copy = 2; fs::exists(project / "runs" / name.toStdString(), failed); ++copy) {
    name = base + QLatin1Char('-') + QString::number(copy);
  }
  return name;
}

Result<FoundRecipe> recipeOfPicture(const fs::path& png) { return findRecipe(png); }

std::pair<int, int> sampleSize(const fs::path& runFolder) {
  for (const fs::path& folder : childFolders(runFolder / "samples")) {
    for (const fs::path& file : childFiles(folder, ".png")) {
      if (const auto recipe = recipeOfPicture(file)) return {recipe->recipe.width, recipe->recipe.height};
    }
  }
  return {0, 0};
}

}  // namespace pleinair::ui
