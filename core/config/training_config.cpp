#include "core/config/training_config.h"

namespace pleinair {

TrainingConfig withPreset(TrainingConfig base, TrainingPreset preset) {
  switch (preset) {
    case TrainingPreset::Quick:
      base.rank = 8;
      base.steps = 150;
      base.learningRate = 2e-3;
      base.sampleEvery = 50;
      base.checkpointEvery = 75;
      break;
    case TrainingPreset::Balanced:
      base.rank = 16;
      base.steps = 300;
      base.learningRate = 1e-3;
      base.sampleEvery = 50;
      base.checkpointEvery = 100;
      break;
    case TrainingPreset::Thorough:
      base.rank = 32;
      base.steps = 1200;
      base.learningRate = 5e-4;
      base.sampleEvery = 100;
      base.checkpointEvery = 200;
      break;
  }
  base.alpha = base.rank;
  return base;
}

}  // namespace pleinair
