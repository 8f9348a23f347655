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

std::filesystem::path freshFolder(const char* name) {
  const auto folder = std::filesystem::temp_directory_path() / name;
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "tokenizer");
  return folder;
}

VaeConfig tinyVaeShape() {
  VaeConfig shape = vaeShape();
  shape.blockOutChannels = {8, 8, 8, 8};
  shape.normGroups = 4;
  return shape;
}

Models tinyModels(const std::filesystem::path& folder) {
  EXPECT_TRUE(writeVocabulary(learnVocabulary(vocabularyTexts(100), 100), folder / "tokenizer"));
  Models models;
  models.tokenizer = std::make_unique<ClipTokenizer>(std::move(ClipTokenizer::load(folder / "tokenizer").value()));
  models.vae = std::make_unique<Vae>(tinyVaeShape());
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
  const auto folder = freshFolder("pleinair_etude_training");
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

void addGradient(nn::Module& module, float value) {
  module.visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
    slot.mutable_grad() = at::full_like(slot, value) * at::arange(slot.numel()).view(slot.sizes());
  });
}

std::vector<at::Tensor> weightsOf(nn::Module& module) {
  std::vector<at::Tensor> all;
  module.visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
    all.push_back(slot.detach().clone());
  });
  return all;
}

TEST(EtudeTraining, WeightsOnSeveralDevicesStepByTheMeanOfTheirGradients) {
  const auto tinyVae = [] {
    auto vae = std::make_unique<Vae>(tinyVaeShape());
    nn::initialize(*vae, 5);
    return vae;
  };
  const auto alone = tinyVae(), first = tinyVae(), second = tinyVae();
  const WeightsInTraining::Options unclipped{.clipTo = 1e9};
  WeightsInTraining one(unclipped), both(unclipped);
  one.add(*alone, at::kCPU, at::kFloat);
  both.add(*first, at::kCPU, at::kFloat);
  both.mirror({second.get()}, at::kCPU);
  const std::vector<at::Tensor> before = weightsOf(*first);
  for (int step = 0; step < 3; ++step) {
    addGradient(*alone, -1.0F);
    addGradient(*first, 1.0F);
    addGradient(*second, -3.0F);
    one.step(1e-2);
    both.step(1e-2);
  }
  const std::vector<at::Tensor> wanted = weightsOf(*alone), here = weightsOf(*first), there = weightsOf(*second);
  ASSERT_EQ(here.size(), there.size());
  for (std::size_t i = 0; i < here.size(); ++i) {
    EXPECT_TRUE(at::equal(here[i], there[i])) << i;
    EXPECT_TRUE(at::allclose(here[i], wanted[i], 1e-5, 1e-7)) << i;
  }
  EXPECT_FALSE(at::equal(here.back(), before.back()));
}

TEST(EtudeTraining, OrthogonalStepsStretchAllDirectionsAlikeAndLeaveTheRestToAdam) {
  VaeConfig shape = vaeShape();
  shape.blockOutChannels = {16, 16, 16, 16};
  const auto stepped = [&](bool orthogonal) {
    Vae vae(shape);
    nn::initialize(vae, 5);
    const std::vector<at::Tensor> before = weightsOf(vae);
    WeightsInTraining weights({.weightDecay = 0.0, .orthogonal = orthogonal});
    weights.add(vae, at::kCPU, at::kFloat);
    at::manual_seed(3);
    vae.visitParameters([&](const std::string&, at::Tensor& slot, const std::vector<std::int64_t>&) {
      slot.mutable_grad() = at::randn(slot.sizes());
    });
    weights.step(1e-3);
    std::vector<at::Tensor> moved = weightsOf(vae);
    for (std::size_t i = 0; i < moved.size(); ++i) {
      moved[i] -= before[i];
    }
    return moved;
  };
  const std::vector<at::Tensor> orthogonal = stepped(true), adam = stepped(false);
  int matrices = 0;
  for (std::size_t i = 0; i < adam.size(); ++i) {
    const at::Tensor& one = orthogonal[i];
    if (one.dim() < 2 || one.size(0) < 16 || one.numel() / one.size(0) < 16) {
      EXPECT_TRUE(at::equal(one, adam[i])) << i;
      continue;
    }
    ++matrices;
    const at::Tensor matrix = one.dim() == 4 ? one.permute({0, 2, 3, 1}).reshape({one.size(0), -1}) : one;
    if (matrix.size(0) == matrix.size(1)) {  // one drawn at random has a direction of nearly no length
      continue;
    }
    const double longer = static_cast<double>(std::max(matrix.size(0), matrix.size(1)));
    const at::Tensor stretch = at::linalg_svdvals(matrix) / (1e-3 * 0.2 * std::sqrt(longer));
    EXPECT_GT(stretch.min().item<double>(), 0.5) << i;
    EXPECT_LT(stretch.max().item<double>(), 1.3) << i;
  }
  EXPECT_GT(matrices, 20);
}

void learnWithTwoReplicas(const DeviceSpec& device) {
  const auto folder = freshFolder("pleinair_etude_replicas");
  Models models = tinyModels(folder);
  at::manual_seed(1);
  const TrainOptions options{.folder = folder,
                             .steps = 20,
                             .batch = 4,
                             .pool = 4,
                             .fresh = 1,
                             .warmup = 2,
                             .learningRate = 4e-3,
                             .replicas = 2};
  auto diffusion = trainDiffusion(models, options, device);
  ASSERT_TRUE(diffusion) << diffusion.error().text();
  EXPECT_LT(diffusion->lastLoss, diffusion->firstLoss);
}

TEST(EtudeTraining, TwoReplicasShareTheBatch) { learnWithTwoReplicas({}); }

TEST(EtudeTraining, OnAGpuAndItsNeighbourTwoReplicasShareTheBatch) {
  const auto device = resolveDevice({});
  if (!device || gpusFor(*device) < 2) GTEST_SKIP() << "no two GPUs here";
  learnWithTwoReplicas(*device);
}

TEST(EtudeTraining, EveryDrawingIsLearntFromBothSidesAndInOtherWords) {
  const auto folder = freshFolder("pleinair_etude_painter");
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
