#include "core/training/training_run.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <ctime>

#include "core/base/cancellation.h"
#include "core/base/clock.h"
#include "core/base/log.h"
#include "core/config/yaml_codec.h"
#include "core/lora/lora_writer.h"
#include "core/pipeline/denoise.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/tensor/device.h"
#include "core/tensor/noise.h"
#include "core/tensor/torch_error.h"
#include "core/training/run_provenance.h"
#include "core/training/run_samples.h"
#include "core/training/run_schedule.h"
#include "core/weights/hash.h"

namespace pleinair {

namespace {

constexpr std::uint64_t kValidationPurpose = 3, kAdapterPurpose = 4;
constexpr std::size_t kValidationPhotos = 2;
constexpr std::int64_t kValidationTimesteps = 4;
/// A kill costs at most this much work, however far apart the checkpoints are.
constexpr std::chrono::seconds kSaveInterval{90};
constexpr double kRateSmoothing = 0.9;

}  // namespace

std::string settingsFingerprint(const TrainingConfig& config) {
  TrainingConfig essential = config;
  const TrainingConfig none;
  essential.name = none.name;
  essential.model = none.model;
  essential.steps = none.steps;
  essential.sampleEvery = none.sampleEvery;
  essential.checkpointEvery = none.checkpointEvery;
  essential.samplePrompts = none.samplePrompts;
  essential.sampleNegativePrompt = none.sampleNegativePrompt;
  essential.sampleSeed = none.sampleSeed;
  essential.sampleSteps = none.sampleSteps;
  essential.sampleGuidance = none.sampleGuidance;
  essential.sampleSampler = none.sampleSampler;
  essential.device = none.device;
  return sha256Hex(yaml::trainingConfigText(essential)).substr(0, 32);
}

TrainingRun::TrainingRun(StableDiffusion& model, RunFolder run, TrainingSet set, std::optional<ResumeState> resumed,
                         TrainingListener& listener, Controls& controls, const std::stop_token& stop)
    : m_model(model),
      m_run(std::move(run)),
      m_set(std::move(set)),
      m_resumed(std::move(resumed)),
      m_listener(listener),
      m_controls(controls),
      m_stop(stop),
      m_sampleSize(commonSize(m_set.sizes())),
      m_plan(m_set.sizes(), m_run.config().batchSize, m_run.config().seed),
      m_began(Clock::now()),
      m_lastSave(m_began) {}

Result<TrainingOutcome> TrainingRun::execute() {
  auto begun = begin();
  auto outcome = begun ? loop() : Result<TrainingOutcome>(std::move(begun).error());
  if (!outcome) {
    m_run.note("Failed after step " + std::to_string(m_step) + ": " + outcome.error().text());
    // What was learned before the failure is kept, unless it is the failure. The disk may be full: then the files
    // from before are still whole.
    if (m_training && m_step > 0 && m_savedStep != m_step && adapterIsFinite()) {
      if (auto kept = saveState(); !kept) m_run.note(kept.error().text());
      if (auto kept = saveCheckpoint(); !kept) m_run.note(kept.error().text());
    }
  }
  return outcome;
}

Result<void> TrainingRun::begin() {
  const TrainingConfig& config = m_run.config();
  m_model.unet->setRequiresGrad(false);
  m_model.textEncoder->setRequiresGrad(false);
  if (m_model.textEncoder2) m_model.textEncoder2->setRequiresGrad(false);
  PLEINAIR_ASSIGN(m_lora, TrainableLora::create(m_model.loraHosts(), {config.rank, config.alpha, config.targets},
                                                mixedSeed(config.seed, kAdapterPurpose, 0)));
  m_training = std::make_unique<TrainingStep>(*m_model.unet, m_model.textEncoders(), m_lora,
                                              runSchedule(m_model, config), config);
  m_startedAt = std::time(nullptr);
  m_sessionId = std::to_string(mixedSeed(config.seed, static_cast<std::uint64_t>(m_startedAt), 0) >> 32);
  if (m_resumed) {
    PLEINAIR_TRY(m_lora.load(m_resumed->tensors));
    PLEINAIR_TRY(m_training->optimizer().load(m_resumed->tensors));
    m_step = m_savedStep = m_resumed->step;
    m_startedAt = m_resumed->startedAt;
    m_sessionId = m_resumed->sessionId;
    m_resumed.reset();
    m_run.forgetAfter(m_step);
  }
  PLEINAIR_ASSIGN(MetricsLog metrics, MetricsLog::open(m_run.metricsFile(), m_step));
  m_metrics.emplace(std::move(metrics));
  m_run.note((m_step > 0 ? "Goes on after step " + std::to_string(m_step) : std::string("Begins")) + " on " +
             deviceName(m_model.device) + ", " + precisionName(m_model.device) + ", " +
             std::to_string(m_set.photos.size()) + " photos");
  m_listener.onBegan({config.name, m_run.path(), m_lora.parameterCount(), m_model.parameterCount(), m_step,
                      config.steps, static_cast<int>(m_set.photos.size())});
  return {};
}

Result<TrainingOutcome> TrainingRun::loop() {
  const int steps = m_run.config().steps;
  if (m_step == 0 && m_run.config().sampleEvery > 0) {
    PLEINAIR_TRY(drawNow());
  }
  m_listener.onStage(training::stage::kTraining, steps);
  packConvolutions();
  while (m_step < steps) {
    PLEINAIR_ASSIGN(const bool ends, heedControls());
    if (m_stop.stop_requested()) return end(TrainingOutcome::End::Cancelled);
    if (ends) return end(TrainingOutcome::End::Stopped);
    PLEINAIR_ASSIGN(const std::optional<training::Step> step, oneStep());
    if (!step) return end(TrainingOutcome::End::Cancelled);
    PLEINAIR_TRY(afterStep(*step));
  }
  return end(TrainingOutcome::End::Finished);
}

Result<void> TrainingRun::drawNow() {
  m_packed.reset();  // a sample is drawn as any picture is, to the last bit
  PLEINAIR_TRY(drawSamples(m_model, m_run, m_step, m_sampleSize, m_listener, m_stop));
  packConvolutions();
  return {};
}

void TrainingRun::packConvolutions() {
  const auto bytesEach = static_cast<std::int64_t>(c10::elementSize(m_model.device.dtype));
  const std::int64_t memory = deviceMemory(m_model.device).totalBytes;
  if (m_packed || !nn::roomForTrainingCopies(m_model.unet->parameterCount(), bytesEach, memory)) return;
  m_packed.emplace(*m_model.unet, nn::PackedConvolutions::Use::Training);
}

Result<bool> TrainingRun::heedControls() {
  if (m_controls.paused() && !m_controls.stopRequested() && !m_stop.stop_requested()) {
    PLEINAIR_TRY(saveState());
    m_listener.onPaused(true);
    m_controls.waitWhilePaused(m_stop);
    m_listener.onPaused(false);
  }
  if (m_controls.takeSaveRequest() && m_step > 0) {
    PLEINAIR_TRY(saveCheckpoint());
    PLEINAIR_TRY(saveState());
  }
  if (m_controls.takeSampleRequest()) {
    PLEINAIR_TRY(drawNow());
    m_listener.onStage(training::stage::kTraining, m_run.config().steps);
  }
  return m_controls.stopRequested();
}

MicroInput TrainingRun::microInput(std::int64_t micro) {
  const std::vector<std::size_t>& batch = m_plan.batch(micro);
  std::vector<at::Tensor> means, deviations;
  std::vector<std::string> captions;
  for (const std::size_t index : batch) {
    means.push_back(m_set.photos[index].latents.mean);
    deviations.push_back(m_set.photos[index].latents.std);
  }
  const at::Tensor mean = at::stack(means), deviation = at::stack(deviations);
  const TrainingConfig& config = m_run.config();
  const MicroDraws draws =
      drawMicro(config.seed, micro, mean.sizes().vec(), m_model.schedule.trainTimesteps, config.captionDropout);
  for (std::size_t i = 0; i < batch.size(); ++i) {
    captions.push_back(draws.dropCaption[i] ? std::string() : m_set.photos[batch[i]].caption);
  }
  const at::Device device = m_model.device.device;
  MicroInput input;
  input.latents = ((mean + deviation * draws.latentNoise) * m_model.vae->config().scalingFactor).to(device);
  input.noise = draws.noise.to(device);
  input.offsetNoise = draws.offsetNoise.to(device);
  input.timesteps =
      shiftedTimesteps(draws.timesteps, m_model.schedule.trainTimesteps, config.timestepShift).to(device);
  tellText(input, captions, batch);
  return input;
}

void TrainingRun::tellText(MicroInput& input, const std::vector<std::string>& captions,
                           const std::vector<std::size_t>& photos) const {
  const at::Device device = m_model.device.device;
  std::vector<at::Tensor> contexts, pooled, sizes;
  for (std::size_t i = 0; i < captions.size(); ++i) {
    const PromptEncoding& text = m_set.texts.at(captions[i]);
    contexts.push_back(text.context);
    if (!text.pooled.defined()) continue;
    pooled.push_back(text.pooled);
    const TrainingPhoto& photo = m_set.photos[photos[i]];
    sizes.push_back(timeIds(photo.sizes, photo.bucket.width, photo.bucket.height));
  }
  if (m_run.config().targets.anyTextEncoder()) {
    input.tokens = m_model.tokenIds(captions);
  } else {
    input.context = at::stack(contexts).to(device);
  }
  if (!pooled.empty()) input.conditions = {at::stack(pooled).to(device), at::cat(sizes).to(device)};
}

Result<std::optional<double>> TrainingRun::gradients() {
  const int accumulate = std::max(1, m_run.config().accumulate);
  const std::int64_t firstMicro = static_cast<std::int64_t>(m_step) * accumulate;
  double sum = 0;
  try {
    const CancellationScope scope(m_stop);
    for (int i = 0; i < accumulate; ++i) {
      const double loss = m_training->accumulate(microInput(firstMicro + i));
      if (!std::isfinite(loss)) {
        m_training->abandon();
        return notANumber("the loss", firstMicro + i);
      }
      sum += loss;
    }
  } catch (const CancelledException&) {
    m_training->abandon();
    return std::optional<double>();
  } catch (...) {
    m_training->abandon();
    return errorFromException("training step " + std::to_string(m_step + 1));
  }
  return std::optional<double>(sum / accumulate);
}

Result<std::optional<training::Step>> TrainingRun::oneStep() {
  const Clock::time_point start = Clock::now();
  PLEINAIR_ASSIGN(const std::optional<double> loss, gradients());
  if (!loss) return std::optional<training::Step>();
  PLEINAIR_ASSIGN(const StepResult result,
                  guarded("training step " + std::to_string(m_step + 1), [&] { return m_training->finish(m_step); }));
  if (!result.finite) {
    return notANumber("the gradients", static_cast<std::int64_t>(m_step) * std::max(1, m_run.config().accumulate));
  }
  ++m_step;
  training::Step step;
  step.step = m_step;
  step.loss = *loss;
  step.learningRate = result.learningRate;
  step.gradientNorm = result.gradientNorm;
  measure(step, secondsSince(start));
  return std::optional(step);
}

void TrainingRun::measure(training::Step& step, double seconds) {
  m_stepSeconds = m_stepSeconds > 0 ? kRateSmoothing * m_stepSeconds + (1 - kRateSmoothing) * seconds : seconds;
  step.stepsPerSecond = m_stepSeconds > 0 ? 1 / m_stepSeconds : 0;
  step.secondsLeft = (m_run.config().steps - m_step) * m_stepSeconds;
  step.memoryBytes = deviceMemory(m_model.device).usedBytes;
}

Result<void> TrainingRun::afterStep(training::Step step) {
  const TrainingConfig& config = m_run.config();
  const bool last = m_step == config.steps;
  const bool samples = due(config.sampleEvery) || (last && config.sampleEvery > 0);
  try {
    if (samples) {
      PLEINAIR_ASSIGN(step.validationLoss,
                      guarded("measuring the validation loss", [&] { return validationLoss(); }));
    }
  } catch (const CancelledException&) {
    step.validationLoss = -1;  // the step itself is complete and must be in the metrics; the loop ends after it
  }
  const std::int64_t micro = static_cast<std::int64_t>(m_step - 1) * std::max(1, config.accumulate);
  PLEINAIR_TRY(m_metrics->append(step, static_cast<int>(m_plan.epochOf(micro)) + 1, elapsedSeconds()));
  m_listener.onStep(step);
  m_listener.onProgress(m_step);
  if (due(config.checkpointEvery) && !last) PLEINAIR_TRY(saveCheckpoint());
  if (due(config.checkpointEvery) || Clock::now() - m_lastSave > kSaveInterval) PLEINAIR_TRY(saveState());
  if (samples) {
    PLEINAIR_TRY(drawNow());
    if (!last) m_listener.onStage(training::stage::kTraining, config.steps);
  }
  return {};
}

double TrainingRun::validationLoss() {
  const std::size_t count = std::min(kValidationPhotos, m_set.photos.size());
  const at::Device device = m_model.device.device;
  double sum = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const TrainingPhoto& photo = m_set.photos[i * m_set.photos.size() / count];
    const at::Tensor latents = photo.latents.mean.unsqueeze(0).expand({kValidationTimesteps, -1, -1, -1});
    at::Generator generator = cpuGenerator(mixedSeed(m_run.config().seed, kValidationPurpose, i));
    MicroInput input;
    input.latents = (latents * m_model.vae->config().scalingFactor).to(device);
    input.noise = drawNoise(generator, latents.sizes().vec()).to(device);
    // The middles of equal parts of the schedule.
    input.timesteps = ((at::arange(kValidationTimesteps, at::kLong) * 2 + 1) * m_model.schedule.trainTimesteps)
                          .floor_divide(2 * kValidationTimesteps)
                          .to(device);
    tellText(input, std::vector<std::string>(kValidationTimesteps, photo.caption),
             std::vector<std::size_t>(kValidationTimesteps, i * m_set.photos.size() / count));
    sum += m_training->validationLoss(input);
  }
  return sum / static_cast<double>(count);
}

Error TrainingRun::notANumber(const std::string& tensor, std::int64_t firstMicro) const {
  std::string names;
  BatchPlan plan = m_plan;
  for (const std::size_t index : plan.batch(firstMicro)) {
    if (!names.empty()) names += ", ";
    names += m_set.photos[index].photo.path;
  }
  return {ErrorCode::NotANumber, "The training went off its rails: " + tensor + " is no number",
          "step " + std::to_string(m_step + 1) + ", photos " + names,
          "The last checkpoint is kept. Train with a lower learning rate, or in float32."};
}

bool TrainingRun::adapterIsFinite() const {
  return std::ranges::all_of(
      m_lora.tensors(), [](const auto& entry) { return at::isfinite(entry.second).all().template item<bool>(); });
}

double TrainingRun::elapsedSeconds() const { return m_metrics->keptSeconds() + secondsSince(m_began); }

Result<void> TrainingRun::saveCheckpoint() {
  if (m_checkpointStep == m_step) return {};
  const std::filesystem::path file = m_run.checkpointFile(m_step);
  PLEINAIR_TRY(writeKohyaLora(
      file, m_lora, runProvenance(m_model, m_run.config(), m_set, m_plan, m_step, m_startedAt, m_sessionId)));
  m_checkpointStep = m_step;
  m_run.note("Checkpoint " + file.filename().string());
  m_listener.onCheckpoint({m_step, file});
  return {};
}

Result<void> TrainingRun::saveState() {
  m_lastSave = Clock::now();
  if (m_savedStep == m_step || m_step == 0) return {};
  ResumeState state;
  state.step = m_step;
  state.startedAt = m_startedAt;
  state.sessionId = m_sessionId;
  state.settings = settingsFingerprint(m_run.config());
  state.photos = m_set.fingerprint;
  state.tensors = m_lora.tensors();
  state.tensors.merge(m_training->optimizer().state());
  PLEINAIR_TRY(saveResumeState(m_run.resumeFolder(), state));
  m_savedStep = m_step;
  return {};
}

Result<TrainingOutcome> TrainingRun::end(TrainingOutcome::End how) {
  m_listener.onStage(training::stage::kSaving, 0);
  PLEINAIR_TRY(saveState());
  TrainingOutcome outcome;
  outcome.end = how;
  outcome.step = m_step;
  outcome.runFolder = m_run.path();
  outcome.photos = static_cast<int>(m_set.photos.size());
  outcome.skippedPhotos = m_set.skippedPhotos;
  if (m_step > 0) {
    PLEINAIR_TRY(saveCheckpoint());
    outcome.checkpoint = m_run.checkpointFile(m_step);
  }
  constexpr const char* kWords[] = {"Finished", "Stopped", "Cancelled"};
  m_run.note(std::string(kWords[static_cast<int>(how)]) + " after step " + std::to_string(m_step));
  return outcome;
}

}  // namespace pleinair
