#pragma once

#include <QWidget>
#include <map>
#include <string>

#include "ui/bridge/project_session.h"

class QLabel;
class QProgressBar;
class QPushButton;
class QTimer;

namespace pleinair::ui {

/// The bottom line of the window: model, device and memory at the left; the job that runs, its progress, time left,
/// Pause and Cancel at the right.
class StatusStrip final : public QWidget {
  Q_OBJECT
 public:
  StatusStrip(EngineBridge& bridge, ProjectSession& session, QWidget* parent = nullptr);
  [[nodiscard]] QString jobText() const;

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Job {
    std::string stage;  ///< one of stage::
    qint64 done = 0, total = 0;
    double secondsLeft = -1;
    bool training = false, paused = false;
  };

  void connectBridge();
  void retranslate();
  void updateMachine();
  void updateJob();

  EngineBridge& m_bridge;
  ProjectSession& m_session;
  std::map<quint64, Job> m_jobs;
  quint64 m_shown = 0;
  QString m_modelName;  ///< of the model in memory; empty: what the project says
  QLabel *m_machine, *m_job, *m_percent, *m_left;
  QProgressBar* m_bar;
  QPushButton *m_pause, *m_cancel;
  QTimer* m_timer;
};

}  // namespace pleinair::ui
