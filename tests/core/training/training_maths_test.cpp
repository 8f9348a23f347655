#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "core/training/adamw.h"
#include "core/training/draws.h"
#include "core/training/learning_rate.h"
#include "core/training/loss.h"

namespace pleinair {
namespace {

TEST(LearningRate, ReproducesDiffusersSchedules) {
  // Golden values of diffusers' get_scheduler: cosine with 3 and linear with 2 steps of warm-up over 12.
  const std::vector<double> cosine{0,      6.6666666e-4, 1.3333333e-3, 2.0000001e-3, 1.9396927e-3, 1.7660444e-3,
                                   1.5e-3, 1.1736482e-3, 8.2635181e-4, 5.0000002e-4, 2.3395555e-4, 6.0307379e-5};
  const std::vector<double> linear{0, 5e-4, 1e-3, 9e-4, 8e-4, 7e-4, 6e-4, 5e-4, 4e-4, 3e-4, 2e-4, 1e-4};
  for (int step = 0; step < 12; ++step) {
    const auto i = static_cast<std::size_t>(step);
    EXPECT_NEAR(2e-3 * learningRateFactor(LearningRateSchedule::Cosine, step, 3, 12), cosine[i], 1e-9);
    EXPECT_NEAR(1e-3 * learningRateFactor(LearningRateSchedule::Linear, step, 2, 12), linear[i], 1e-9);
    EXPECT_EQ(learningRateFactor(LearningRateSchedule::Constant, step, 0, 12), 1);
  }
}

TEST(LearningRate, NeverGoesBelowZeroOrDividesByIt) {
  for (const auto schedule :
       {LearningRateSchedule::Constant, LearningRateSchedule::Linear, LearningRateSchedule::Cosine}) {
    for (const int step : {0, 5, 10, 11, 100}) {
      const double factor = learningRateFactor(schedule, step, 10, 10);
      EXPECT_TRUE(factor >= 0 && factor <= 1) << factor;
    }
  }
}

at::Tensor leaf(std::initializer_list<float> values) {
  return at::tensor(std::vector<float>(values)).set_requires_grad(true);
}

TEST(AdamW, FollowsTheFormula) {
  at::Tensor weight = leaf({1.0F, -2.0F});
  AdamW optimizer({0.9, 0.999, 1e-8, 0.1});
  optimizer.addGroup({weight});
  double w = 1.0, m = 0, v = 0;
  for (int t = 1; t <= 5; ++t) {
    const double g = 0.3 * t;
    weight.mutable_grad() = at::full({2}, g);
    optimizer.step({0.01});
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= 0.01 * 0.1 * w;
    w -= 0.01 * (m / (1 - std::pow(0.9, t))) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
    EXPECT_NEAR(weight[0].item<double>(), w, 1e-6) << "step " << t;
  }
}

TEST(AdamW, EachGroupHasItsOwnRateAndLeavesWithoutGradientStay) {
  at::Tensor fast = leaf({1}), still = leaf({1}), frozen = leaf({1});
  AdamW optimizer({});
  optimizer.addGroup({fast, still});
  optimizer.addGroup({frozen});
  fast.mutable_grad() = at::ones({1});
  frozen.mutable_grad() = at::ones({1});
  optimizer.step({0.1, 0.0});
  EXPECT_LT(fast.item<double>(), 0.95);
  EXPECT_EQ(still.item<double>(), 1);
  EXPECT_EQ(frozen.item<double>(), 1);
}

TEST(AdamW, StateComesBackAndForeignStateIsRefused) {
  at::Tensor a = leaf({1, 2}), b = leaf({1, 2});
  AdamW first({}), second({});
  first.addGroup({a});
  second.addGroup({b});
  a.mutable_grad() = at::ones({2});
  first.step({0.1});
  ASSERT_TRUE(second.load(first.state()).ok());
  {
    const at::Tensor copy = a.detach().clone();
    b.detach().copy_(copy);
  }
  a.mutable_grad() = at::full({2}, 0.5);
  b.mutable_grad() = at::full({2}, 0.5);
  first.step({0.1});
  second.step({0.1});
  EXPECT_TRUE(a.equal(b));
  AdamW other({});
  other.addGroup({leaf({1, 2, 3})});
  EXPECT_EQ(other.load(first.state()).error().code, ErrorCode::CorruptFile);
}

TEST(AdamW, ClipsTheNormOfAllGradientsTogether) {
  at::Tensor a = leaf({0}), b = leaf({0});
  AdamW optimizer({});
  optimizer.addGroup({a});
  optimizer.addGroup({b});
  a.mutable_grad() = at::full({1}, 3.0);
  b.mutable_grad() = at::full({1}, 4.0);
  EXPECT_NEAR(optimizer.clipGradients(0), 5, 1e-6);
  EXPECT_NEAR(a.grad().item<double>(), 3, 1e-6) << "0 means no clipping";
  EXPECT_NEAR(optimizer.clipGradients(1), 5, 1e-6);
  EXPECT_NEAR(b.grad().item<double>(), 0.8, 1e-5);
  EXPECT_NEAR(optimizer.clipGradients(1), 1, 1e-5);
  EXPECT_NEAR(b.grad().item<double>(), 0.8, 1e-5) << "small gradients are left alone";
}

class Loss : public ::testing::Test {
 protected:
  at::Tensor m_alphas = alphasCumprod({});
  at::Tensor m_latents = at::randn({2, 4, 4, 4}), m_noise = at::randn({2, 4, 4, 4});
  at::Tensor m_offset = at::randn({2, 4, 1, 1}), m_timesteps = at::tensor({100L, 900L}, at::kLong);
};

TEST_F(Loss, TheTargetIsTheNoiseWithItsOffsetOrTheVelocity) {
  const auto plain = noisyBatch(m_alphas, PredictionType::Epsilon, m_latents, m_noise, {}, 0, m_timesteps);
  EXPECT_TRUE(plain.target.equal(m_noise));
  const auto offset = noisyBatch(m_alphas, PredictionType::Epsilon, m_latents, m_noise, m_offset, 0.5, m_timesteps);
  EXPECT_TRUE(offset.target.allclose(m_noise + 0.5 * m_offset));
  EXPECT_FALSE(offset.noisy.allclose(plain.noisy));
  const auto v = noisyBatch(m_alphas, PredictionType::Velocity, m_latents, m_noise, {}, 0, m_timesteps);
  EXPECT_TRUE(v.target.allclose(velocity(m_alphas, m_latents, m_noise, m_timesteps)));
}

TEST_F(Loss, MinSnrWeighsClearPicturesDownAndNoisyOnesNot) {
  const auto batch = noisyBatch(m_alphas, PredictionType::Epsilon, m_latents, m_noise, {}, 0, m_timesteps);
  const at::Tensor wrong = batch.target + 1.0;  // an error of 1 for both pictures
  EXPECT_NEAR(diffusionLoss(m_alphas, PredictionType::Epsilon, wrong, batch, 0).item<double>(), 1, 1e-5);
  const double clear = m_alphas[100].item<double>(), snr = clear / (1 - clear);
  ASSERT_GT(snr, 5);
  EXPECT_NEAR(diffusionLoss(m_alphas, PredictionType::Epsilon, wrong, batch, 5).item<double>(), (5 / snr + 1) / 2,
              1e-4);
  const double late = m_alphas[900].item<double>(), lateSnr = late / (1 - late);
  EXPECT_NEAR(diffusionLoss(m_alphas, PredictionType::Velocity, wrong, batch, 5).item<double>(),
              (5 / (snr + 1) + lateSnr / (lateSnr + 1)) / 2, 1e-4);
}

TEST(Draws, DependOnSeedAndMicroStepAlone) {
  at::manual_seed(1);
  const MicroDraws first = drawMicro(7, 3, {2, 4, 4, 4}, 1000, 0.5);
  at::manual_seed(99);
  const MicroDraws again = drawMicro(7, 3, {2, 4, 4, 4}, 1000, 0.5);
  EXPECT_TRUE(first.noise.equal(again.noise) && first.latentNoise.equal(again.latentNoise));
  EXPECT_TRUE(first.timesteps.equal(again.timesteps) && first.offsetNoise.equal(again.offsetNoise));
  EXPECT_EQ(first.dropCaption, again.dropCaption);
  EXPECT_FALSE(first.noise.equal(drawMicro(7, 4, {2, 4, 4, 4}, 1000, 0.5).noise));
  EXPECT_FALSE(first.noise.equal(drawMicro(8, 3, {2, 4, 4, 4}, 1000, 0.5).noise));
  EXPECT_FALSE(first.noise.equal(first.latentNoise));
}

TEST(Draws, CaptionDropoutKeepsItsShareAndTimestepsCoverTheSchedule) {
  int dropped = 0;
  std::set<std::int64_t> quarters;
  for (int micro = 0; micro < 500; ++micro) {
    const MicroDraws draws = drawMicro(1, micro, {2, 4, 1, 1}, 1000, 0.1);
    for (const bool drop : draws.dropCaption) dropped += drop;
    const auto t = draws.timesteps[0].item<std::int64_t>();
    ASSERT_TRUE(t >= 0 && t < 1000);
    quarters.insert(t / 250);
  }
  EXPECT_NEAR(dropped, 100, 40);
  EXPECT_EQ(quarters.size(), 4U);
}

TEST(Draws, ShiftMovesTimestepsToTheNoisyEnd) {
  const at::Tensor all = at::arange(1000, at::kLong);
  EXPECT_TRUE(shiftedTimesteps(all, 1000, 1).equal(all));
  const at::Tensor noisy = shiftedTimesteps(all, 1000, 3), clean = shiftedTimesteps(all, 1000, 0.5);
  EXPECT_EQ((noisy >= 750).sum().item<int>(), 500);
  EXPECT_EQ((clean < 500).sum().item<int>(), 667);  // 1 in 2 becomes 1 in 3
  for (const at::Tensor& moved : {noisy, clean}) {
    EXPECT_TRUE((moved.diff() >= 0).all().item<bool>());
    EXPECT_TRUE(moved.min().item<int>() == 0 || moved.max().item<int>() == 999);
    EXPECT_GE(moved.min().item<int>(), 0);
    EXPECT_LE(moved.max().item<int>(), 999);
  }
}

TEST(Draws, EveryEpochShowsEveryPhotoOnce) {
  const std::vector<BucketSize> sizes{{64, 64}, {64, 64}, {64, 64}, {96, 64}, {96, 64}};
  BatchPlan plan(sizes, 2, 5);
  EXPECT_EQ(plan.batchesPerEpoch(), 3);
  for (int epoch = 0; epoch < 4; ++epoch) {
    std::multiset<std::size_t> seen;
    for (int i = 0; i < 3; ++i) {
      const std::vector<std::size_t> batch = plan.batch(epoch * 3 + i);
      for (const std::size_t photo : batch) {
        EXPECT_EQ(sizes[photo], sizes[batch.front()]);
        seen.insert(photo);
      }
    }
    EXPECT_EQ(seen, (std::multiset<std::size_t>{0, 1, 2, 3, 4}));
  }
  BatchPlan fresh(sizes, 2, 5);
  EXPECT_EQ(fresh.batch(10), plan.batch(10)) << "a plan that jumps to a step is where the one that walked is";
}

}  // namespace
}  // namespace pleinair
