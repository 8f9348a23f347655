// A picture drawn again from its own recipe on the command line.
#include "core/image/png.h"
#include "tests/core/cli/cli_fixture.h"

namespace pleinair::test {
namespace {

class Recipe : public CliTest {
 protected:
  [[nodiscard]] ProgramResult generate(const std::string& arguments, const std::string& set) const {
    return runCli("generate --device cpu --threads 1 -q " + arguments + " --out " + quoted(set));
  }
  /// The only picture of a set.
  [[nodiscard]] fs::path picture(const std::string& set) const {
    for (const auto& entry : fs::directory_iterator(path(set))) {
      if (entry.path().extension() == ".png") return entry.path();
    }
    return {};
  }
  [[nodiscard]] std::vector<std::uint8_t> pixels(const std::string& set) const {
    const auto image = readPng(picture(set));
    EXPECT_TRUE(image) << set;
    return image ? image->rgb : std::vector<std::uint8_t>();
  }
  [[nodiscard]] std::string from(const std::string& set) const { return "--from '" + picture(set).string() + "' "; }
};

TEST_F(Recipe, FromAPictureDrawsItAgainAndOptionsChangeOneThing) {
  write(path("start.jpg"), jpeg(96, 64, 3));
  const auto first =
      generate("--model " + tinyModel() +
                   " --lora '" PLEINAIR_GOLDEN_DIR
                   "/sd15/lora/kohya.safetensors:0.5:0.25' --prompt 'a red sky' --negative rain --seed 7 "
                   "--steps 5 --sampler euler --guidance 4.25 --size 64x96 --clip-skip 2 "
                   "--guidance-rescale 0.7 --spacing trailing --prediction v --zero-snr --image " +
                   quoted("start.jpg") + " --strength 0.65",
               "first");
  ASSERT_EQ(first.exitCode, 0) << first.output;
  const auto again = generate(from("first"), "again");
  ASSERT_EQ(again.exitCode, 0) << again.output;
  EXPECT_EQ(pixels("again"), pixels("first"));
  const auto other = generate(from("first") + "--guidance-rescale 0", "other");
  ASSERT_EQ(other.exitCode, 0) << other.output;
  EXPECT_NE(pixels("other"), pixels("first"));
  const auto wide = generate(from("first") + "--size 96x64", "wide");
  ASSERT_EQ(wide.exitCode, 0) << wide.output;
  EXPECT_EQ(readPng(picture("wide"))->width, 96);
}

TEST_F(Recipe, OtherLettersAreToldFromAPictureTooAndNotBeforeAnError) {
  const std::string hint = "reads English";
  const auto first = generate("--model " + tinyModel() + " --prompt 'закат' --steps 2 --size 64x64", "first");
  ASSERT_EQ(first.exitCode, 0) << first.output;
  EXPECT_EQ(first.output.find(hint), std::string::npos) << "asked to be quiet: " << first.output;
  const auto loud = [this](const std::string& arguments) {
    return runCli("generate --device cpu --threads 1 " + arguments + " --out " + quoted("second"));
  };
  const auto again = loud(from("first"));
  EXPECT_EQ(again.exitCode, 0);
  EXPECT_NE(again.output.find(hint), std::string::npos) << again.output;
  const auto english = loud(from("first") + "--prompt sunset");
  EXPECT_EQ(english.output.find(hint), std::string::npos) << english.output;
  const auto failed = loud("--model " + tinyModel() + " --prompt 'закат' --size large");
  EXPECT_NE(failed.exitCode, 0);
  EXPECT_EQ(failed.output.find(hint), std::string::npos) << failed.output;
}

TEST_F(Recipe, WhatThePictureNamesAndIsNotHereIsAskedFor) {
  write(path("start.jpg"), jpeg(96, 64, 3));
  ASSERT_EQ(generate("--model " + tinyModel() + " --prompt sky --steps 2 --sampler euler --size 64x64 --image " +
                         quoted("start.jpg") + " --strength 0.9",
                     "first")
                .exitCode,
            0);
  fs::remove(path("first/set.yaml"));
  expectSentence(generate(from("first"), "again"), "sd15");
  fs::remove(path("start.jpg"));
  const std::string model = from("first") + " --model " + tinyModel();
  expectSentence(generate(model, "again"), "start.jpg");
  write(path("moved.jpg"), jpeg(96, 64, 3));
  const auto told = generate(model + " --image " + quoted("moved.jpg"), "again");
  ASSERT_EQ(told.exitCode, 0) << told.output;
  EXPECT_EQ(pixels("again"), pixels("first"));
}

TEST_F(Recipe, APictureWithoutARecipeAndNoPictureAtAllAreSaid) {
  write(path("photo.jpg"), jpeg(96, 64, 3));
  EXPECT_EQ(generate("--from " + quoted("photo.jpg"), "set").exitCode, 1);
  const auto neither = generate("--model " + tinyModel(), "set");
  EXPECT_EQ(neither.exitCode, 2);
  EXPECT_NE(neither.output.find("--prompt or --from"), std::string::npos) << neither.output;
}

}  // namespace
}  // namespace pleinair::test
