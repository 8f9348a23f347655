#include "ui/models/loss_series.h"

#include <algorithm>
#include <cmath>

namespace pleinair::ui {

namespace {

void insertSorted(std::vector<int>& steps, int step) {
  const auto place = std::lower_bound(steps.begin(), steps.end(), step);
  if (place == steps.end() || *place != step) steps.insert(place, step);
}

}  // namespace

LossSeries::LossSeries(QObject* parent) : QObject(parent) {}

void LossSeries::clear() {
  m_steps.clear();
  m_smoothed.clear();
  m_mean.clear();
  m_validations.clear();
  m_samples.clear();
  m_checkpoints.clear();
  Q_EMIT changed();
}

void LossSeries::append(const std::vector<RunStep>& steps) {
  if (steps.empty()) return;
  const int first = steps.front().step;
  const auto cut = std::lower_bound(m_steps.begin(), m_steps.end(), first,
                                    [](const RunStep& point, int step) { return point.step < step; });
  m_steps.erase(cut, m_steps.end());
  std::erase_if(m_validations, [first](const Validation& point) { return point.step >= first; });
  const std::size_t kept = m_steps.size();
  for (const RunStep& step : steps) {
    if (std::isfinite(step.loss)) m_steps.push_back(step);
    if (step.validationLoss >= 0) m_validations.push_back({step.step, step.validationLoss});
  }
  smoothFrom(kept);
  Q_EMIT changed();
}

void LossSeries::addSample(int step) {
  insertSorted(m_samples, step);
  Q_EMIT changed();
}

void LossSeries::addCheckpoint(int step) {
  insertSorted(m_checkpoints, step);
  Q_EMIT changed();
}

void LossSeries::setWindow(int steps) {
  m_decay = 1.0 - 1.0 / std::max(1, steps);
  smoothFrom(0);
  Q_EMIT changed();
}

void LossSeries::smoothFrom(std::size_t index) {
  m_mean.resize(m_steps.size());
  m_smoothed.resize(m_steps.size());
  for (std::size_t i = index; i < m_steps.size(); ++i) {
    const double before = i > 0 ? m_mean[i - 1] : 0.0;
    m_mean[i] = m_decay * before + (1.0 - m_decay) * m_steps[i].loss;
    const double weight = 1.0 - std::pow(m_decay, static_cast<double>(i + 1));
    m_smoothed[i] = m_mean[i] / weight;
  }
}

std::optional<std::size_t> LossSeries::nearest(double step) const {
  if (m_steps.empty()) return std::nullopt;
  const auto after = std::lower_bound(m_steps.begin(), m_steps.end(), step,
                                      [](const RunStep& point, double wanted) { return point.step < wanted; });
  if (after == m_steps.begin()) return 0;
  if (after == m_steps.end()) return m_steps.size() - 1;
  const auto before = after - 1;
  const bool beforeIsNearer = step - before->step <= after->step - step;
  return static_cast<std::size_t>((beforeIsNearer ? before : after) - m_steps.begin());
}

std::vector<LossSeries::Column> LossSeries::columns(double from, double to, int columns) const {
  std::vector<Column> found;
  if (m_steps.empty() || columns <= 0 || to <= from) return found;
  found.reserve(static_cast<std::size_t>(columns));
  const auto isBefore = [](const RunStep& point, double step) { return point.step < step; };
  // One point beyond each end, so that the line runs to the edge of the view.
  auto it = std::lower_bound(m_steps.begin(), m_steps.end(), from, isBefore);
  if (it != m_steps.begin()) --it;
  int current = -2;
  for (; it != m_steps.end(); ++it) {
    const double share = (it->step - from) / (to - from);
    const int column = share < 0 ? -1 : share > 1 ? columns : static_cast<int>(share * (columns - 1));
    const double smoothed = m_smoothed[static_cast<std::size_t>(it - m_steps.begin())];
    const double step = it->step;
    if (column != current || found.empty()) {
      found.push_back({step, it->loss, it->loss, smoothed});
      current = column;
    } else {
      Column& last = found.back();
      last.least = std::min(last.least, it->loss);
      last.greatest = std::max(last.greatest, it->loss);
      last.smoothed = smoothed;
      last.step = step;
    }
    if (share > 1) break;
  }
  return found;
}

}  // namespace pleinair::ui
