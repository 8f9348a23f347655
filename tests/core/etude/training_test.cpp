#include "app/etude/training.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "app/etude/latent_pool.h"
#include "app/etude/renderer.h"
#include "app/etude/ring.h"
#include "app/etude/vocabulary.h"
#include "app/etude/weights_in_training.h"

namespace pleinair::etude {
namespace {

Models tinyModels(const std::filesystem::path& folder) {
  EXPECT_TRUE(writeVocabulary(learnVocabulary(vocabularyTexts(100), 100), folder / "tokenizer"));
  Models models;
  models.tokenizer = std::make_unique<ClipTokenizer>(std::move(ClipTokenizer::load(folder / "tokenizer").value()));
  VaeConfig vae = vaeShape();
  vae.blockOutChannels = {8, 8, 8, 8};
  vae.normGroups = 4;
  models.vae = std::make_unique<Vae>(vae);
  UNetConfig unet = unetShape();
  unet.blockOutChannels = {16, 16, 16};
  unet.attentionHeads = {1, 1, 1};
  unet.crossAttentionSize = 16;
  unet.normGroups = 8;
  models.unet = std::make_unique<UNet>(unet);
  ClipTextConfig text = textShape(static_cast<std::int64_t>(models.tokenizer->vocabularySize()));
  text.size = 16;
  text.feedForwardSize = 32;
  text.layers = 1;
  text.heads = 1;
  models.text = std::make_unique<ClipText>(text);
  nn::initialize(*models.vae, 1);
  nn::initialize(*models.unet, 2);
  nn::initialize(*models.text, 3);
  return models;
}

TEST(EtudeTraining, TwentyStepsLowerBothLossesAndLeaveFiles) {
  const auto folder = std::filesystem::temp_directory_path() / "pleinair_etude_training";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "tokenizer");
  Models models = tinyModels(folder);
  at::manual_seed(1);
  TrainOptions options{
      .folder = folder, .steps = 20, .batch = 4, .pool = 4, .fresh = 1, .warmup = 2, .learningRate = 4e-3};
  auto vae = trainVae(models, options, {});
  ASSERT_TRUE(vae) << vae.error().text();
  EXPECT_LT(vae->lastLoss, vae->firstLoss * 0.8);
  EXPECT_TRUE(std::filesystem::exists(folder / "vae.safetensors"));
  options.batch = 8;
  auto diffusion = trainDiffusion(models, options, {});
  ASSERT_TRUE(diffusion) << diffusion.error().text();
  EXPECT_LT(diffusion->lastLoss, diffusion->firstLoss);
  EXPECT_TRUE(std::filesystem::exists(folder / "unet.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder / "text.safetensors"));
}

TEST(EtudeTraining, EveryDrawingIsLearntFromBothSidesAndInOtherWords) {
  const auto folder = std::filesystem::temp_directory_path() / "pleinair_etude_painter";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "tokenizer");
  Models models = tinyModels(folder);
  const LatentParcel parcel = LatentPainter(models, at::kCPU).draw(7, 2);
  ASSERT_EQ(parcel.means.sizes(), (at::IntArrayRef{4, 4, 32, 32}));
  ASSERT_EQ(parcel.ids.sizes(), (at::IntArrayRef{4, kCaptions, 77}));
  const at::NoGradGuard noGrad;
  const at::Tensor drawn = renderScenes({randomScene(7), randomScene(8)}, 256, at::kCPU) * 2.0 - 1.0;
  const auto latentsOf = [&](const at::Tensor& pixels) {
    return models.vae->encode(pixels).mean * models.scalingFactor;
  };
  EXPECT_TRUE(at::allclose(parcel.means.slice(0, 0, 2), latentsOf(drawn), 1e-4, 1e-4));
  EXPECT_TRUE(at::allclose(parcel.means.slice(0, 2, 4), latentsOf(drawn.flip({3})), 1e-4, 1e-4));
  EXPECT_FALSE(at::equal(parcel.ids[0], parcel.ids[2]));
}

TEST(EtudeTraining, TheOldestGiveWayOnceAPoolIsFull) {
  Ring ring;
  const at::Tensor numbers = at::zeros({5}, at::kLong), squares = at::zeros({5, 1}, at::kLong);
  const auto add = [&](std::int64_t from, std::int64_t to) {
    const at::Tensor rows = at::arange(from, to, at::kLong);
    ring.add({numbers, squares}, {rows, rows.square().view({-1, 1})});
    EXPECT_EQ(ring.added(), to);
    EXPECT_TRUE(at::equal(squares.view({-1}), numbers.square()));
  };
  const auto holds = [&](at::ArrayRef<std::int64_t> wanted) {
    return at::equal(numbers, at::tensor(wanted, at::kLong));
  };
  add(0, 3);
  EXPECT_EQ(ring.filled(), 3);
  add(3, 7);
  EXPECT_EQ(ring.filled(), 5);
  EXPECT_TRUE(holds({5, 6, 2, 3, 4})) << numbers;
  add(7, 19);  // more than there is room for
  EXPECT_EQ(ring.filled(), 5);
  EXPECT_TRUE(holds({15, 16, 17, 18, 14})) << numbers;
}

TEST(EtudeTraining, TheRateWarmsUpAndFallsToZero) {
  const TrainOptions options{.folder = {}, .warmup = 10};
  EXPECT_NEAR(rateFactor(0, 0.0, options), 0.1, 1e-9);
  EXPECT_NEAR(rateFactor(50, 0.5, options), 0.5, 1e-9);
  EXPECT_NEAR(rateFactor(90, 1.0, options), 0.0, 1e-9);
  const TrainOptions constant{.folder = {}, .warmup = 10, .decay = false};
  EXPECT_EQ(rateFactor(90, 1.0, constant), 1.0);
}

TEST(EtudeTraining, ARunThatIsAStretchOfALongerOneTakesItsPartOfTheFall) {
  const TrainOptions first{.folder = {}, .warmup = 1, .from = 0.0, .to = 0.5};
  const TrainOptions second{.folder = {}, .warmup = 1, .from = 0.5, .to = 1.0};
  EXPECT_NEAR(rateFactor(90, 1.0, first), 0.5, 1e-9);
  EXPECT_NEAR(rateFactor(90, 0.0, second), 0.5, 1e-9);
  EXPECT_NEAR(rateFactor(90, 1.0, second), 0.0, 1e-9);
}

}  // namespace
}  // namespace pleinair::etude
