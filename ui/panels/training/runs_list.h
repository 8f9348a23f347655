#pragma once

#include <QListView>

#include "ui/models/runs_model.h"

class QLabel;
class QPushButton;

namespace pleinair::ui {

/// The project's runs: choose one to look at it, resume it where it stopped, or take its settings.
class RunsList final : public QWidget {
  Q_OBJECT
 public:
  /// The model must outlive the widget.
  explicit RunsList(RunsModel& model, QWidget* parent = nullptr);

  void select(const QString& name);
  [[nodiscard]] const RunSummary* selected() const;
  /// While a run is trained no other one can be resumed.
  void setBusy(bool busy);

 Q_SIGNALS:
  void chosen(const std::filesystem::path& folder);
  void resumeRequested(const pleinair::ui::RunSummary& run);
  void settingsRequested(const pleinair::TrainingConfig& config);
  void compareRequested(const pleinair::ui::RunSummary& run);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void retranslate();
  void showSelection();

  RunsModel& m_model;
  QListView* m_list;
  QLabel* m_empty;
  QPushButton *m_resume, *m_settings, *m_compare;
  bool m_busy = false;
};

}  // namespace pleinair::ui
