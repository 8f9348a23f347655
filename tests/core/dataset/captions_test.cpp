#include "tests/core/dataset/dataset_fixture.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using Captions = DatasetTest;
using std::string_literals::operator""s;

TEST_F(Captions, AreSavedAsPlainUtf8AndAnEmptyOneTakesTheFileAway) {
  write(m_project / "dataset/a.jpg", jpeg(1));
  ASSERT_TRUE(saveCaption(m_project, "a.jpg", "закат, a sky").ok());
  EXPECT_EQ(readFile(m_project / "dataset/a.txt").value(), "закат, a sky\n");
  EXPECT_EQ(captionOf("a.jpg"), "закат, a sky");
  ASSERT_TRUE(saveCaption(m_project, "a.jpg", "").ok());
  EXPECT_FALSE(fs::exists(m_project / "dataset/a.txt"));
  ASSERT_TRUE(saveCaption(m_project, "a.jpg", "").ok());
  EXPECT_EQ(saveCaption(m_project, "none.jpg", "x").error().code, ErrorCode::NotFound);
}

TEST_F(Captions, AnOldCaptionFileDoesNotComeBackAfterClearing) {
  write(m_project / "dataset/a.jpg", jpeg(1));
  write(m_project / "dataset/a.caption", "old");
  EXPECT_EQ(captionOf("a.jpg"), "old");
  ASSERT_TRUE(saveCaption(m_project, "a.jpg", "").ok());
  EXPECT_EQ(captionOf("a.jpg"), "");
}

TEST(CaptionBytes, EveryEncodingBecomesUtf8) {
  EXPECT_EQ(decodeCaptionBytes("  plain \r\n two\rthree\n\n"), "plain \n two\nthree");
  EXPECT_EQ(decodeCaptionBytes("\xEF\xBB\xBFмарк"), "марк");
  EXPECT_EQ(decodeCaptionBytes("\xFF\xFEs\0k\0y\0"s), "sky");
  EXPECT_EQ(decodeCaptionBytes("s\0k\0y\0 \0a\0"s), "sky a");  // UTF-16 without its mark
  EXPECT_EQ(decodeCaptionBytes("\0s\0k\0y"s), "sky");
  EXPECT_EQ(decodeCaptionBytes("\xFF\xFE\x3C\xD8\x05\xDF"s), "🌅");  // a surrogate pair
  EXPECT_EQ(decodeCaptionBytes("\xFF\xFE\x3C\xD8"s), "\xEF\xBF\xBD");
  EXPECT_EQ(decodeCaptionBytes("caf\xE9"), "café");
  EXPECT_EQ(decodeCaptionBytes(""), "");
  EXPECT_EQ(decodeCaptionBytes("\xFF"), "ÿ");
}

TEST(CaptionTemplate, FillsBothPlaces) {
  EXPECT_EQ(applyCaptionTemplate("a photo of the {trigger}, {caption}", "SKY", "red clouds"),
            "a photo of the SKY, red clouds");
  EXPECT_EQ(applyCaptionTemplate("{caption} {caption}", "SKY", "x"), "x x");
  EXPECT_EQ(applyCaptionTemplate("no places", "SKY", "x"), "no places");
  // What stands in a caption is text, not a place to fill.
  EXPECT_EQ(applyCaptionTemplate("{trigger}: {caption}", "SKY", "{trigger}, {caption}"), "SKY: {trigger}, {caption}");
}

TEST(CaptionTemplate, AnEmptyPlaceTakesItsCommaAlong) {
  EXPECT_EQ(applyCaptionTemplate("a photo of the {trigger}, {caption}", "SKY", ""), "a photo of the SKY");
  EXPECT_EQ(applyCaptionTemplate("a photo of the {trigger}, {caption}", "", "red clouds"),
            "a photo of the red clouds");
  EXPECT_EQ(applyCaptionTemplate("a photo, {caption}, at dusk", "SKY", " "), "a photo, at dusk");
  EXPECT_EQ(applyCaptionTemplate("a {trigger} at dusk", "", ""), "a at dusk");
  EXPECT_EQ(applyCaptionTemplate("{trigger}, {caption}", "", ""), "");
  EXPECT_EQ(applyCaptionTemplate("{caption}, {trigger}", "SKY", ""), "SKY");
  EXPECT_EQ(applyCaptionTemplate("a, {caption} ,{trigger}", "", "x"), "a, x");
}

}  // namespace
}  // namespace pleinair
