#pragma once

#include <QString>
#include <filesystem>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/config/generation_request.h"
#include "core/config/training_config.h"
#include "core/engine/events.h"
#include "core/engine/found_recipe.h"

namespace pleinair::ui {

/// One optimizer step of a run, live or read back. `elapsedSeconds` counts from the run's first step.
struct RunStep {
  int step = 0;
  double loss = 0;
  double learningRate = 0;
  double elapsedSeconds = 0;
  double validationLoss = -1;  ///< < 0: not measured at this step
  qint64 memoryBytes = 0;      ///< in use at this step; 0: unknown
};

/// A run folder at a glance, without its curve and pictures.
struct RunSummary {
  QString name;
  std::filesystem::path folder;
  TrainingConfig config;
  int lastStep = 0;                                 ///< completed steps
  bool resumable = false;                           ///< stopped before its last step, with a state to go on from
  qint64 modifiedMs = 0;                            ///< since the epoch, of the latest metrics line
  double secondsPerStep = 0;                        ///< as measured by the run; 0: unknown
  qint64 memoryBytes = 0;                           ///< the most that was in use at a step; 0: unknown
  std::vector<event::CheckpointSaved> checkpoints;  ///< by step
};

/// Everything a reopened run shows.
struct RunRecord {
  RunSummary summary;
  std::vector<RunStep> steps;
  std::vector<event::SampleReady> samples;
};

/// A kept set: its folder and what set.yaml says.
struct SetRecord {
  std::filesystem::path folder;
  PictureSet set;
};

// All of these read or write the disk and may take long: call them inside EngineBridge::post(), never on the GUI
// thread. They keep no state and may run on any thread.

/// The project's runs, latest first. Folders that are no runs are passed over.
std::vector<RunSummary> listRuns(const std::filesystem::path& project);
/// One run with its curve and samples. A line of metrics.jsonl that is cut short is passed over.
Result<RunRecord> loadRun(const std::filesystem::path& runFolder);
/// The project's sets, latest first; a set whose set.yaml cannot be read is passed over.
std::vector<SetRecord> listSets(const std::filesystem::path& project);
/// Gives the set another name; its folder stays where it is.
Result<void> renameSet(const std::filesystem::path& setFolder, const std::string& name);
/// Moves the set into the project's trash/ and tells where, so that it can be brought back.
Result<std::filesystem::path> trashSet(const std::filesystem::path& project, const std::filesystem::path& setFolder);
/// Moves a trashed set back to `setFolder`.
Result<void> restoreSet(const std::filesystem::path& trashed, const std::filesystem::path& setFolder);
/// A folder for a new set of that name below sets/, or a new run's name: one that is not taken yet.
std::filesystem::path freeSetFolder(const std::filesystem::path& project, const QString& name);
QString freeRunName(const std::filesystem::path& project, const QString& wanted);
/// `name` as a file name every system takes: letters and digits of any script, '-', '_' and '.'.
QString folderNameFor(const QString& name);
/// The size of the run's own samples; {0, 0} where it has none.
std::pair<int, int> sampleSize(const std::filesystem::path& runFolder);
/// How to draw a picture again, from its set or its PNG parameters; NotFound where it carries no recipe.
Result<FoundRecipe> recipeOfPicture(const std::filesystem::path& png);

}  // namespace pleinair::ui
