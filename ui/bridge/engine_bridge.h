#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <memory>
#include <vector>

#include "core/engine/engine.h"

namespace pleinair::ui {

enum class JobKind { None, Import, Prepare, Train, Generate };

/// The only crossing between Qt and the engine: submits jobs and re-emits the engine's events as signals on the
/// GUI thread. Progress and training steps are coalesced to about 30 a second; nothing else is dropped. GUI thread
/// only.
class EngineBridge final : public QObject {
  Q_OBJECT
 public:
  explicit EngineBridge(DeviceConfig device = {}, QObject* parent = nullptr);
  ~EngineBridge() override;

  JobId importPhotos(const std::filesystem::path& project, std::vector<std::filesystem::path> sources);
  JobId train(const std::filesystem::path& project, TrainingConfig config, bool resume);
  JobId generate(GenerationRequest request, const std::filesystem::path& folder, const QString& setName);
  void cancel(JobId job);
  void pause(JobId job);
  void resume(JobId job);
  void sampleNow(JobId job);
  void saveNow(JobId job);
  void stopTraining(JobId job);

  [[nodiscard]] DeviceStatus deviceStatus() const;
  /// Moves the engine to another device or precision: at once when nothing runs, else after the last job.
  void setDevice(const DeviceConfig& device);
  /// Jobs that are submitted and not yet finished, oldest first.
  [[nodiscard]] std::vector<JobId> activeJobs() const;
  /// What an active job does; None once it is finished.
  [[nodiscard]] JobKind kindOf(JobId job) const;
  /// An active job's title in the language of the moment: Training “skies-1”.
  [[nodiscard]] QString titleOf(JobId job) const;
  /// Runs `work` on the engine's file lane, then `done` on the GUI thread while `context` lives.
  void post(std::function<void()> work, QObject* context, std::function<void()> done);

  /// An Error in the user's language: what happened, where, what would help.
  static QString errorText(const Error& error);
  /// The same for files of weights: what would help is another than with photos.
  static QString weightsErrorText(const Error& error);
  /// One of stage:: in the user's language.
  static QString stageText(const std::string& stage);

 Q_SIGNALS:
  void jobSubmitted(quint64 job, const QString& title);
  void started(quint64 job);
  /// `stage` is one of stage::, for stageText() to say in the language of the moment.
  void stageChanged(quint64 job, const std::string& stage, qint64 total);
  void progressed(quint64 job, const pleinair::event::Progress& progress);
  void modelLoaded(quint64 job, const pleinair::event::ModelLoaded& model);
  void pictureReady(quint64 job, const pleinair::event::PictureReady& picture);
  /// So many of the LoRA's layers have no place in the model; `first` is one of them.
  void loraPartlyUsed(quint64 job, const QString& file, int layers, const QString& first);
  void trainingBegan(quint64 job, const pleinair::event::TrainingBegan& run);
  /// All steps completed since the last signal, oldest first.
  void trainingSteps(quint64 job, const std::vector<pleinair::event::TrainingStep>& steps);
  void sampleReady(quint64 job, const pleinair::event::SampleReady& sample);
  void checkpointSaved(quint64 job, const pleinair::event::CheckpointSaved& checkpoint);
  void pausedChanged(quint64 job, bool paused);
  void photoImported(quint64 job, const QString& path);
  void photoSkipped(quint64 job, const QString& file, const QString& reason);
  void finished(quint64 job, const pleinair::event::Finished& result);

 private:
  JobId submit(Job job, const QString& name);
  void startEngine();
  void applyNextDevice();
  void scheduleDrain();
  void drain();
  void deliver(const Event& event);

  struct State;
  std::unique_ptr<State> m_state;
};

}  // namespace pleinair::ui
