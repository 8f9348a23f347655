#include "core/engine/worker.h"

#include <mutex>
#include <optional>
#include <utility>

#include "core/base/cancellation.h"
#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/engine/generation_reporter.h"
#include "core/engine/set_writer.h"
#include "core/pipeline/model_source.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/pipeline/text_to_image.h"
#include "core/tensor/device.h"
#include "core/tensor/large_blocks.h"
#include "core/tensor/torch_error.h"
#include "core/training/trainer.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using event::Outcome;

/// Passes a training's news on as events.
class TrainingReporter final : public TrainingListener {
 public:
  explicit TrainingReporter(JobReporter& reporter) : m_reporter(reporter) {}
  void onStage(std::string_view stage, std::int64_t total) override { m_reporter.onStage(stage, total); }
  void onProgress(std::int64_t done) override { m_reporter.onProgress(done); }
  void onBegan(const training::Began& e) override {
    m_reporter.send(event::TrainingBegan{e.runName, e.runFolder, e.trainableParameters, e.totalParameters, e.firstStep,
                                         e.steps, e.photos});
  }
  void onStep(const training::Step& e) override {
    m_reporter.send(event::TrainingStep{e.step, e.loss, e.learningRate, e.gradientNorm, e.stepsPerSecond, e.secondsLeft,
                                        e.memoryBytes, e.validationLoss});
  }
  void onSample(const training::Sample& e) override {
    m_reporter.send(event::SampleReady{e.step, e.promptIndex, e.prompt, e.file});
  }
  void onCheckpoint(const training::Checkpoint& e) override {
    m_reporter.send(event::CheckpointSaved{e.step, e.file});
  }
  void onPhotoSkipped(const fs::path& file, const Error& error) override {
    m_reporter.send(event::PhotoSkipped{file, error});
  }
  void onPaused(bool paused) override { m_reporter.send(event::PausedChanged{paused}); }

 private:
  JobReporter& m_reporter;
};

std::string picturesText(int made, int asked) {
  return std::to_string(made) + " of " + std::to_string(asked) + (asked == 1 ? " picture" : " pictures");
}

event::Finished finishedTraining(const Result<TrainingOutcome>& outcome) {
  if (!outcome) return {Outcome::Failed, outcome.error(), ""};
  const std::string step = "step " + std::to_string(outcome->step);
  switch (outcome->end) {
    case TrainingOutcome::End::Finished: return {Outcome::Done, {}, "Trained to " + step};
    case TrainingOutcome::End::Stopped: return {Outcome::Done, {}, "Stopped after " + step + "; the run can go on later"};
    case TrainingOutcome::End::Cancelled: return {Outcome::Cancelled, {}, "Kept up to " + step};
  }
  return {Outcome::Done, {}, ""};
}

}  // namespace

class Worker::Implementation {
 public:
  explicit Implementation(DeviceConfig device) : m_deviceConfig(device) {
    keepFreedBlocks();
    const std::lock_guard lock(m_statusMutex);
    m_status.name = "CPU";
  }

  /// Runs `work` and turns every way of ending into a Finished event.
  template <typename Work>
  event::Finished guard(const std::stop_token& stop, Work work) {
    const struct Ending {
      ~Ending() {
        returnLargeBlocks();
        returnFreeMemory();
      }
    } ending;
    try {
      CancellationScope scope(stop);
      return work();
    } catch (const CancelledException&) {
      return {Outcome::Cancelled, {}, ""};
    } catch (...) {
      const Error error = errorFromException("running the job");
      // Memory that ran out may be the kept model's: let it go, so that the next job begins clean.
      if (error.code == ErrorCode::OutOfMemory) m_model.reset();
      return {Outcome::Failed, error, ""};
    }
  }

  Result<DeviceSpec> device() { return device(m_deviceConfig); }

  Result<DeviceSpec> device(const DeviceConfig& wanted) {
    PLEINAIR_ASSIGN(const DeviceSpec spec, resolveDevice(wanted));
    const std::lock_guard lock(m_statusMutex);
    m_spec = spec;
    m_status.name = deviceName(spec);
    m_status.isGpu = spec.isGpu();
    m_status.halfPrecision = spec.dtype != at::kFloat;
    if (wanted == m_deviceConfig) {
      m_status.own = {spec.isGpu() ? DeviceChoice::Cuda : DeviceChoice::Cpu, precisionOf(spec), wanted.threads};
    }
    return spec;
  }

  /// The model for a job: the one in memory when it is the same folder on the same device, else loaded now.
  Result<StableDiffusion*> model(const fs::path& folder, const DeviceConfig& wanted, JobReporter& reporter,
                                 const std::stop_token& stop) {
    PLEINAIR_ASSIGN(const DeviceSpec spec, device(wanted));
    const fs::file_time_type changed = modelChanged(folder);
    const bool kept = m_model && m_folder == folder && m_changed == changed && m_modelSpec.device == spec.device &&
                      m_modelSpec.dtype == spec.dtype;
    if (!kept) {
      m_model.reset();  // before the next one, so that two never share the memory
      PLEINAIR_ASSIGN(m_model, StableDiffusion::load(folder, spec, reporter, stop));
      m_folder = folder;
      m_changed = changed;
      m_modelSpec = spec;
    }
    reporter.send(event::ModelLoaded{m_model->name, m_model->family, deviceName(spec), precisionName(spec),
                                     m_model->parameterCount()});
    return m_model.get();
  }

  /// The run's own device wishes where it has some, else the engine's.
  [[nodiscard]] DeviceConfig deviceFor(const DeviceConfig& wished) const {
    return wished == DeviceConfig{} ? m_deviceConfig : wished;
  }

  /// A recipe's wishes over the engine's own device. A GPU that is not here is passed over with its precision: the
  /// picture differs in its last digits then, but it can be drawn.
  [[nodiscard]] DeviceConfig deviceFor(const GenerationRequest& request) const {
    DeviceConfig wanted = m_deviceConfig;
    if (request.device.device != DeviceChoice::Automatic) wanted.device = request.device.device;
    if (request.device.precision != PrecisionChoice::Automatic) wanted.precision = request.device.precision;
    if (request.device.device != DeviceChoice::Cuda || resolveDevice(wanted)) return wanted;
    log::warning("The recipe was drawn on a GPU, which is not here: its picture will differ in small things");
    return m_deviceConfig;
  }

  [[nodiscard]] DeviceStatus status() const {
    const std::lock_guard lock(m_statusMutex);
    DeviceStatus status = m_status;
    const DeviceMemory memory = deviceMemory(m_spec.value_or(DeviceSpec{}));
    status.memoryUsedBytes = memory.usedBytes;
    status.memoryTotalBytes = memory.totalBytes;
    status.memoryFreeBytes = memory.freeBytes;
    return status;
  }

 private:
  DeviceConfig m_deviceConfig;
  std::unique_ptr<StableDiffusion> m_model;
  fs::path m_folder;
  fs::file_time_type m_changed{};
  DeviceSpec m_modelSpec;
  mutable std::mutex m_statusMutex;
  std::optional<DeviceSpec> m_spec;
  DeviceStatus m_status;
};

Worker::Worker(DeviceConfig device) : m_implementation(std::make_unique<Implementation>(device)) {}
Worker::~Worker() = default;

void Worker::warmUp() {
  m_implementation->guard({}, [this]() -> event::Finished {
    auto opened = m_implementation->device();
    return opened ? event::Finished{} : event::Finished{Outcome::Failed, opened.error(), ""};
  });
}

DeviceStatus Worker::deviceStatus() const { return m_implementation->status(); }

event::Finished Worker::run(const TrainJob& job, JobReporter& reporter, Controls& controls,
                            const std::stop_token& stop) {
  return m_implementation->guard(stop, [&]() -> event::Finished {
    const DeviceConfig device = m_implementation->deviceFor(job.config.device);
    auto model = m_implementation->model(job.config.model, device, reporter, stop);
    if (!model) return {Outcome::Failed, model.error(), ""};
    TrainingReporter listener(reporter);
    return finishedTraining(trainLora(**model, job.project, job.config, job.resume, listener, controls, stop));
  });
}

event::Finished Worker::run(const PrepareJob& job, JobReporter& reporter, Controls&, const std::stop_token& stop) {
  return m_implementation->guard(stop, [&]() -> event::Finished {
    const DeviceConfig device = m_implementation->deviceFor(job.config.device);
    auto model = m_implementation->model(job.config.model, device, reporter, stop);
    if (!model) return {Outcome::Failed, model.error(), ""};
    TrainingReporter listener(reporter);
    auto prepared = prepareProject(**model, job.project, job.config, listener, stop);
    if (!prepared) return {Outcome::Failed, prepared.error(), ""};
    const std::string message = std::to_string(prepared->photos) + " photos and " + std::to_string(prepared->captions) +
                                " captions are in the cache";
    return {prepared->cancelled ? Outcome::Cancelled : Outcome::Done, {}, message};
  });
}

event::Finished Worker::run(const GenerateJob& job, JobReporter& reporter, Controls&, const std::stop_token& stop) {
  std::optional<SetWriter> writer;
  const int asked = static_cast<int>(job.request.prompts.size()) * job.request.count;
  event::Finished finished = m_implementation->guard(stop, [&]() -> event::Finished {
    auto model = m_implementation->model(job.request.model, m_implementation->deviceFor(job.request), reporter, stop);
    if (!model) return {Outcome::Failed, model.error(), ""};
    if (auto valid = validateRequest(**model, job.request); !valid) return {Outcome::Failed, valid.error(), ""};
    auto created = SetWriter::create(job.folder, job.setName, job.request.model);
    if (!created) return {Outcome::Failed, created.error(), ""};
    writer.emplace(std::move(*created));
    GenerationReporter listener(reporter, *writer, (*model)->device.isGpu() ? Saving::Beside : Saving::AtOnce);
    auto made = textToImage(**model, job.request, listener, stop);
    auto kept = listener.finish();
    if (!made) return {Outcome::Failed, made.error(), ""};
    if (!kept) return {Outcome::Failed, kept.error(), ""};
    return {stop.stop_requested() && *made < asked ? Outcome::Cancelled : Outcome::Done, {}, ""};
  });
  if (!writer) return finished;
  if (auto listed = writer->finish(); !listed && finished.outcome != Outcome::Failed) {
    finished = {Outcome::Failed, listed.error(), ""};
  }
  finished.message = picturesText(writer->added(), asked);
  return finished;
}

}  // namespace pleinair
