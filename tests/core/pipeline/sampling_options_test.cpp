#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "core/diffusion/sampler.h"
#include "core/image/png.h"
#include "core/models/load_module.h"
#include "core/pipeline/denoise.h"
#include "core/pipeline/text_to_image.h"
#include "core/pipeline/tiled_decode.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "sd15";

class SamplingOptionsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    NullProgress progress;
    model = StableDiffusion::load(kGolden, DeviceSpec{}, progress).value().release();
  }
  static void TearDownTestSuite() {
    delete model;
    model = nullptr;
  }

  DenoiseOptions options(const std::string& sampler) const {
    DenoiseOptions options;
    options.wanted = model->encodeWeightedPrompt("a photo of the sky at sunset");
    options.unwanted = model->encodeNothing();
    options.sampler = sampler;
    options.steps = 4;
    options.width = options.height = 64;
    return options;
  }
  at::Tensor drawn(const DenoiseOptions& options) const { return denoise(*model, options).value(); }

  static inline StableDiffusion* model = nullptr;
};

double difference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().max().item<double>(); }

// On a trained model: random weights under guidance make a million times more of the last bit, which depends on how
// many pictures a convolution is given.
TEST_F(SamplingOptionsTest, ABatchIsItsPicturesOneByOne) {
  NullProgress progress;
  const auto etude =
      StableDiffusion::load(fs::path(PLEINAIR_SOURCE_DIR) / "resources/models/etude", DeviceSpec{}, progress);
  ASSERT_TRUE(etude) << etude.error().text();
  const auto picture = [&](const DenoiseOptions& options) {
    return (decodeLatents(**etude, denoise(**etude, options).value()) * 0.5 + 0.5).clamp(0.0, 1.0);
  };
  for (const char* sampler : {"dpmpp_2m_karras", "euler_a"}) {
    DenoiseOptions batch = options(sampler);
    batch.wanted = (*etude)->encodeWeightedPrompt("a red sunset over the sea");
    batch.unwanted = (*etude)->encodeNothing();
    batch.width = batch.height = 128;
    batch.seeds = {3, 9, 4, 1000};
    const at::Tensor together = picture(batch);
    EXPECT_GT(difference(together[0], together[1]), 0.05);
    for (std::size_t i = 0; i < batch.seeds.size(); ++i) {
      DenoiseOptions single = batch;
      single.seeds = {batch.seeds[i]};
      EXPECT_LT(difference(together[static_cast<std::int64_t>(i)], picture(single)[0]), 1e-4) << sampler;
    }
  }
}

TEST_F(SamplingOptionsTest, APlainPromptIsEncodedAsTheReferenceDoes) {
  const std::array<std::string, 1> prompt{"a photo of the sky at sunset"};
  EXPECT_TRUE(at::equal(model->encodePrompts(prompt).context, model->encodeWeightedPrompt(prompt[0]).context));
}

TEST_F(SamplingOptionsTest, WeightsKeepTheMeanAndMoveTheWordsThatCarryThem) {
  const at::Tensor plain = model->encodeWeightedPrompt("sky sea").context;
  const at::Tensor heavy = model->encodeWeightedPrompt("(sky:1.5) sea").context;
  EXPECT_NEAR(plain.mean().item<double>(), heavy.mean().item<double>(), 1e-4);
  const at::Tensor ratio = (heavy / plain)[0].mean(-1);
  EXPECT_NEAR((ratio[1] / ratio[2]).item<double>(), 1.5, 1e-3);
}

TEST_F(SamplingOptionsTest, LongAndShortPromptsMeetAtOneLength) {
  std::string words;
  for (int i = 0; i < 100; ++i) words += "sky ";
  PromptEncoding longer = model->encodeWeightedPrompt(words), shorter = model->encodeNothing();
  EXPECT_EQ(longer.context.size(1), 154);
  padTogether(*model, longer, shorter);
  EXPECT_EQ(shorter.context.size(1), 154);
}

TEST_F(SamplingOptionsTest, ClipSkipReadsAnEarlierLayerThroughTheFinalNorm) {
  const std::array<std::string, 1> prompt{"sky"};
  const TextEncoding all = model->textEncoder->forward(model->tokenIds(prompt).first);
  const at::Tensor wanted = model->textEncoder->normalized(all.penultimate);
  EXPECT_TRUE(at::equal(model->encodeWeightedPrompt("sky", 2).context, wanted));
  EXPECT_TRUE(at::equal(model->encodeWeightedPrompt("sky", 1).context, all.lastHidden));
  EXPECT_TRUE(at::equal(model->encodeWeightedPrompt("sky", 0).context, all.lastHidden));
}

TEST_F(SamplingOptionsTest, EveryOptionChangesThePicture) {
  const at::Tensor plain = drawn(options("euler"));
  const auto changed = [&](auto change) {
    DenoiseOptions other = options("euler");
    change(other);
    return difference(drawn(other), plain) > 1e-3;
  };
  EXPECT_TRUE(changed([](auto& o) { o.sampling.guidanceRescale = 0.7; }));
  EXPECT_TRUE(changed([](auto& o) { o.sampling.prediction = PredictionChoice::Velocity; }));
  EXPECT_TRUE(changed([](auto& o) { o.sampling.spacing = SpacingChoice::Trailing; }));
  EXPECT_TRUE(changed([](auto& o) {
    o.sampling.prediction = PredictionChoice::Velocity;
    o.sampling.zeroTerminalSnr = true;
  }));
}

TEST_F(SamplingOptionsTest, ZeroTerminalSnrNeedsVelocity) {
  for (const std::string& sampler : samplerNames()) {
    DenoiseOptions wrong = options(sampler);
    wrong.sampling.zeroTerminalSnr = true;
    EXPECT_FALSE(denoise(*model, wrong)) << sampler;
    wrong.sampling.prediction = PredictionChoice::Velocity;
    wrong.sampling.spacing = SpacingChoice::Trailing;
    const auto latents = denoise(*model, wrong);
    GenerationRequest request;
    request.sampler = sampler;
    request.steps = wrong.steps;
    request.sampling = wrong.sampling;
    EXPECT_EQ(validateRequest(*model, request).ok(), heedsZeroSnr(sampler)) << "said before anything is written";
    if (!heedsZeroSnr(sampler)) {
      EXPECT_EQ(latents.error().code, ErrorCode::BadArgument);
      continue;
    }
    ASSERT_TRUE(latents) << sampler << latents.error().text();
    EXPECT_TRUE(at::isfinite(*latents).all().item<bool>()) << sampler;
  }
}

TEST_F(SamplingOptionsTest, SamplersThatKnowNoZeroTerminalSnrLeaveTheModelsAside) {
  const auto ignores = [&](const std::string& sampler) {
    DenoiseOptions some = options(sampler);
    some.sampling.prediction = PredictionChoice::Velocity;
    model->schedule.rescaleZeroSnr = true;
    const at::Tensor with = drawn(some);
    model->schedule.rescaleZeroSnr = false;
    return at::equal(with, drawn(some));
  };
  for (const char* sampler : {"heun", "lms", "pndm"}) EXPECT_TRUE(ignores(sampler)) << sampler;
  EXPECT_FALSE(ignores("euler"));
}

TEST_F(SamplingOptionsTest, AStartImageIsRedrawnByItsStrength) {
  const at::Tensor image = at::rand({1, 3, 64, 64}) * 2 - 1;
  int calls = 0;
  double last = 0;
  for (const auto& [strength, steps] : {std::pair{0.25, 1}, {0.5, 2}, {1.0, 4}}) {
    DenoiseOptions some = options("ddim");
    some.start = encodeStart(*model, image).value();
    some.strength = strength;
    calls = 0;
    some.onStep = [&] { ++calls; };
    const at::Tensor latents = drawn(some);
    EXPECT_EQ(calls, steps);
    EXPECT_EQ(plannedSteps(*model, some), steps);
    const at::Tensor clean = model->vae->encode(image).mean * model->vae->config().scalingFactor;
    const double moved = (latents - clean).abs().mean().item<double>();
    EXPECT_GT(moved, last);
    last = moved;
  }
}

TEST_F(SamplingOptionsTest, EverySamplerCanBeginInTheMiddle) {
  for (const std::string& sampler : samplerNames()) {
    DenoiseOptions some = options(sampler);
    some.start = encodeStart(*model, at::zeros({1, 3, 64, 64})).value();
    some.strength = 0.5;
    const auto latents = denoise(*model, some);
    ASSERT_TRUE(latents) << sampler;
    EXPECT_TRUE(at::isfinite(*latents).all().item<bool>()) << sampler;
  }
}

TEST_F(SamplingOptionsTest, SizesAreToldToTheModelHeightFirst) {
  const SizeConditioning sizes{.originalWidth = 640, .originalHeight = 480, .cropLeft = 16, .cropTop = 8};
  EXPECT_TRUE(at::equal(timeIds(sizes, 512, 256)[0], at::tensor({480.F, 640.F, 8.F, 16.F, 256.F, 512.F})));
  EXPECT_TRUE(at::equal(timeIds({}, 512, 256)[0], at::tensor({256.F, 512.F, 0.F, 0.F, 256.F, 512.F})));
}

/// A sky with a sun over a ridge and a rippled sea, [1, 3, height, width] in -1..1.
at::Tensor drawnSky(std::int64_t height, std::int64_t width) {
  const at::Tensor y = at::linspace(0, 1, height).view({1, 1, height, 1});
  const at::Tensor x = at::linspace(0, 1, width).view({1, 1, 1, width});
  const at::Tensor low = at::tensor({0.95, 0.55, 0.25}).view({1, 3, 1, 1}), high = low.flip(1);
  const at::Tensor sun = (-((x - 0.6).square() * 2.25 + (y - 0.4).square()) * 150.0).exp();
  const at::Tensor sky = high * (1.0 - y) + low * y + sun;
  const at::Tensor sea = low * 0.4 + ((y * 260.0 + (x * 40.0).sin()).sin() * 0.08) * y;
  const at::Tensor ridge = 0.62 + (x * 19.0).sin() * 0.03 + (x * 47.0).sin() * 0.015;
  const at::Tensor land = at::tensor({0.12, 0.1, 0.14}).view({1, 3, 1, 1});
  return at::where(y < ridge, sky, at::where(y < 0.7, land, sea)).clamp(0.0, 1.0).to(at::kFloat) * 2.0 - 1.0;
}

TEST_F(SamplingOptionsTest, TilesFitTogetherWithoutSeams) {
  const at::NoGradGuard noGradients;
  NullProgress progress;
  const auto etude =
      StableDiffusion::load(fs::path(PLEINAIR_SOURCE_DIR) / "resources/models/etude", DeviceSpec{}, progress);
  ASSERT_TRUE(etude) << etude.error().text();
  const Vae& vae = *(*etude)->vae;
  const at::Tensor latents = vae.encode(drawnSky(384, 640)).mean;
  const at::Tensor whole = vae.decode(latents);
  EXPECT_TRUE(at::equal(decodeTiled(vae, latents, 80, 24), whole)) << "one tile is no tile";
  const at::Tensor tiled = decodeTiled(vae, latents, 32, 12);
  ASSERT_EQ(tiled.sizes(), whole.sizes());
  const at::Tensor off = (tiled - whole) * 127.5;
  EXPECT_LT(off.abs().max().item<double>(), 4.0);
  EXPECT_LT(off.abs().mean().item<double>(), 0.4);
  // A seam is a jump of the difference between neighbours, along a whole row or column. At the shore, row 268, it
  // jumps because the picture does.
  const at::Tensor rows = (off.slice(2, 1) - off.slice(2, 0, -1)).abs().mean({0, 1, 3}).flatten();
  EXPECT_LT((off.slice(3, 1) - off.slice(3, 0, -1)).abs().mean({0, 1, 2}).max().item<double>(), 0.7);
  EXPECT_LT(at::cat({rows.slice(0, 0, 264), rows.slice(0, 272)}).max().item<double>(), 0.7);
  // Where two tiles meet (tiles of 256 begin 128 apart) there is none at all.
  const auto jump = [&off](std::int64_t dimension, std::int64_t meeting) {
    return (off.select(dimension, meeting) - off.select(dimension, meeting - 1)).abs().mean().item<double>();
  };
  EXPECT_LT(jump(2, 192), 0.05);
  for (const std::int64_t column : {192, 320, 448}) EXPECT_LT(jump(3, column), 0.05) << column;
}

TEST_F(SamplingOptionsTest, RequestsWithABatchGiveTheSamePictures) {
  struct Keeper final : GenerationListener {
    std::vector<Image> images;
    int planned = 0, last = 0;
    void onBegan(int total) override { planned = total; }
    void onStep(int done) override { last = done; }
    Result<void> onPicture(int, int, const Image& image, const PictureRecipe&) override {
      images.push_back(image);
      return {};
    }
  };
  GenerationRequest request;
  request.prompts = {"sky"};
  request.steps = 2;
  request.width = request.height = 64;
  request.count = 3;
  Keeper single, batch;
  ASSERT_TRUE(textToImage(*model, request, single, {}));
  request.batch = 2;
  ASSERT_TRUE(textToImage(*model, request, batch, {}));
  ASSERT_EQ(batch.images.size(), 3u);
  EXPECT_EQ(batch.planned, batch.last);
  for (std::size_t i = 0; i < 3; ++i) {
    int largest = 0;
    for (std::size_t p = 0; p < single.images[i].rgb.size(); ++p) {
      largest = std::max(largest, std::abs(int{single.images[i].rgb[p]} - int{batch.images[i].rgb[p]}));
    }
    EXPECT_LE(largest, 1) << "rounding may fall either way, no more";
  }
}

}  // namespace
}  // namespace pleinair
