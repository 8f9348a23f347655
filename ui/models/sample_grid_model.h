#pragma once

#include <QObject>
#include <QStringList>
#include <filesystem>
#include <map>
#include <vector>

#include "ui/bridge/run_library.h"

namespace pleinair::ui {

/// A run's samples as a grid: rows are prompts, columns are steps, step 0 (the base model) first. Every sample is
/// kept. GUI thread only.
class SampleGridModel final : public QObject {
  Q_OBJECT
 public:
  explicit SampleGridModel(QObject* parent = nullptr);

  /// Empties the grid and names its rows; further rows appear with their samples.
  void reset(const QStringList& prompts);
  /// A sample of the same prompt and step takes the place of the earlier one.
  void add(const event::SampleReady& sample);
  /// Forgets samples after `step`: a run resumed from there draws them anew.
  void cutAfter(int step);

  [[nodiscard]] int rows() const { return static_cast<int>(m_prompts.size()); }
  [[nodiscard]] int columns() const { return static_cast<int>(m_steps.size()); }
  [[nodiscard]] bool isEmpty() const { return m_steps.empty(); }
  [[nodiscard]] QString prompt(int row) const { return m_prompts.value(row); }
  [[nodiscard]] int step(int column) const { return m_steps[static_cast<std::size_t>(column)]; }
  /// The column whose step is nearest to `step`; -1 while there is none.
  [[nodiscard]] int columnNearest(int step) const;
  /// Empty where this prompt has no sample at that step (yet).
  [[nodiscard]] std::filesystem::path file(int row, int column) const;
  [[nodiscard]] bool hasBase() const { return !m_steps.empty() && m_steps.front() == 0; }

 Q_SIGNALS:
  void changed();

 private:
  QStringList m_prompts;
  std::vector<int> m_steps;  // sorted
  std::map<std::pair<int, int>, std::filesystem::path> m_files;  // (row, step)
};

}  // namespace pleinair::ui
