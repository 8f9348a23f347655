#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/project_session.h"
#include "ui/bridge/run_library.h"
#include "ui/models/runs_model.h"
#include "ui/panels/training/run_view.h"
#include "ui/panels/training/training_plan.h"

class QLabel;
class QPushButton;
class QSplitter;
class QStackedWidget;

namespace pleinair::ui {

class LoraExporter;
class NoticeBar;
class RunsList;
class StateView;
class TrainingSettings;

/// Settings and earlier runs at the left, the run that is trained or looked at on the right. GUI thread only.
class TrainingPanel final : public QWidget {
  Q_OBJECT
 public:
  TrainingPanel(EngineBridge& bridge, ProjectSession& session, QWidget* parent = nullptr);

  /// True from Train until the run's last event.
  [[nodiscard]] bool hasRunningWork() const { return m_job != 0 || m_starting; }
  /// Ends the training after its step and keeps it resumable; for closing the window.
  void stopAndKeep();

  /// What the Train button does; does nothing where the plan has an obstacle.
  void train();
  /// Opens a finished or interrupted run for looking at.
  void openRun(const std::filesystem::path& folder);
  void resumeRun(const RunSummary& run);

  [[nodiscard]] TrainingSettings& settings() { return *m_settings; }
  /// What the settings go by: the model's.
  [[nodiscard]] const TrainingBasis& basis() const { return m_basis; }
  [[nodiscard]] RunView& view() { return *m_view; }
  [[nodiscard]] const RunsModel& runs() const { return m_runs; }
  [[nodiscard]] const TrainingPlan& plan() const { return m_plan; }
  /// The left list column and the settings, for F6.
  void setSideVisible(bool visible);

 Q_SIGNALS:
  /// 0 Dataset, 1 Captions, 2 Training, 3 Gallery.
  void requestPanel(int panel);
  /// Asks Gallery to draw the run's sample prompts with and without its adapter and to compare them.
  void compareRequested(const pleinair::TrainingConfig& config, const std::filesystem::path& checkpoint);

 protected:
  void changeEvent(QEvent* event) override;
  void showEvent(QShowEvent* event) override;

 private:
  enum class NoticeAction { None, Compare, Resume };

  QWidget* buildSide();
  QWidget* buildFooter();
  void connectSession();
  void connectJob();
  void retranslate();
  void onOpened();
  void onClosed();
  void reloadRuns();
  void prefill();
  void followModel();
  [[nodiscard]] std::vector<std::string> proposedPrompts() const;
  /// Fills the sample prompts when the panel is shown and captions have come since the project was opened.
  void proposePrompts();
  void updatePlan();
  void updateShare();
  void showSideHeader();
  void start(TrainingConfig config, bool resume);
  void onFinished(const event::Finished& result);
  void onNoticeAction();
  void showNotice(NoticeAction action);
  void compare(const RunSummary& run);
  void showPage();
  void useTriggerAsCaption();
  [[nodiscard]] const RunSummary* runNamed(const std::string& name) const;

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  RunsModel m_runs;
  TrainingPlan m_plan;
  JobId m_job = 0;
  bool m_starting = false, m_began = false, m_ending = false, m_prefilled = false, m_promptsProposed = false;
  std::string m_runName;
  std::vector<event::CheckpointSaved> m_saved;
  std::string m_stage;
  std::filesystem::path m_basisModel;  ///< whose basis the settings go by
  TrainingBasis m_basis;
  NoticeAction m_noticeAction = NoticeAction::None;
  std::string m_noticeRun;
  int m_noticeStep = 0;
  quint64 m_shareTicket = 0, m_openTicket = 0;
  QTimer m_planTimer;

  QSplitter* m_splitter;
  QWidget* m_side;
  QPushButton *m_settingsTab, *m_runsTab;
  QStackedWidget* m_sidePages;
  TrainingSettings* m_settings;
  RunsList* m_runsList;
  QWidget* m_footer;
  QLabel *m_summary, *m_doubts, *m_captionText;
  QPushButton *m_useTrigger, *m_toCaptions, *m_train;
  QStackedWidget* m_pages;
  StateView* m_state;
  NoticeBar* m_notice;
  LoraExporter* m_exporter;
  RunView* m_view;
};

}  // namespace pleinair::ui
