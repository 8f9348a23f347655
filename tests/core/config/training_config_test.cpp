#include "core/config/training_config.h"

#include <gtest/gtest.h>

namespace pleinair {
namespace {

const TrainingBasis kSmall{256, true, false}, kSd15{512, false, false}, kSdxl{1024, false, true};

TEST(TrainingPresets, GoByTheModel) {
  const TrainingConfig small = defaultTraining(kSmall), large = defaultTraining(kSdxl);
  EXPECT_EQ(small.resolution, 256);
  EXPECT_EQ(large.resolution, 1024);
  EXPECT_LT(large.learningRate, small.learningRate) << "what a small model bears burns a large one";
  EXPECT_EQ(large.batchSize, 1) << "a second photo of 1024 pixels may not fit";
  for (const TrainingBasis& basis : {kSmall, kSd15, kSdxl}) {
    const TrainingConfig quick = withPreset({}, TrainingPreset::Quick, basis),
                         thorough = withPreset({}, TrainingPreset::Thorough, basis);
    EXPECT_LT(quick.steps, thorough.steps);
    EXPECT_LT(quick.rank, thorough.rank);
    EXPECT_EQ(thorough.alpha, thorough.rank);
  }
}

TEST(TrainingPresets, StayThePresetThatTheyAreOnAnotherModel) {
  TrainingConfig config = withPreset(defaultTraining(kSmall), TrainingPreset::Thorough, kSmall);
  config.samplePrompts = {"a sea"};
  config.seed = 7;
  const TrainingConfig moved = movedTo(config, kSmall, kSd15);
  EXPECT_EQ(moved, withPreset(moved, TrainingPreset::Thorough, kSd15));
  EXPECT_EQ(moved.resolution, 512);
  EXPECT_EQ(moved.seed, 7U);
  EXPECT_EQ(moved.samplePrompts, config.samplePrompts);
  EXPECT_EQ(movedTo(moved, kSd15, kSmall), config) << "and back again";
}

TEST(TrainingPresets, OwnSettingsAreKeptOnAnotherModel) {
  TrainingConfig config = defaultTraining(kSdxl);
  config.steps = 777;
  config.resolution = 768;
  config.targets.textEncoder2Attention = true;
  TrainingConfig expected = config;
  expected.targets.textEncoder2Attention = false;  // there is none
  EXPECT_EQ(movedTo(config, kSdxl, kSd15), expected);
  EXPECT_EQ(movedTo(config, kSdxl, kSdxl), config);
}

}  // namespace
}  // namespace pleinair
