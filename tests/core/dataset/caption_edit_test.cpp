#include "core/dataset/caption_edit.h"

#include "core/dataset/palette_of.h"
#include "core/image/png.h"
#include "tests/core/dataset/dataset_fixture.h"

namespace pleinair {
namespace {

using CaptionEdits = DatasetTest;

std::vector<Photo> photosWith(const std::vector<std::string>& captions) {
  std::vector<Photo> photos;
  for (const std::string& caption : captions)
    photos.push_back({"p" + std::to_string(photos.size()) + ".jpg", "", caption});
  return photos;
}

TEST_F(CaptionEdits, ATemplateFillsAllOrOnlyTheMissing) {
  const auto photos = photosWith({"red clouds", "", "rain"});
  const std::string pattern = "a photo of the {trigger}, {caption}";
  const auto all = planTemplate(photos, pattern, "SKY", CaptionScope::All);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0], (CaptionEdit{"p0.jpg", "red clouds", "a photo of the SKY, red clouds"}));
  EXPECT_EQ(all[1].after, "a photo of the SKY");
  const auto missing = planTemplate(photos, pattern, "SKY", CaptionScope::OnlyMissing);
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0].path, "p1.jpg");
}

TEST_F(CaptionEdits, ApplyingATemplateTwiceChangesNothingMore) {
  for (const std::string& pattern :
       {std::string("a photo of the {trigger}, {caption}"), std::string("{trigger}, {caption}"),
        std::string("{caption}, by {trigger}"), std::string("in {trigger}: {caption}, at dusk")}) {
    auto photos = photosWith({"red clouds", "", "rain"});
    for (auto& photo : photos) photo.caption = applyCaptionTemplate(pattern, "SKY", photo.caption);
    EXPECT_TRUE(planTemplate(photos, pattern, "SKY", CaptionScope::All).empty()) << pattern;
  }
  EXPECT_TRUE(planTemplate(photosWith({"x"}), "{caption}", "SKY", CaptionScope::All).empty());
}

TEST_F(CaptionEdits, FindAndReplaceKnowsLettersOfOtherAlphabets) {
  EXPECT_EQ(replacedInCaption("a sky, a sky", "sky", "sea", LetterCase::Exact), "a sea, a sea");
  EXPECT_EQ(replacedInCaption("Sky SKY sky", "sky", "x", LetterCase::Exact), "Sky SKY x");
  EXPECT_EQ(replacedInCaption("Sky SKY sky", "sKy", "x", LetterCase::Ignored), "x x x");
  EXPECT_EQ(replacedInCaption("Закат, ЗАКАТ и Ёлка", "закат", "рассвет", LetterCase::Ignored),
            "рассвет, рассвет и Ёлка");
  EXPECT_EQ(replacedInCaption("Ёлка", "ёлка", "ель", LetterCase::Ignored), "ель");
  EXPECT_EQ(replacedInCaption("ÉTUDE Čas Žena", "étude", "x", LetterCase::Ignored), "x Čas Žena");
  EXPECT_EQ(replacedInCaption("ÉTUDE Čas Žena", "čas ž", "x", LetterCase::Ignored), "ÉTUDE xena");
  EXPECT_EQ(replacedInCaption("aaa", "aa", "a", LetterCase::Exact), "aa");
  EXPECT_EQ(replacedInCaption("abc", "", "x", LetterCase::Exact), "abc");
  EXPECT_EQ(replacedInCaption("abc", "b", "", LetterCase::Exact), "ac");
  // Half of a letter is never found: D0 begins most Cyrillic letters.
  EXPECT_EQ(replacedInCaption("закат", "\xD0", "x", LetterCase::Exact), "закат");
}

TEST_F(CaptionEdits, PlansReachTheDiskAndCanBeTakenBack) {
  write(m_project / "dataset/a.jpg", jpeg(1));
  write(m_project / "dataset/b.jpg", jpeg(2));
  ASSERT_TRUE(saveCaption(m_project, "b.jpg", "Red sky").ok());
  const auto photos = listPhotos(m_project);
  auto edits = planReplace(photos.value(), "red", "blue", LetterCase::Ignored);
  ASSERT_EQ(edits.size(), 1u);
  EXPECT_EQ(applyCaptionEdits(m_project, edits).value(), 1);
  EXPECT_EQ(captionOf("b.jpg"), "blue sky");
  std::swap(edits[0].before, edits[0].after);
  EXPECT_EQ(applyCaptionEdits(m_project, edits).value(), 1);
  EXPECT_EQ(captionOf("b.jpg"), "Red sky");
  EXPECT_FALSE(applyCaptionEdits(m_project, {{"gone.jpg", "", "x"}}).ok());
}

TEST_F(CaptionEdits, PalettesOfFilesMeasureHowFarTwoGroupsAre) {
  const auto flat = [&](const std::string& name, std::uint8_t red, std::uint8_t blue) {
    Image image{80, 60, {}};
    for (int i = 0; i < 80 * 60; ++i)
      image.rgb.insert(image.rgb.end(),
                       {static_cast<std::uint8_t>(red - i % 40), 90, static_cast<std::uint8_t>(blue + i % 40)});
    EXPECT_TRUE(writePng(m_folder / name, image).ok());
    return m_folder / name;
  };
  const auto warm = flat("warm.png", 250, 20), warmer = flat("warmer.png", 240, 30), cold = flat("cold.png", 60, 200);
  const auto between = [](const std::vector<std::filesystem::path>& first,
                          const std::vector<std::filesystem::path>& second) {
    return paletteDistance(paletteOf(first, 5).value(), paletteOf(second, 5).value());
  };
  const double near = between({warm}, {warmer}), far = between({warm}, {cold});
  EXPECT_LT(near, 5);
  EXPECT_GT(far, 20);
  EXPECT_EQ(between({warm}, {warm, m_folder / "none.png"}), 0);
  EXPECT_EQ(paletteOf({m_folder / "none.png"}, 5).error().code, ErrorCode::EmptyDataset);
}

}  // namespace
}  // namespace pleinair
