#include "ui/bridge/engine_bridge.h"

#include <QElapsedTimer>
#include <QPointer>
#include <QTimer>
#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <type_traits>

#include "core/base/log.h"
#include "ui/bridge/qt_convert.h"

namespace pleinair::ui {
namespace {

constexpr int kFrameMs = 33;

/// Where the engine's threads leave events until the GUI thread takes them all at once.
struct Mailbox {
  std::mutex mutex;
  std::deque<Event> events;
  bool wakeUpPosted = false;
};

struct Active {
  JobKind kind = JobKind::None;
  QString name;  ///< of the run or the set
};

}  // namespace

struct EngineBridge::State {
  std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>();
  DeviceConfig device;
  std::optional<DeviceConfig> nextDevice;
  std::unique_ptr<Engine> engine;
  JobId idOffset = 0;  ///< keeps ids unique when the engine is replaced
  JobId lastId = 0;
  std::map<JobId, Active> active;
  QTimer drainTimer;
  QElapsedTimer sinceDrain;
};

EngineBridge::EngineBridge(DeviceConfig device, QObject* parent)
    : QObject(parent), m_state(std::make_unique<State>()) {
  m_state->device = device;
  m_state->drainTimer.setSingleShot(true);
  connect(&m_state->drainTimer, &QTimer::timeout, this, [this] { drain(); });
  startEngine();
}

EngineBridge::~EngineBridge() {
  // The engine joins its threads here, while this object can still be posted to; what they post dies with it.
  m_state->engine.reset();
}

void EngineBridge::startEngine() {
  m_state->idOffset = m_state->lastId;
  const auto sink = [this, mailbox = m_state->mailbox, offset = m_state->idOffset](const Event& event) {
    // The end of a job does not wait for the next frame: whoever pressed Cancel sees it at once.
    const bool ends = std::holds_alternative<event::Finished>(event.body);
    bool wake = false;
    {
      const std::lock_guard lock(mailbox->mutex);
      mailbox->events.push_back(event);
      mailbox->events.back().job += offset;
      wake = !std::exchange(mailbox->wakeUpPosted, true);
    }
    if (ends) {
      QMetaObject::invokeMethod(
          this, [this] { drain(); }, Qt::QueuedConnection);
    } else if (wake) {
      QMetaObject::invokeMethod(
          this, [this] { scheduleDrain(); }, Qt::QueuedConnection);
    }
  };
  m_state->engine = std::make_unique<Engine>(sink, m_state->device);
}

void EngineBridge::scheduleDrain() {
  if (m_state->drainTimer.isActive()) return;
  const qint64 waited = m_state->sinceDrain.isValid() ? m_state->sinceDrain.elapsed() : kFrameMs;
  m_state->drainTimer.start(static_cast<int>(std::clamp<qint64>(kFrameMs - waited, 0, kFrameMs)));
}

void EngineBridge::drain() {
  std::deque<Event> events;
  {
    const std::lock_guard lock(m_state->mailbox->mutex);
    events.swap(m_state->mailbox->events);
    m_state->mailbox->wakeUpPosted = false;
  }
  m_state->sinceDrain.restart();

  // Progress and training steps wait for the next other event of their job, or for the end of the batch.
  std::map<JobId, event::Progress> progress;
  std::map<JobId, std::vector<event::TrainingStep>> steps;
  const auto release = [&](JobId job) {
    if (const auto found = steps.find(job); found != steps.end()) {
      const auto batch = std::move(found->second);
      steps.erase(found);
      Q_EMIT trainingSteps(job, batch);
    }
    if (const auto found = progress.find(job); found != progress.end()) {
      const auto last = found->second;
      progress.erase(found);
      Q_EMIT progressed(job, last);
    }
  };
  for (const Event& event : events) {
    if (!m_state->active.contains(event.job)) continue;
    if (const auto* step = std::get_if<event::TrainingStep>(&event.body)) {
      steps[event.job].push_back(*step);
    } else if (const auto* last = std::get_if<event::Progress>(&event.body)) {
      progress[event.job] = *last;
    } else {
      release(event.job);
      deliver(event);
    }
  }
  while (!steps.empty()) release(steps.begin()->first);
  while (!progress.empty()) release(progress.begin()->first);
}

void EngineBridge::deliver(const Event& event) {
  const JobId job = event.job;
  std::visit(
      [this, job](const auto& body) {
        using Body = std::decay_t<decltype(body)>;
        if constexpr (std::is_same_v<Body, event::Started>) {
          Q_EMIT started(job);
        } else if constexpr (std::is_same_v<Body, event::Stage>) {
          Q_EMIT stageChanged(job, body.name, body.total);
        } else if constexpr (std::is_same_v<Body, event::ModelLoaded>) {
          Q_EMIT modelLoaded(job, body);
        } else if constexpr (std::is_same_v<Body, event::PictureReady>) {
          Q_EMIT pictureReady(job, body);
        } else if constexpr (std::is_same_v<Body, event::LoraPartlyUsed>) {
          Q_EMIT loraPartlyUsed(job, toQString(body.file.filename()), static_cast<int>(body.unused.size()),
                                QString::fromStdString(body.unused.front()));
        } else if constexpr (std::is_same_v<Body, event::TrainingBegan>) {
          Q_EMIT trainingBegan(job, body);
        } else if constexpr (std::is_same_v<Body, event::SampleReady>) {
          Q_EMIT sampleReady(job, body);
        } else if constexpr (std::is_same_v<Body, event::CheckpointSaved>) {
          Q_EMIT checkpointSaved(job, body);
        } else if constexpr (std::is_same_v<Body, event::PausedChanged>) {
          Q_EMIT pausedChanged(job, body.paused);
        } else if constexpr (std::is_same_v<Body, event::PhotoImported>) {
          Q_EMIT photoImported(job, QString::fromStdString(body.path));
        } else if constexpr (std::is_same_v<Body, event::PhotoSkipped>) {
          Q_EMIT photoSkipped(job, toQString(body.file), errorText(body.error));
        } else if constexpr (std::is_same_v<Body, event::Finished>) {
          m_state->active.erase(job);
          Q_EMIT finished(job, body);
          applyNextDevice();
        }
      },
      event.body);
}

JobId EngineBridge::submit(Job job, const QString& name) {
  static constexpr JobKind kKinds[] = {JobKind::Import, JobKind::Prepare, JobKind::Train, JobKind::Generate};
  static_assert(std::size(kKinds) == std::variant_size_v<Job>);
  const JobKind kind = kKinds[job.index()];
  const JobId id = m_state->engine->submit(std::move(job)) + m_state->idOffset;
  m_state->lastId = std::max(m_state->lastId, id);
  m_state->active.emplace(id, Active{kind, name});
  Q_EMIT jobSubmitted(id, titleOf(id));
  return id;
}

JobId EngineBridge::importPhotos(const std::filesystem::path& project, std::vector<std::filesystem::path> sources) {
  return submit(ImportJob{project, std::move(sources)}, {});
}

JobId EngineBridge::train(const std::filesystem::path& project, TrainingConfig config, bool resumeRun) {
  const QString name = QString::fromStdString(config.name);
  return submit(TrainJob{project, std::move(config), resumeRun}, name);
}

JobId EngineBridge::generate(GenerationRequest request, const std::filesystem::path& folder, const QString& setName) {
  return submit(GenerateJob{std::move(request), folder, setName.toStdString()}, setName);
}

void EngineBridge::cancel(JobId job) { m_state->engine->cancel(job - m_state->idOffset); }
void EngineBridge::pause(JobId job) { m_state->engine->pause(job - m_state->idOffset); }
void EngineBridge::resume(JobId job) { m_state->engine->resume(job - m_state->idOffset); }
void EngineBridge::sampleNow(JobId job) { m_state->engine->sampleNow(job - m_state->idOffset); }
void EngineBridge::saveNow(JobId job) { m_state->engine->saveNow(job - m_state->idOffset); }
void EngineBridge::stopTraining(JobId job) { m_state->engine->stopTraining(job - m_state->idOffset); }

DeviceStatus EngineBridge::deviceStatus() const { return m_state->engine->deviceStatus(); }

std::vector<JobId> EngineBridge::activeJobs() const {
  std::vector<JobId> jobs;
  for (const auto& [job, active] : m_state->active) jobs.push_back(job);
  return jobs;
}

JobKind EngineBridge::kindOf(JobId job) const {
  const auto found = m_state->active.find(job);
  return found == m_state->active.end() ? JobKind::None : found->second.kind;
}

QString EngineBridge::titleOf(JobId job) const {
  const auto found = m_state->active.find(job);
  if (found == m_state->active.end()) return {};
  const QString& name = found->second.name;
  switch (found->second.kind) {
    case JobKind::Import:
      return tr("Importing photos");
    case JobKind::Prepare:
      return tr("Preparing photos");
    case JobKind::Train:
      return tr("Training “%1”").arg(name);
    case JobKind::Generate:
      return tr("Generating “%1”").arg(name);
    case JobKind::None:
      break;
  }
  return {};
}

void EngineBridge::setDevice(const DeviceConfig& device) {
  m_state->nextDevice = device;
  applyNextDevice();
}

void EngineBridge::applyNextDevice() {
  if (!m_state->nextDevice || !m_state->active.empty()) return;
  const DeviceConfig device = *std::exchange(m_state->nextDevice, std::nullopt);
  if (device == m_state->device) return;
  m_state->device = device;
  m_state->engine.reset();
  startEngine();
}

void EngineBridge::post(std::function<void()> work, QObject* context, std::function<void()> done) {
  // The guard is read on the GUI thread only, which is where `context` lives and dies.
  const QPointer<QObject> guard(context);
  const bool guarded = context != nullptr;
  m_state->engine->post([this, guard, guarded, work = std::move(work), done = std::move(done)] {
    try {
      work();
    } catch (const std::exception& failure) {
      log::error(std::string("File work failed: ") + failure.what());
    }
    if (!done) return;
    QMetaObject::invokeMethod(
        this,
        [guard, guarded, done] {
          if (!guarded || guard) done();
        },
        Qt::QueuedConnection);
  });
}

}  // namespace pleinair::ui
