#pragma once

#include <QElapsedTimer>
#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/models/loss_series.h"
#include "ui/panels/training/sample_browser.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QSplitter;

namespace pleinair::ui {

class FigureStrip;
class LossCurve;

/// One run, live or reopened: its numbers, the loss curve and the samples, and the buttons that steer it.
class RunView final : public QWidget {
  Q_OBJECT
 public:
  enum class State { Waiting, Preparing, Running, Paused, Ending, Ended };

  explicit RunView(QWidget* parent = nullptr);

  /// Shows an empty run that is about to start.
  void begin(const TrainingConfig& config);
  /// Shows a run read back from disk.
  void showRecord(const RunRecord& record);

  void setState(State state);
  [[nodiscard]] State state() const { return m_state; }
  /// What is done before the first step, one of stage:: (encoding photos), and how far it is: 12 of 40.
  void setStage(const std::string& stage, qint64 done, qint64 total, double secondsLeft);
  void setBegan(const event::TrainingBegan& run);
  void addSteps(const std::vector<event::TrainingStep>& steps);
  void addSample(const event::SampleReady& sample);
  void addCheckpoint(const event::CheckpointSaved& checkpoint);

  [[nodiscard]] LossSeries& series() { return m_series; }
  [[nodiscard]] LossCurve& curve() { return *m_curve; }
  [[nodiscard]] SampleGridModel& samples() { return m_samples; }
  [[nodiscard]] SampleBrowser& browser() { return *m_browser; }
  [[nodiscard]] int lastStep() const { return m_lastStep; }

 Q_SIGNALS:
  void pauseRequested(bool pause);
  void stopRequested();
  void sampleRequested();
  void saveRequested();
  /// The artist wants this run's adapter as a file for other programs.
  void exportRequested(const QString& run, const std::vector<pleinair::event::CheckpointSaved>& checkpoints);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  enum Figure { Step, Loss, Rate, Speed, Left, Memory, kFigures };

  void retranslate();
  void showTitle();
  [[nodiscard]] QString stageLine() const;
  void setWindowFor(int steps);
  QWidget* buildHeader();

  LossSeries m_series;
  SampleGridModel m_samples;
  PictureLoader m_loader;
  State m_state = State::Ended;
  TrainingConfig m_config;
  struct {
    std::string name;
    qint64 done = 0, total = 0;
    double secondsLeft = -1;
  } m_stage;
  int m_lastStep = 0;
  double m_earlierSeconds = 0;
  double m_secondsLeft = -1;  ///< as the last step told; unknown below 0
  qint64 m_memoryBytes = 0;
  std::vector<event::CheckpointSaved> m_checkpoints;  ///< by step
  QElapsedTimer m_clock;

  QLabel* m_title;
  QLabel* m_stateText;
  QProgressBar* m_progress;
  QPushButton *m_pause, *m_stop, *m_sample, *m_save, *m_export;
  FigureStrip* m_figures;
  LossCurve* m_curve;
  SampleBrowser* m_browser;
  QSplitter* m_splitter;
};

}  // namespace pleinair::ui
