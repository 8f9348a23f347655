#include "core/config/recipe_text.h"

#include <gtest/gtest.h>

#include <vector>

namespace pleinair {
namespace {

PictureRecipe sample() {
  PictureRecipe recipe;
  recipe.prompt = "a photo of the SKY, violet: clouds";
  recipe.negativePrompt = "blurry,\nlow quality";
  recipe.sampler = "dpmpp_2m_karras";
  recipe.steps = 20;
  recipe.guidanceScale = 7.5;
  recipe.seed = 18446744073709551615u;
  recipe.width = 512;
  recipe.height = 768;
  recipe.modelName = "études, \"first\"";
  recipe.loras = {{"evening", 0.8}};
  return recipe;
}

TEST(RecipeText, WritesWhatOtherProgramsRead) {
  EXPECT_EQ(formatRecipe(sample()),
            "a photo of the SKY, violet: clouds <lora:evening:0.8>\n"
            "Negative prompt: blurry,\nlow quality\n"
            "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 7.5, Seed: 18446744073709551615, "
            "Size: 512x768, Model: \"études, \\\"first\\\"\", Version: Pleinair " PLEINAIR_VERSION);
}

TEST(RecipeText, ReadsBackWhatItWrote) {
  const auto read = parseRecipe(formatRecipe(sample()));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, sample());
}

TEST(RecipeText, ReadsAForeignPicture) {
  const auto read = parseRecipe(
      "stormy sea\n<lora:old sails:0.5:0.5>\nNegative prompt: text\n"
      "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 6, Seed: 42, Size: 640x448, Model hash: 1f2e3d, "
      "Model: harbour, Lora hashes: \"old sails: 77aa\", Version: 1.9.4");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->prompt, "stormy sea");
  EXPECT_EQ(read->negativePrompt, "text");
  EXPECT_EQ(read->sampler, "dpmpp_2m_karras");
  EXPECT_EQ(read->width, 640);
  EXPECT_EQ(read->seed, 42u);
  ASSERT_EQ(read->loras.size(), 1u);
  EXPECT_EQ(read->loras[0].file, "old sails");
  EXPECT_DOUBLE_EQ(read->loras[0].weight, 0.5);
}

TEST(RecipeText, AWeightOfTheTextEncodersStandsBeforeTheUNets) {
  PictureRecipe recipe = sample();
  recipe.loras = {{"evening", 0.8, 0.25}, {"dusk", -0.5}};
  const std::string text = formatRecipe(recipe);
  EXPECT_NE(text.find("<lora:evening:0.25:0.8> <lora:dusk:-0.5>"), std::string::npos) << text;
  const auto read = parseRecipe(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, recipe);
}

PictureRecipe rare() {
  PictureRecipe recipe = sample();
  recipe.strength = 0.55;
  recipe.sampling = {.clipSkip = 2,
                     .guidanceRescale = 0.7,
                     .zeroTerminalSnr = true,
                     .spacing = SpacingChoice::Trailing,
                     .prediction = PredictionChoice::Velocity};
  recipe.sizes = {.originalWidth = 1600,
                  .originalHeight = 1200,
                  .cropLeft = 0,
                  .cropTop = 88,
                  .targetWidth = 512,
                  .targetHeight = 768};
  recipe.startImage = "harbour, old.jpg";
  recipe.tiledVae = true;
  recipe.device = DeviceChoice::Cuda;
  recipe.precision = PrecisionChoice::Float16;
  return recipe;
}

TEST(RecipeText, RareSettingsStandBesideTheOthersUnderTheNamesPeopleKnow) {
  const std::string text = formatRecipe(rare());
  EXPECT_NE(text.find("Size: 512x768, Denoising strength: 0.55, Start image: \"harbour, old.jpg\", Clip skip: 2, CFG "
                      "rescale: 0.7, Noise Schedule: Zero Terminal SNR, Timestep spacing: trailing, Prediction type: "
                      "v_prediction, Original size: 1600x1200, Crop offset: 0x88, Target size: 512x768, VAE tiling: "
                      "True, Device: CUDA, Precision: float16, Model: "),
            std::string::npos)
      << text;
  const auto read = parseRecipe(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, rare());
}

TEST(RecipeText, EveryRareSettingAloneComesBack) {
  std::vector<PictureRecipe> all(16, sample());
  all[0].strength = 1;
  all[1].sampling.guidanceRescale = 0.05;
  all[2].sampling.zeroTerminalSnr = true;
  all[3].sampling.spacing = SpacingChoice::Leading;
  all[4].sampling.spacing = SpacingChoice::Linspace;
  all[5].sampling.prediction = PredictionChoice::Noise;
  all[6].sizes.cropLeft = 17;
  all[7].sizes.originalHeight = 4000;
  all[8].sampling.clipSkip = 3;
  all[9].startImage = "закат над морем.png";
  all[10].tiledVae = true;
  all[11].device = DeviceChoice::Cpu;
  all[12].precision = PrecisionChoice::Float32;
  all[13].precision = PrecisionChoice::BFloat16;
  all[14].guidanceScale = 0;
  all[15].loras = {{"a", 0.3333333333333333, 0.125}, {"b", -1.5}};
  for (const PictureRecipe& recipe : all) {
    const auto read = parseRecipe(formatRecipe(recipe));
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(*read, recipe) << formatRecipe(recipe);
  }
}

TEST(RecipeText, OnlyTheNameOfAStartImageIsWritten) {
  PictureRecipe recipe = sample();
  recipe.startImage = "/home/artist/photos/harbour.jpg";
  recipe.strength = 0.5;
  const std::string text = formatRecipe(recipe);
  EXPECT_EQ(text.find("artist"), std::string::npos) << text;
  const auto read = parseRecipe(text);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->startImage, "harbour.jpg");
}

TEST(RecipeText, WhatAForeignPictureDoesNotTellStaysAsInAFreshRequest) {
  const auto read = parseRecipe("sky\nSteps: 20, Seed: 7, Face restoration: CodeFormer, Hires upscale: 2, RNG: NV");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->guidanceScale, GenerationRequest{}.guidanceScale);
  EXPECT_EQ(read->sampling, SamplingOptions{});
  EXPECT_EQ(read->device, DeviceChoice::Automatic);
  EXPECT_EQ(read->precision, PrecisionChoice::Automatic);
  EXPECT_TRUE(read->startImage.empty());
}

TEST(RecipeText, RareSettingsOutOfTheirRangeAreBroughtIntoIt) {
  const auto read = parseRecipe(
      "sky\nSteps: 20, Sampler: Euler, Seed: 1, Denoising strength: 7, CFG rescale: nan, Timestep spacing: odd, "
      "Original size: wide, Noise Schedule: Default");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->strength, 1);
  EXPECT_EQ(read->sampling, SamplingOptions{});
  EXPECT_EQ(read->sizes, SizeConditioning{});
}

TEST(RecipeText, MegabytesInOneValueAreReadAndDoNotCrash) {
  const std::string many(2'000'000, 'x');
  const std::string end = "\nSteps: 20, Sampler: Euler, Seed: 4, Model: ";
  const auto quoted = parseRecipe("sky" + end + "\"" + many + "\"");
  ASSERT_TRUE(quoted.has_value());
  EXPECT_EQ(quoted->modelName, many);
  const auto open = parseRecipe("sky <lora:" + many + end + "\"" + many);
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ(open->seed, 4u);
  const auto tag = parseRecipe("sky <lora:" + many + ":0.5>" + end + many);
  ASSERT_TRUE(tag.has_value());
  ASSERT_EQ(tag->loras.size(), 1u);
  EXPECT_EQ(tag->prompt, "sky");
  EXPECT_FALSE(parseRecipe(many + end.substr(0, 3) + many).has_value());
}

TEST(RecipeText, OddTagsAndPairsAreReadAsOtherProgramsReadThem) {
  const auto read = parseRecipe(
      "a <lora:one> b<lora:two:x:0.3> <lora:> c <lora:three:0.5\n, , A B/C-d: 1, : 2, x: 3, Steps: 9,, Seed:4 , "
      "Size: 8x6,"
      " Model: \"a, \\\"b\\\\\", Note: \"open, Clip skip: 2");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->steps, 9);
  EXPECT_EQ(read->seed, 4u);
  EXPECT_EQ(read->width, 8);
  EXPECT_EQ(read->modelName, "a, \"b\\");
  ASSERT_EQ(read->loras.size(), 2u);
  EXPECT_EQ(read->loras[0].file, "one");
  EXPECT_EQ(read->loras[1].weight, 1.0);
  EXPECT_EQ(read->prompt, "a b <lora:> c <lora:three:0.5");
}

TEST(RecipeText, APlainCommentIsNoRecipe) {
  EXPECT_FALSE(parseRecipe("Taken at dusk: nice, Seed: 3").has_value());
  EXPECT_FALSE(parseRecipe("").has_value());
}

}  // namespace
}  // namespace pleinair
