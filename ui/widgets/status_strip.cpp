#include "ui/widgets/status_strip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpression>
#include <QTimer>

#include "ui/bridge/qt_convert.h"
#include "ui/style/tokens.h"

namespace pleinair::ui {
namespace {

constexpr int kMemoryEveryMs = 2000;
constexpr int kBarWidth = 140;

/// "CPU, 2 cores" in the user's language; a GPU's name is its maker's.
QString deviceTitle(const DeviceStatus& status) {
  static const QRegularExpression cpu(QStringLiteral("^CPU, (\\d+) cores?$"));
  const QString name = QString::fromStdString(status.name);
  const auto match = cpu.match(name);
  return match.hasMatch() ? StatusStrip::tr("CPU, %n cores", nullptr, match.captured(1).toInt()) : name;
}

}  // namespace

StatusStrip::StatusStrip(EngineBridge& bridge, ProjectSession& session, QWidget* parent)
    : QWidget(parent),
      m_bridge(bridge),
      m_session(session),
      m_machine(new QLabel),
      m_job(new QLabel),
      m_percent(new QLabel),
      m_left(new QLabel),
      m_bar(new QProgressBar),
      m_pause(new QPushButton),
      m_cancel(new QPushButton),
      m_timer(new QTimer(this)) {
  m_pause->setObjectName(QStringLiteral("pauseJob"));
  m_cancel->setObjectName(QStringLiteral("cancelJob"));
  setProperty("surface", "status");
  setAttribute(Qt::WA_StyledBackground);
  setFixedHeight(Metrics::kStatusHeight);
  m_machine->setProperty("role", "quiet");
  m_left->setProperty("role", "quiet");
  m_bar->setFixedWidth(kBarWidth);
  m_bar->setTextVisible(false);
  for (QPushButton* button : {m_pause, m_cancel}) {
    button->setProperty("flat", true);
    button->setProperty("compact", true);
  }
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(Metrics::kMargin, 0, Metrics::kGap, 0);
  layout->setSpacing(Metrics::kGap);
  layout->addWidget(m_machine);
  layout->addStretch();
  for (QWidget* widget : std::initializer_list<QWidget*>{m_job, m_bar, m_percent, m_left, m_pause, m_cancel}) {
    layout->addWidget(widget);
  }
  connect(m_pause, &QPushButton::clicked, this, [this] {
    const auto job = m_jobs.find(m_shown);
    if (job == m_jobs.end()) return;
    if (job->second.paused) {
      m_bridge.resume(m_shown);
    } else {
      m_bridge.pause(m_shown);
    }
  });
  connect(m_cancel, &QPushButton::clicked, this, [this] {
    m_cancel->setEnabled(false);
    m_bridge.cancel(m_shown);
  });
  connect(m_timer, &QTimer::timeout, this, [this] { updateMachine(); });
  m_timer->start(kMemoryEveryMs);
  connect(&session, &ProjectSession::projectChanged, this, [this] { updateMachine(); });
  connectBridge();
  retranslate();
}

void StatusStrip::connectBridge() {
  connect(&m_bridge, &EngineBridge::jobSubmitted, this, [this](quint64 id) {
    m_jobs[id] = {};
    updateJob();
  });
  const auto change = [this](quint64 id, auto&& edit) {
    const auto job = m_jobs.find(id);
    if (job == m_jobs.end()) return;
    edit(job->second);
    if (id == m_shown) updateJob();
  };
  connect(&m_bridge, &EngineBridge::stageChanged, this, [change](quint64 id, const std::string& stage, qint64 total) {
    change(id, [&](Job& job) {
      job.stage = stage;
      job.done = 0;
      job.total = total;
      job.secondsLeft = -1;
    });
  });
  connect(&m_bridge, &EngineBridge::progressed, this, [change](quint64 id, const event::Progress& progress) {
    change(id, [&](Job& job) {
      job.done = progress.done;
      job.total = progress.total;
      job.secondsLeft = progress.secondsLeft;
    });
  });
  connect(&m_bridge, &EngineBridge::trainingBegan, this, [change](quint64 id, const event::TrainingBegan& run) {
    change(id, [&](Job& job) {
      job.training = true;
      job.total = run.steps;
      job.done = run.firstStep;
    });
  });
  connect(&m_bridge, &EngineBridge::trainingSteps, this,
          [change](quint64 id, const std::vector<event::TrainingStep>& steps) {
            change(id, [&](Job& job) {
              job.done = steps.back().step;
              job.secondsLeft = steps.back().secondsLeft;
            });
          });
  connect(&m_bridge, &EngineBridge::pausedChanged, this,
          [change](quint64 id, bool paused) { change(id, [paused](Job& job) { job.paused = paused; }); });
  connect(&m_bridge, &EngineBridge::modelLoaded, this, [this](quint64, const event::ModelLoaded& model) {
    m_modelName = modelTitle(model.name);
    updateMachine();
  });
  connect(&m_bridge, &EngineBridge::finished, this, [this](quint64 id) {
    m_jobs.erase(id);
    if (id == m_shown) m_cancel->setEnabled(true);
    updateJob();
  });
}

QString StatusStrip::jobText() const { return m_job->text(); }

void StatusStrip::updateMachine() {
  const DeviceStatus status = m_bridge.deviceStatus();
  QStringList parts;
  const QString model = m_session.isOpen() ? modelTitle(m_session.modelFolder()) : m_modelName;
  if (!model.isEmpty()) parts << model;
  if (m_session.isOpen() && model.isEmpty()) parts << tr("no model");
  parts << deviceTitle(status);
  if (status.memoryTotalBytes > 0) {
    parts << tr("%1 of %2").arg(sizeText(status.memoryUsedBytes), sizeText(status.memoryTotalBytes));
  }
  m_machine->setText(parts.join(QStringLiteral(" · ")));
  m_machine->setToolTip(tr("Model, device and memory in use"));
}

void StatusStrip::updateJob() {
  m_shown = m_jobs.empty() ? 0 : m_jobs.begin()->first;
  const bool busy = m_shown != 0;
  for (QWidget* widget : std::initializer_list<QWidget*>{m_bar, m_percent, m_left, m_cancel})
    widget->setVisible(busy);
  m_pause->setVisible(busy && m_jobs[m_shown].training);
  if (!busy) {
    m_jobs.erase(0);
    m_job->clear();
    m_cancel->setEnabled(true);
    return;
  }
  const Job& job = m_jobs[m_shown];
  const QString title = m_bridge.titleOf(m_shown);
  QString text = title;
  if (job.paused) {
    text += QStringLiteral(" · ") + tr("paused");
  } else if (const QString stage = EngineBridge::stageText(job.stage); !stage.isEmpty() && !title.startsWith(stage)) {
    text += QStringLiteral(" · ") + stage;
  }
  if (m_jobs.size() > 1) text += QStringLiteral(" · ") + tr("and %n more", nullptr, static_cast<int>(m_jobs.size()) - 1);
  m_job->setText(text);
  m_bar->setRange(0, job.total > 0 ? 1000 : 0);
  const double share = job.total > 0 ? static_cast<double>(job.done) / static_cast<double>(job.total) : 0;
  m_bar->setValue(static_cast<int>(share * 1000));
  m_percent->setText(job.total > 0 ? tr("%1 %").arg(static_cast<int>(share * 100)) : QString());
  m_left->setText(job.paused ? QString() : timeLeftText(job.secondsLeft));
  m_pause->setText(job.paused ? tr("Resume") : tr("Pause"));
}

void StatusStrip::retranslate() {
  m_cancel->setText(tr("Cancel"));
  m_bar->setAccessibleName(tr("Progress"));
  updateMachine();
  updateJob();
}

void StatusStrip::changeEvent(QEvent* event) {
  if (event->type() == QEvent::LanguageChange) retranslate();
  QWidget::changeEvent(event);
}

}  // namespace pleinair::ui
