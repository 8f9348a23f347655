#pragma once

#include <memory>
#include <stop_token>

#include "core/base/controls.h"
#include "core/engine/engine.h"
#include "core/engine/job_reporter.h"

namespace pleinair {

/// Runs the jobs that need tensors; owns the device and the loaded model, which is kept between jobs. All run methods
/// on one thread; they never throw. The one place where every exception of the libraries below ends.
class Worker {
 public:
  explicit Worker(DeviceConfig device);
  ~Worker();

  event::Finished run(const TrainJob& job, JobReporter& reporter, Controls& controls, const std::stop_token& stop);
  event::Finished run(const PrepareJob& job, JobReporter& reporter, Controls& controls, const std::stop_token& stop);
  event::Finished run(const GenerateJob& job, JobReporter& reporter, Controls& controls, const std::stop_token& stop);

  /// Opens the device (CUDA's libraries take a third of a second) so that the first job need not.
  void warmUp();
  /// Any thread.
  [[nodiscard]] DeviceStatus deviceStatus() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> m_implementation;
};

}  // namespace pleinair
