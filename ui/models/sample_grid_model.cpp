#include "ui/models/sample_grid_model.h"

#include <algorithm>
#include <cstdlib>

namespace pleinair::ui {

SampleGridModel::SampleGridModel(QObject* parent) : QObject(parent) {}

void SampleGridModel::reset(const QStringList& prompts) {
  m_prompts = prompts;
  m_steps.clear();
  m_files.clear();
  Q_EMIT changed();
}

void SampleGridModel::add(const event::SampleReady& sample) {
  if (sample.promptIndex < 0) return;
  while (m_prompts.size() <= sample.promptIndex) m_prompts.append(QString());
  if (!sample.prompt.empty()) m_prompts[sample.promptIndex] = QString::fromStdString(sample.prompt);
  const auto place = std::lower_bound(m_steps.begin(), m_steps.end(), sample.step);
  if (place == m_steps.end() || *place != sample.step) m_steps.insert(place, sample.step);
  m_files[{sample.promptIndex, sample.step}] = sample.file;
  Q_EMIT changed();
}

void SampleGridModel::cutAfter(int step) {
  std::erase_if(m_steps, [step](int each) { return each > step; });
  std::erase_if(m_files, [step](const auto& entry) { return entry.first.second > step; });
  Q_EMIT changed();
}

int SampleGridModel::columnNearest(int step) const {
  if (m_steps.empty()) return -1;
  const auto nearest = std::min_element(m_steps.begin(), m_steps.end(),
                                        [step](int a, int b) { return std::abs(a - step) < std::abs(b - step); });
  return static_cast<int>(nearest - m_steps.begin());
}

std::filesystem::path SampleGridModel::file(int row, int column) const {
  if (column < 0 || column >= columns()) return {};
  const auto found = m_files.find({row, step(column)});
  return found == m_files.end() ? std::filesystem::path() : found->second;
}

}  // namespace pleinair::ui
