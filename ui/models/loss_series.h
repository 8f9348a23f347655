#pragma once

#include <QObject>
#include <optional>
#include <vector>

#include "ui/bridge/run_library.h"

namespace pleinair::ui {

/// A run's losses as the curve shows them: raw, smoothed by a debiased exponential mean, validation, and the steps
/// that left a sample or a checkpoint. GUI thread only.
class LossSeries final : public QObject {
  Q_OBJECT
 public:
  /// What one pixel column of the curve covers: the least and the greatest raw loss and the last smoothed one.
  struct Column {
    double step = 0;  ///< of the last point in the column
    double least = 0, greatest = 0;
    double smoothed = 0;
  };
  struct Validation {
    int step = 0;
    double loss = 0;
  };

  explicit LossSeries(QObject* parent = nullptr);

  void clear();
  /// Steps must grow; a step that is not beyond the last one cuts the series back to it first (a resumed run).
  void append(const std::vector<RunStep>& steps);
  void addSample(int step);
  void addCheckpoint(int step);
  /// How many steps the smoothed curve looks back over, about; recomputes it.
  void setWindow(int steps);

  [[nodiscard]] bool isEmpty() const { return m_steps.empty(); }
  [[nodiscard]] std::size_t size() const { return m_steps.size(); }
  [[nodiscard]] const RunStep& at(std::size_t index) const { return m_steps[index]; }
  [[nodiscard]] double smoothedAt(std::size_t index) const { return m_smoothed[index]; }
  [[nodiscard]] const std::vector<Validation>& validations() const { return m_validations; }
  [[nodiscard]] const std::vector<int>& samples() const { return m_samples; }
  [[nodiscard]] const std::vector<int>& checkpoints() const { return m_checkpoints; }
  [[nodiscard]] int firstStep() const { return m_steps.empty() ? 0 : m_steps.front().step; }
  [[nodiscard]] int lastStep() const { return m_steps.empty() ? 0 : m_steps.back().step; }

  /// The point nearest to `step`; nothing while the series is empty.
  [[nodiscard]] std::optional<std::size_t> nearest(double step) const;
  /// At most `columns` columns over [from, to], each keeping the extremes of its points, so that no spike is lost.
  [[nodiscard]] std::vector<Column> columns(double from, double to, int columns) const;

 Q_SIGNALS:
  void changed();

 private:
  void smoothFrom(std::size_t index);

  std::vector<RunStep> m_steps;
  std::vector<double> m_smoothed, m_mean;  // m_mean: the biased running mean behind m_smoothed
  std::vector<Validation> m_validations;
  std::vector<int> m_samples, m_checkpoints;
  double m_decay = 0.95;
};

}  // namespace pleinair::ui
