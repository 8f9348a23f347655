#include "core/config/recipe_text.h"

#include <gtest/gtest.h>

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
