#include "core/engine/found_recipe.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <optional>

#include "core/config/recipe.h"
#include "core/config/recipe_text.h"
#include "core/config/yaml_codec.h"
#include "core/engine/engine.h"
#include "core/engine/set_writer.h"
#include "core/image/png.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "sd15";

Image photo() {
  Image image{96, 64, {}};
  for (int i = 0; i < image.width * image.height * 3; ++i) {
    image.rgb.push_back(static_cast<std::uint8_t>(i * 7 % 251));
  }
  return image;
}

/// Draws a request with an engine of its own on the CPU; the set's only picture.
fs::path drawn(GenerationRequest request, const fs::path& folder) {
  fs::remove_all(folder);
  request.model = kGolden;
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<event::Finished> finished;
  fs::path file;
  Engine engine(
      [&](const Event& event) {
        const std::lock_guard lock(mutex);
        if (const auto* picture = std::get_if<event::PictureReady>(&event.body)) file = picture->file;
        if (const auto* end = std::get_if<event::Finished>(&event.body)) finished = *end;
        changed.notify_all();
      },
      {DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  engine.submit(GenerateJob{std::move(request), folder, "set"});
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return finished.has_value(); });
  EXPECT_EQ(finished->outcome, event::Outcome::Done) << finished->error.text();
  return file;
}

std::vector<std::uint8_t> pixels(const fs::path& png) { return readPng(png).value().rgb; }

class FoundRecipeTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    m_folder =
        fs::temp_directory_path() / ("pleinair-found-" + std::string(info->name()) + std::to_string(::getpid()));
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  void TearDown() override { fs::remove_all(m_folder); }

  [[nodiscard]] fs::path path(const char* name) const { return m_folder / name; }

  /// Everything the tiny model lets one set, away from its default.
  [[nodiscard]] GenerationRequest unusual() const {
    GenerationRequest request;
    request.prompts = {"a photo of the (sky:1.3)"};
    request.negativePrompt = "rain";
    request.sampler = "euler_a";
    request.steps = 6;
    request.guidanceScale = 4.625;
    request.seed = 18446744073709551615u;
    request.width = 64;
    request.height = 96;
    request.sampling = {.clipSkip = 2,
                        .guidanceRescale = 0.7,
                        .zeroTerminalSnr = true,
                        .spacing = SpacingChoice::Trailing,
                        .prediction = PredictionChoice::Velocity};
    request.startImage = path("harbour, old.png");
    request.strength = 0.65;
    request.loras = {{path("evening.safetensors"), 1.0 / 3, -0.75}};
    return request;
  }
  void putFiles(const fs::path& folder) const {
    fs::create_directories(folder);
    ASSERT_TRUE(writePng(folder / "harbour, old.png", photo()).ok());
    fs::copy_file(kGolden / "lora" / "kohya.safetensors", folder / "evening.safetensors");
  }

  fs::path m_folder;
};

TEST_F(FoundRecipeTest, DrawsTheSamePixelsAgainFromTheSetAndFromThePictureAlone) {
  putFiles(m_folder);
  const fs::path first = drawn(unusual(), path("set"));
  const auto wanted = pixels(first);

  const auto ofSet = findRecipe(first);
  ASSERT_TRUE(ofSet) << ofSet.error().text();
  EXPECT_EQ(ofSet->model, kGolden);
  EXPECT_TRUE(ofSet->missing.empty());
  EXPECT_EQ(requestOf(ofSet->recipe), unusual());
  EXPECT_EQ(pixels(drawn(requestOf(ofSet->recipe), path("again"))), wanted);

  // A picture that the list does not name yet is of the set too.
  fs::copy_file(first, path("set/unlisted.png"));
  EXPECT_EQ(findRecipe(path("set/unlisted.png"))->model, kGolden);

  // Without its set, beside the files it names, wherever they lie now.
  putFiles(path("elsewhere"));
  fs::rename(first, path("elsewhere/picture.png"));
  const auto alone = findRecipe(path("elsewhere/picture.png"));
  ASSERT_TRUE(alone) << alone.error().text();
  EXPECT_TRUE(alone->missing.empty());
  EXPECT_EQ(alone->recipe.startImage, path("elsewhere/harbour, old.png"));
  EXPECT_EQ(pixels(drawn(requestOf(alone->recipe), path("third"))), wanted);

  // Each of these decides the pixels: a recipe that lost one would have failed above.
  const auto differs = [&](auto change) {
    GenerationRequest request = unusual();
    change(request);
    return pixels(drawn(request, path("changed"))) != wanted;
  };
  EXPECT_TRUE(differs([](auto& r) { r.sampling.guidanceRescale = 0; }));
  EXPECT_TRUE(differs([](auto& r) { r.sampling.spacing = SpacingChoice::Automatic; }));
  EXPECT_TRUE(differs([](auto& r) { r.sampling.clipSkip = 0; }));
  EXPECT_TRUE(differs([](auto& r) { r.sampling.zeroTerminalSnr = false; }));
  EXPECT_TRUE(differs([](auto& r) { r.strength = 0.35; }));
  EXPECT_TRUE(differs([](auto& r) { r.startImage.clear(); }));
  EXPECT_TRUE(differs([](auto& r) { r.loras[0].textEncoderWeight.reset(); }));
  EXPECT_TRUE(differs([](auto& r) { r.guidanceScale = 4.6; }));
}

TEST_F(FoundRecipeTest, APrecisionIsWishedForAgainAndAGpuThatIsNotHereIsPassedOver) {
  GenerationRequest request = unusual();
  request.startImage.clear();
  request.loras.clear();
  request.device = {DeviceChoice::Cpu, PrecisionChoice::BFloat16, 0};
  const fs::path half = drawn(request, path("half"));
  const auto found = findRecipe(half);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(requestOf(found->recipe).device, request.device);
  EXPECT_EQ(pixels(drawn(requestOf(found->recipe), path("again"))), pixels(half));
  if (fs::exists("/dev/nvidiactl")) GTEST_SKIP() << "there is a GPU here";
  request.device = {DeviceChoice::Cuda, PrecisionChoice::BFloat16, 0};
  const fs::path instead = drawn(request, path("instead"));
  EXPECT_EQ(findRecipe(instead)->recipe.precision, PrecisionChoice::Automatic) << "the engine's own float32";
}

TEST_F(FoundRecipeTest, WhatIsNotHereIsNamed) {
  PictureRecipe recipe;
  recipe.prompt = "a storm";
  recipe.steps = 4;
  recipe.sampler = "euler";
  recipe.loras = {{"dusk", 0.5}};
  recipe.startImage = "harbour.jpg";
  recipe.strength = 0.5;
  ASSERT_TRUE(writePng(path("picture.png"), photo(), formatRecipe(recipe)).ok());
  const auto found = findRecipe(path("picture.png"));
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->missing, (std::vector<std::string>{"dusk", "harbour.jpg"}));
  EXPECT_TRUE(found->model.empty());

  ASSERT_TRUE(writePng(path("bare.png"), photo()).ok());
  EXPECT_EQ(findRecipe(path("bare.png")).error().code, ErrorCode::NotFound);
}

TEST_F(FoundRecipeTest, APictureThatReplacedTheSetsOwnTellsItsOwnRecipe) {
  PictureRecipe recipe;
  recipe.prompt = "a storm";
  recipe.steps = 4;
  recipe.sampler = "euler";
  SetWriter writer = SetWriter::create(path("set"), "set", kGolden).value();
  const fs::path file = writer.add(photo(), recipe).value();
  recipe.prompt = "calm";
  ASSERT_TRUE(writePng(file, photo(), formatRecipe(recipe)).ok());
  EXPECT_EQ(findRecipe(file)->recipe.prompt, "calm");
}

TEST_F(FoundRecipeTest, ASampleOfARunFindsItsCheckpointAndItsModel) {
  TrainingConfig config;
  config.model = kGolden;
  fs::create_directories(path("run/samples/step_000010"));
  fs::create_directories(path("run/checkpoints"));
  ASSERT_TRUE(yaml::saveTrainingConfig(path("run/config.yaml"), config).ok());
  const fs::path checkpoint = path("run/checkpoints/step_000010.safetensors");
  fs::copy_file(kGolden / "lora" / "kohya.safetensors", checkpoint);
  PictureRecipe recipe;
  recipe.steps = 4;
  recipe.sampler = "euler";
  recipe.loras = {{checkpoint, 1.0}};
  const fs::path png = path("run/samples/step_000010/00_1.png");
  ASSERT_TRUE(writePng(png, photo(), formatRecipe(recipe)).ok());
  const auto found = findRecipe(png);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(found->recipe.loras, recipe.loras);
  EXPECT_EQ(found->model, kGolden);
  EXPECT_TRUE(found->missing.empty());
}

}  // namespace
}  // namespace pleinair
