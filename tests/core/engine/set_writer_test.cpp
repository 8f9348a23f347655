// A set's list and its pictures, also when the program ends between the two.
#include "core/engine/set_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "core/config/recipe_text.h"
#include "core/config/yaml_codec.h"
#include "core/image/png.h"

namespace pleinair::test {
namespace {

namespace fs = std::filesystem;

class SetWriterTest : public ::testing::Test {
 protected:
  void SetUp() override { fs::remove_all(m_folder); }
  void TearDown() override { fs::remove_all(m_folder); }

  static PictureRecipe recipe(std::uint64_t seed) {
    PictureRecipe recipe;
    recipe.prompt = "a red sky";
    recipe.sampler = "ddim";
    recipe.steps = 4;
    recipe.guidanceScale = 5;
    recipe.seed = seed;
    recipe.width = recipe.height = 8;
    return recipe;
  }
  static Image picture() { return {8, 8, std::vector<std::uint8_t>(8 * 8 * 3, 90)}; }
  [[nodiscard]] std::vector<std::uint64_t> seeds() const {
    std::vector<std::uint64_t> seeds;
    const auto set = openPictureSet(m_folder);
    EXPECT_TRUE(set.ok()) << set.error().text();
    if (set) {
      for (const auto& entry : set->pictures) seeds.push_back(entry.recipe.seed);
    }
    return seeds;
  }

  fs::path m_folder = fs::temp_directory_path() / ("pleinair-set-" + std::to_string(::getpid()));
};

TEST_F(SetWriterTest, FinishedListsNameEveryPictureInOrder) {
  auto writer = SetWriter::create(m_folder, "Evening", "model");
  ASSERT_TRUE(writer.ok());
  for (std::uint64_t seed = 1; seed <= 200; ++seed) ASSERT_TRUE(writer->add(picture(), recipe(seed)).ok());
  ASSERT_TRUE(writer->finish().ok());
  const auto set = yaml::loadPictureSet(m_folder / "set.yaml");
  ASSERT_TRUE(set.ok());
  ASSERT_EQ(set->pictures.size(), 200u);
  for (std::size_t i = 0; i < 200; ++i) EXPECT_EQ(set->pictures[i].recipe.seed, i + 1);
}

TEST_F(SetWriterTest, PicturesThatTheListDoesNotNameYetAreInTheSet) {
  {
    auto writer = SetWriter::create(m_folder, "Evening", "model");
    ASSERT_TRUE(writer.ok());
    ASSERT_TRUE(writer->add(picture(), recipe(1)).ok());
    ASSERT_TRUE(writer->finish().ok());
  }
  // As a program leaves them that was killed between a picture and the list.
  ASSERT_TRUE(writePng(m_folder / "0002-seed-2.png", picture(), formatRecipe(recipe(2))).ok());
  ASSERT_TRUE(writePng(m_folder / "0003-seed-3.png", picture(), formatRecipe(recipe(3))).ok());
  ASSERT_TRUE(writePng(m_folder / "a photo.png", picture()).ok());
  std::ofstream(m_folder / "torn.png") << "no PNG";
  EXPECT_EQ(seeds(), (std::vector<std::uint64_t>{1, 2, 3}));

  auto again = SetWriter::create(m_folder, "", "");
  ASSERT_TRUE(again.ok());
  ASSERT_TRUE(again->add(picture(), recipe(4)).ok());
  ASSERT_TRUE(again->finish().ok());
  const auto set = yaml::loadPictureSet(m_folder / "set.yaml");
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->pictures.size(), 4u);
  EXPECT_EQ(set->name, "Evening");
}

TEST_F(SetWriterTest, ASetThatDrewNothingTakesAwayOnlyTheEmptyFolderItMade) {
  const auto drawNothing = [&](const std::function<void()>& meanwhile = [] {}) {
    auto writer = SetWriter::create(m_folder, "Evening", "model");
    ASSERT_TRUE(writer.ok());
    meanwhile();
    EXPECT_TRUE(writer->finish().ok());
  };
  drawNothing();
  EXPECT_FALSE(fs::exists(m_folder));
  fs::create_directories(m_folder);
  drawNothing();
  EXPECT_TRUE(fs::exists(m_folder)) << "it was there before";
  fs::remove(m_folder);
  drawNothing([&] { std::ofstream(m_folder / "notes.txt") << "mine"; });
  EXPECT_TRUE(fs::exists(m_folder / "notes.txt"));
}

TEST_F(SetWriterTest, APictureThatCannotBeListedIsNotLeftBehind) {
  auto writer = SetWriter::create(m_folder, "Evening", "model");
  ASSERT_TRUE(writer.ok());
  fs::create_directories(m_folder / "set.yaml/in the way");
  EXPECT_FALSE(writer->add(picture(), recipe(1)).ok());
  EXPECT_EQ(writer->added(), 0);
  for (const auto& entry : fs::directory_iterator(m_folder)) EXPECT_NE(entry.path().extension(), ".png");
}

}  // namespace
}  // namespace pleinair::test
