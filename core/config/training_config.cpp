#include "core/config/training_config.h"

#include <array>

namespace pleinair {
namespace {

struct PresetNumbers {
  int rank, batchSize, steps;
  double learningRate, timestepShift;
  int sampleEvery, checkpointEvery;
};

// A small model sees four photos a step in the time a large one takes for a glance, and 40 photos' colours are learnt
// at the noisy timesteps. Large ones are customarily trained one photo at a time at rates about 1e-4.
constexpr std::array<PresetNumbers, 3> kSmall{{{8, 4, 150, 2e-3, 3, 50, 75},
                                               {16, 4, 500, 2e-3, 3, 100, 250},
                                               {32, 4, 2000, 1e-3, 3, 250, 500}}};
constexpr std::array<PresetNumbers, 3> kLarge{{{8, 1, 500, 2e-4, 1, 100, 250},
                                               {16, 1, 1500, 1e-4, 1, 250, 500},
                                               {32, 1, 6000, 1e-4, 1, 500, 1000}}};

}  // namespace

TrainingConfig withPreset(TrainingConfig base, TrainingPreset preset, const TrainingBasis& basis) {
  const PresetNumbers& numbers = (basis.small ? kSmall : kLarge).at(static_cast<std::size_t>(preset));
  base.rank = numbers.rank;
  base.alpha = base.rank;
  base.batchSize = numbers.batchSize;
  base.steps = numbers.steps;
  base.learningRate = numbers.learningRate;
  base.timestepShift = numbers.timestepShift;
  base.sampleEvery = numbers.sampleEvery;
  base.checkpointEvery = numbers.checkpointEvery;
  return base;
}

TrainingConfig defaultTraining(const TrainingBasis& basis) {
  TrainingConfig config = withPreset({}, TrainingPreset::Balanced, basis);
  config.resolution = basis.nativeSize;
  return config;
}

TrainingConfig movedTo(const TrainingConfig& config, const TrainingBasis& from, const TrainingBasis& to) {
  TrainingConfig moved = config;
  for (const TrainingPreset preset : {TrainingPreset::Quick, TrainingPreset::Balanced, TrainingPreset::Thorough}) {
    if (withPreset(config, preset, from) == config) moved = withPreset(config, preset, to);
  }
  if (config.resolution == from.nativeSize) moved.resolution = to.nativeSize;
  if (!to.twoTextEncoders) moved.targets.textEncoder2Attention = false;
  return moved;
}

}  // namespace pleinair
