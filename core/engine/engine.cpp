#include "core/engine/engine.h"

#include <atomic>
#include <map>
#include <mutex>

#include "core/engine/import_job.h"
#include "core/engine/job_queue.h"
#include "core/engine/worker.h"

namespace pleinair {

class Engine::Implementation {
 public:
  Implementation(EventSink sink, DeviceConfig device) : m_sink(std::move(sink)), m_worker(device) {
    m_workerLane.submit(0, [this](const std::stop_token&) { m_worker.warmUp(); });
  }

  JobId submit(Job job) {
    const JobId id = m_nextId++;
    if (auto* import = std::get_if<ImportJob>(&job)) {
      m_importLane.submit(id, [this, id, work = std::move(*import)](const std::stop_token& stop) {
        runBracketed(id, stop, [&](JobReporter& reporter) { return runImportJob(work, reporter, stop); });
      });
      return id;
    }
    const auto controls = std::make_shared<Controls>();
    {
      const std::lock_guard lock(m_mutex);
      m_controls[id] = controls;
    }
    m_workerLane.submit(id, [this, id, controls, work = std::move(job)](const std::stop_token& stop) {
      runBracketed(id, stop, [&](JobReporter& reporter) { return runOnWorker(work, reporter, *controls, stop); });
      const std::lock_guard lock(m_mutex);
      m_controls.erase(id);
    });
    return id;
  }

  void cancel(JobId id) {
    // A paused training waits on its controls with the same token, so one request reaches both.
    if (!m_workerLane.cancel(id)) m_importLane.cancel(id);
  }

  template <typename Action>
  void control(JobId id, Action action) {
    const std::lock_guard lock(m_mutex);
    if (const auto found = m_controls.find(id); found != m_controls.end()) action(*found->second);
  }

  void post(std::function<void()> work) {
    m_fileLane.submit(0, [work = std::move(work)](const std::stop_token&) { work(); });
  }

  [[nodiscard]] DeviceStatus deviceStatus() const { return m_worker.deviceStatus(); }

 private:
  /// Started first and Finished last, whatever the job does; a job cancelled while it waited does nothing between.
  template <typename Run>
  void runBracketed(JobId id, const std::stop_token& stop, Run run) {
    JobReporter reporter(m_sink, id);
    reporter.send(event::Started{});
    if (stop.stop_requested()) {
      reporter.send(event::Finished{event::Outcome::Cancelled, {}, ""});
      return;
    }
    reporter.send(run(reporter));
  }

  event::Finished runOnWorker(const Job& job, JobReporter& reporter, Controls& controls, const std::stop_token& stop) {
    if (const auto* train = std::get_if<TrainJob>(&job)) return m_worker.run(*train, reporter, controls, stop);
    if (const auto* prepare = std::get_if<PrepareJob>(&job)) return m_worker.run(*prepare, reporter, controls, stop);
    return m_worker.run(std::get<GenerateJob>(job), reporter, controls, stop);
  }

  EventSink m_sink;
  Worker m_worker;
  std::atomic<JobId> m_nextId{1};
  std::mutex m_mutex;
  std::map<JobId, std::shared_ptr<Controls>> m_controls;
  // Lanes last: their threads use everything above, and end first.
  JobQueue m_fileLane;
  JobQueue m_importLane;
  JobQueue m_workerLane;
};

Engine::Engine(EventSink sink, DeviceConfig device)
    : m_implementation(std::make_unique<Implementation>(std::move(sink), device)) {}
Engine::~Engine() = default;

JobId Engine::submit(Job job) { return m_implementation->submit(std::move(job)); }
void Engine::cancel(JobId job) { m_implementation->cancel(job); }
void Engine::pause(JobId job) {
  m_implementation->control(job, [](Controls& c) { c.pause(); });
}
void Engine::resume(JobId job) {
  m_implementation->control(job, [](Controls& c) { c.resume(); });
}
void Engine::sampleNow(JobId job) {
  m_implementation->control(job, [](Controls& c) { c.requestSample(); });
}
void Engine::saveNow(JobId job) {
  m_implementation->control(job, [](Controls& c) { c.requestSave(); });
}
void Engine::stopTraining(JobId job) {
  m_implementation->control(job, [](Controls& c) { c.requestStop(); });
}
DeviceStatus Engine::deviceStatus() const { return m_implementation->deviceStatus(); }
void Engine::post(std::function<void()> work) { m_implementation->post(std::move(work)); }

}  // namespace pleinair
