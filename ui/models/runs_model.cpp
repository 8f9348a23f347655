#include "ui/models/runs_model.h"

#include <QDateTime>
#include <QLocale>
#include <algorithm>

#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {

namespace {

/// What the program and its libraries take before any picture; the rest of a run's memory grows with its pixels.
constexpr double kProgramBytes = 300.0 * 1024 * 1024;

/// What a step costs grows with its pixels, about.
double workOf(const TrainingConfig& config) {
  return static_cast<double>(config.resolution) * config.resolution * config.batchSize * config.accumulate;
}

}  // namespace

RunsModel::RunsModel(QObject* parent) : QAbstractListModel(parent) {}

void RunsModel::setRuns(std::vector<RunSummary> runs) {
  beginResetModel();
  m_runs = std::move(runs);
  endResetModel();
}

int RunsModel::rowOf(const QString& name) const {
  for (std::size_t row = 0; row < m_runs.size(); ++row) {
    if (m_runs[row].name == name) return static_cast<int>(row);
  }
  return -1;
}

double RunsModel::secondsPerStep(const TrainingConfig& config) const {
  for (const RunSummary& run : m_runs) {
    if (run.config.model == config.model && run.secondsPerStep > 0) {
      return run.secondsPerStep * workOf(config) / workOf(run.config);
    }
  }
  return 0;
}

qint64 RunsModel::memoryBytes(const TrainingConfig& config) const {
  const auto pixels = [](const TrainingConfig& c) {
    return static_cast<double>(c.resolution) * c.resolution * c.batchSize;
  };
  for (const RunSummary& run : m_runs) {
    if (run.config.model != config.model || run.memoryBytes <= 0) continue;
    const double fixed = std::min(static_cast<double>(run.memoryBytes), kProgramBytes);
    const double grows = static_cast<double>(run.memoryBytes) - fixed;
    return static_cast<qint64>(fixed + grows * pixels(config) / pixels(run.config));
  }
  return 0;
}

int RunsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const RunSummary& run = at(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return run.name;
    case FolderRole:
      return toQString(run.folder);
    case ResumableRole:
      return run.resumable;
    case SubtitleRole: {
      const QString date =
          QLocale().toString(QDateTime::fromMSecsSinceEpoch(run.modifiedMs), tr("d MMM HH:mm", "date of a run"));
      const QString steps = run.lastStep >= run.config.steps
                                ? tr("%n step(s)", nullptr, run.lastStep)
                                : tr("stopped at step %1 of %2").arg(run.lastStep).arg(run.config.steps);
      return date + QStringLiteral(" · ") + steps;
    }
    default:
      return {};
  }
}

}  // namespace pleinair::ui
