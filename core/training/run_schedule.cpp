#include "core/training/run_schedule.h"

#include "core/pipeline/denoise.h"

namespace pleinair {

SamplingOptions runSampling(const TrainingConfig& config) {
  SamplingOptions options;
  options.prediction = config.prediction;
  options.zeroTerminalSnr = config.zeroTerminalSnr;
  return options;
}

ScheduleConfig runSchedule(const StableDiffusion& model, const TrainingConfig& config) {
  return scheduleFor(model, runSampling(config));
}

}  // namespace pleinair
