// The panel's work with the engine: starting, steering and reopening runs.
#include <QLabel>
#include <QPushButton>
#include <algorithm>
#include <memory>

#include "ui/bridge/qt_convert.h"
#include "ui/panels/training/runs_list.h"
#include "ui/panels/training/training_panel.h"
#include "ui/panels/training/training_settings.h"
#include "ui/widgets/notice_bar.h"

namespace pleinair::ui {

void TrainingPanel::connectSession() {
  connect(&m_session, &ProjectSession::opened, this, &TrainingPanel::onOpened);
  connect(&m_session, &ProjectSession::closed, this, &TrainingPanel::onClosed);
  const auto soon = qOverload<>(&QTimer::start);
  connect(&m_session, &ProjectSession::projectChanged, &m_planTimer, soon);
  connect(&m_session, &ProjectSession::modelRead, this, [this] {
    if (m_prefilled) followModel();
    m_planTimer.start();
  });
  connect(&m_session, &ProjectSession::photosReset, &m_planTimer, soon);
  connect(&m_session, &ProjectSession::photoAdded, &m_planTimer, soon);
  connect(&m_session, &ProjectSession::photoRemoved, &m_planTimer, soon);
  connect(&m_session, &ProjectSession::photoChanged, &m_planTimer, soon);
}

void TrainingPanel::connectJob() {
  connect(m_view, &RunView::pauseRequested, this,
          [this](bool pause) { pause ? m_bridge.pause(m_job) : m_bridge.resume(m_job); });
  connect(m_view, &RunView::stopRequested, this, &TrainingPanel::stopAndKeep);
  connect(m_view, &RunView::sampleRequested, this, [this] { m_bridge.sampleNow(m_job); });
  connect(m_view, &RunView::saveRequested, this, [this] { m_bridge.saveNow(m_job); });
  const auto mine = [this](quint64 job) { return job != 0 && job == m_job; };
  connect(&m_bridge, &EngineBridge::started, this, [this, mine](quint64 job) {
    if (mine(job)) m_view->setState(RunView::State::Preparing);
  });
  connect(&m_bridge, &EngineBridge::stageChanged, this,
          [this, mine](quint64 job, const std::string& stage, qint64 total) {
            if (!mine(job)) return;
            m_stage = stage;
            m_view->setStage(stage, 0, total, -1);
          });
  connect(&m_bridge, &EngineBridge::progressed, this, [this, mine](quint64 job, const event::Progress& progress) {
    if (mine(job) && m_view->state() == RunView::State::Preparing) {
      m_view->setStage(m_stage, progress.done, progress.total, progress.secondsLeft);
    }
  });
  connect(&m_bridge, &EngineBridge::trainingBegan, this, [this, mine](quint64 job, const event::TrainingBegan& run) {
    if (!mine(job)) return;
    m_runName = run.runName;
    m_began = true;
    m_view->setBegan(run);
    if (m_ending) m_view->setState(RunView::State::Ending);
  });
  connect(&m_bridge, &EngineBridge::trainingSteps, this,
          [this, mine](quint64 job, const std::vector<event::TrainingStep>& steps) {
            if (mine(job)) m_view->addSteps(steps);
          });
  connect(&m_bridge, &EngineBridge::sampleReady, this, [this, mine](quint64 job, const event::SampleReady& sample) {
    if (mine(job)) m_view->addSample(sample);
  });
  connect(&m_bridge, &EngineBridge::checkpointSaved, this,
          [this, mine](quint64 job, const event::CheckpointSaved& checkpoint) {
            if (!mine(job)) return;
            m_view->addCheckpoint(checkpoint);
            m_saved.push_back(checkpoint);
          });
  connect(&m_bridge, &EngineBridge::pausedChanged, this, [this, mine](quint64 job, bool paused) {
    if (mine(job)) m_view->setState(paused ? RunView::State::Paused : RunView::State::Running);
  });
  connect(&m_bridge, &EngineBridge::finished, this, [this, mine](quint64 job, const event::Finished& result) {
    if (mine(job)) onFinished(result);
  });
}

void TrainingPanel::onOpened() {
  m_prefilled = m_promptsProposed = false;
  m_notice->hide();
  m_view->begin({});
  m_view->setState(RunView::State::Ended);
  reloadRuns();
  m_planTimer.start();
}

void TrainingPanel::onClosed() {
  m_runs.setRuns({});
  m_view->begin({});
  m_view->setState(RunView::State::Ended);
  m_notice->hide();
  showSideHeader();
  updatePlan();
}

void TrainingPanel::reloadRuns() {
  if (!m_session.isOpen()) return;
  const auto found = std::make_shared<std::vector<RunSummary>>();
  const auto project = m_session.folder();
  m_bridge.post([found, project] { *found = listRuns(project); }, this, [this, found, project] {
    if (!m_session.isOpen() || m_session.folder() != project) return;
    m_runs.setRuns(std::move(*found));
    followModel();
    if (!m_runName.empty()) m_runsList->select(QString::fromStdString(m_runName));
    showSideHeader();
    prefill();
    updatePlan();
  });
}

std::vector<std::string> TrainingPanel::proposedPrompts() const {
  std::vector<std::string> prompts;
  for (const PhotoRow& photo : m_session.photos()) {
    const std::string caption = photo.caption.trimmed().toStdString();
    const bool fresh = std::find(prompts.begin(), prompts.end(), caption) == prompts.end();
    if (!caption.empty() && fresh && prompts.size() < 2) prompts.push_back(caption);
  }
  if (prompts.empty() && !m_session.project().trigger.empty()) prompts.push_back(m_session.project().trigger);
  return prompts;
}

void TrainingPanel::proposePrompts() {
  // A new project is captioned after it was opened. What the artist cleared is left alone.
  if (m_promptsProposed || !m_prefilled || hasRunningWork()) return;
  TrainingConfig config = m_settings->config();
  if (!config.samplePrompts.empty()) return;
  config.samplePrompts = proposedPrompts();
  m_promptsProposed = !config.samplePrompts.empty();
  if (m_promptsProposed) m_settings->setConfig(config);
}

void TrainingPanel::followModel() {
  const ModelReading& read = m_session.modelReading();
  m_basisModel = read.model;
  if (!read.outline) return;
  const TrainingConfig moved = movedTo(m_settings->config(), m_basis, read.outline->basis());
  m_basis = read.outline->basis();
  m_settings->setBasis(m_basis);
  if (m_prefilled) m_settings->setConfig(moved);
}

void TrainingPanel::prefill() {
  const bool first = !m_prefilled;
  m_prefilled = true;
  TrainingConfig config = m_settings->config();
  if (first) {
    // What was right for another model says nothing of this one.
    const bool again = m_runs.rowCount() > 0 && m_runs.at(0).config.model == m_basisModel;
    config = again ? m_runs.at(0).config : defaultTraining(m_basis);
  }
  if (first && config.samplePrompts.empty()) config.samplePrompts = proposedPrompts();
  if (first) m_promptsProposed = !config.samplePrompts.empty();
  // A name that is free: the next number after the project's trigger or name.
  if (first || m_runs.rowOf(QString::fromStdString(config.name)) >= 0) {
    const Project& project = m_session.project();
    const QString base =
        folderNameFor(QString::fromStdString(project.trigger.empty() ? project.name : project.trigger));
    int number = 1;
    const auto name = [&] { return base.toLower() + QLatin1Char('-') + QString::number(number); };
    while (m_runs.rowOf(name()) >= 0) ++number;
    config.name = name().toStdString();
  }
  m_settings->setConfig(config);
  if (!first || hasRunningWork() || m_runs.rowCount() == 0) return;
  openRun(m_runs.at(0).folder);
  const RunSummary& last = m_runs.at(0);
  if (last.resumable && !m_session.readOnly()) {
    m_noticeRun = last.name.toStdString();
    m_noticeStep = last.lastStep;
    showNotice(NoticeAction::Resume);
  }
}

void TrainingPanel::openRun(const std::filesystem::path& folder) {
  if (hasRunningWork() && toQString(folder.filename()) != QString::fromStdString(m_runName)) {
    m_noticeAction = NoticeAction::None;
    m_notice->showNotice(QStringLiteral("info"), tr("Other runs can be opened once this one has ended."), {}, 6);
    return;
  }
  if (hasRunningWork()) return;
  const quint64 ticket = ++m_openTicket;
  const auto record = std::make_shared<Result<RunRecord>>(Error{});
  m_bridge.post([record, folder] { *record = loadRun(folder); }, this,
                [this, record, ticket] {
                  if (ticket != m_openTicket || hasRunningWork()) return;
                  if (*record) {
                    m_runName = (*record)->summary.config.name;
                    m_view->showRecord(**record);
                    m_runsList->select((*record)->summary.name);
                  } else {
                    m_noticeAction = NoticeAction::None;
                    m_notice->showNotice(QStringLiteral("warning"), EngineBridge::errorText(record->error()));
                  }
                  showPage();
                });
}

void TrainingPanel::train() {
  updatePlan();
  if (!m_plan.obstacle.isEmpty() || hasRunningWork() || !m_session.isOpen()) return;
  TrainingConfig config = m_settings->config();
  config.model = m_session.modelFolder();
  if (config.name.empty()) config.name = "run";
  config.name = folderNameFor(QString::fromStdString(config.name)).toStdString();
  start(std::move(config), false);
}

void TrainingPanel::resumeRun(const RunSummary& run) {
  if (hasRunningWork() || !m_session.isOpen() || m_session.readOnly()) return;
  const auto record = std::make_shared<Result<RunRecord>>(Error{});
  const quint64 ticket = ++m_openTicket;
  m_bridge.post([record, folder = run.folder] { *record = loadRun(folder); }, this,
                [this, record, ticket] {
                  if (ticket != m_openTicket || hasRunningWork()) return;
                  if (!*record) {
                    m_notice->showNotice(QStringLiteral("warning"), EngineBridge::errorText(record->error()));
                    return;
                  }
                  m_view->showRecord(**record);
                  start((*record)->summary.config, true);
                });
}

void TrainingPanel::start(TrainingConfig config, bool resume) {
  ++m_openTicket;
  m_notice->hide();
  m_saved.clear();
  m_began = m_ending = false;
  m_runName = config.name;
  if (!resume) m_view->begin(config);
  m_starting = true;
  m_view->setState(RunView::State::Waiting);
  // The run reads captions and trigger from the disk: what was typed a moment ago goes there first.
  m_session.saveSoon();
  m_bridge.post([] {}, this,
                [this, config, resume, project = m_session.folder()] {
                  m_starting = false;
                  const bool gone = !m_session.isOpen() || m_session.folder() != project;
                  if (!gone && !m_ending) m_job = m_bridge.train(project, config, resume);
                  if (m_job == 0) m_view->setState(RunView::State::Ended);
                  updatePlan();
                });
  updatePlan();
}

void TrainingPanel::stopAndKeep() {
  if (!hasRunningWork()) return;
  m_ending = true;
  if (m_job == 0) return;  // about to start: it will not
  if (m_began) {
    m_bridge.stopTraining(m_job);
  } else {
    m_bridge.cancel(m_job);  // nothing is trained yet: there is nothing to keep but the caches
  }
  m_view->setState(RunView::State::Ending);
}

void TrainingPanel::onFinished(const event::Finished& result) {
  m_job = 0;
  m_view->setState(RunView::State::Ended);
  m_noticeRun = m_runName;
  m_noticeAction = NoticeAction::None;
  m_noticeStep = m_view->lastStep();
  if (result.outcome == event::Outcome::Failed) {
    m_notice->showNotice(QStringLiteral("warning"), EngineBridge::errorText(result.error));
    m_notice->setDetails({QString::fromStdString(result.error.text())});
  } else if (result.outcome == event::Outcome::Done && !m_ending && !m_saved.empty()) {
    showNotice(NoticeAction::Compare);
  } else if (m_began) {
    showNotice(NoticeAction::Resume);
  } else {
    m_notice->showNotice(QStringLiteral("info"), tr("Training was cancelled before its first step."), {}, 8);
  }
  reloadRuns();
  updatePlan();
}

void TrainingPanel::showNotice(NoticeAction action) {
  m_noticeAction = action;
  const QString name = QString::fromStdString(m_noticeRun);
  if (action == NoticeAction::Compare) {
    m_notice->showNotice(QStringLiteral("check"), tr("%1 is trained: %n step(s).", nullptr, m_noticeStep).arg(name),
                         tr("Compare before and after"));
  } else if (action == NoticeAction::Resume) {
    m_notice->showNotice(QStringLiteral("info"),
                         tr("%1 stopped at step %2 and can go on from there.").arg(name).arg(m_noticeStep),
                         tr("Resume from step %1").arg(m_noticeStep));
  }
}

const RunSummary* TrainingPanel::runNamed(const std::string& name) const {
  const int row = m_runs.rowOf(QString::fromStdString(name));
  return row < 0 ? nullptr : &m_runs.at(row);
}

void TrainingPanel::onNoticeAction() {
  const RunSummary* run = runNamed(m_noticeRun);
  if (run == nullptr) return;
  const RunSummary copy = *run;
  m_notice->hide();
  if (m_noticeAction == NoticeAction::Compare) compare(copy);
  if (m_noticeAction == NoticeAction::Resume) resumeRun(copy);
}

void TrainingPanel::compare(const RunSummary& run) {
  if (run.checkpoints.empty()) return;
  Q_EMIT compareRequested(run.config, run.checkpoints.back().file);
  Q_EMIT requestPanel(3);
}

}  // namespace pleinair::ui
