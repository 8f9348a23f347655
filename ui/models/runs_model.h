#pragma once

#include <QAbstractListModel>
#include <vector>

#include "ui/bridge/run_library.h"

namespace pleinair::ui {

/// The project's runs as a list, latest first. GUI thread only.
class RunsModel final : public QAbstractListModel {
  Q_OBJECT
 public:
  enum Role { FolderRole = Qt::UserRole + 1, SubtitleRole, ResumableRole };

  explicit RunsModel(QObject* parent = nullptr);

  void setRuns(std::vector<RunSummary> runs);
  [[nodiscard]] const std::vector<RunSummary>& runs() const { return m_runs; }
  [[nodiscard]] const RunSummary& at(int row) const { return m_runs[static_cast<std::size_t>(row)]; }
  /// -1 where no run has that name.
  [[nodiscard]] int rowOf(const QString& name) const;
  /// Seconds a step of the latest run with this model, sized to `config`'s pictures and batch; 0: never measured.
  [[nodiscard]] double secondsPerStep(const TrainingConfig& config) const;
  /// What such a run will take at its peak, after the latest run with the same model; 0: none was measured.
  [[nodiscard]] qint64 memoryBytes(const TrainingConfig& config) const;

  [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
  [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

 private:
  std::vector<RunSummary> m_runs;
};

}  // namespace pleinair::ui
