#include "core/tokenizer/clip_text_rules.h"

#include <gtest/gtest.h>

#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair {
namespace {

using Words = std::vector<std::string>;

TEST(ClipTextRules, SplitsLettersDigitsAndTheRest) {
  EXPECT_EQ(splitForClip("a photo, 12 clouds!?"), (Words{"a", "photo", ",", "1", "2", "clouds", "!?"}));
  EXPECT_EQ(splitForClip("it's we'll 'tis"), (Words{"it", "'s", "we", "'ll", "'t", "is"}));
  EXPECT_EQ(splitForClip("海 небо"), (Words{"海", "небо"}));
  EXPECT_EQ(splitForClip("   "), Words{});
}

TEST(ClipTextRules, NormalisesAsTheReferenceDoes) {
  EXPECT_EQ(normalizeForClip("Sky\t\n  AT\u00a0Dusk"), "sky at dusk");
  EXPECT_EQ(normalizeForClip("e\u0301"), "é") << "composed";
  EXPECT_EQ(normalizeForClip("ΟΔΟΣ"), "οδοσ") << "no final sigma";
  EXPECT_EQ(normalizeForClip("İ"), "i\u0307");
  EXPECT_EQ(normalizeForClip("\xff"), "\ufffd") << "broken bytes are replaced, not dropped";
}

TEST(ClipTokenizer, SpecialTokensTruncationAndPadding) {
  auto tokenizer = ClipTokenizer::load(PLEINAIR_GOLDEN_DIR "/sd15/tokenizer");
  ASSERT_TRUE(tokenizer.ok());
  const auto ids = tokenizer->encode("<|startoftext|> sky <|endoftext|>");
  EXPECT_EQ(ids.front(), tokenizer->beginId());
  EXPECT_EQ(ids.back(), tokenizer->endId());
  std::string lengthy;
  for (int i = 0; i < 200; ++i) lengthy += "of ";
  EXPECT_EQ(tokenizer->encode(lengthy).size(), 200u);
  const auto padded = tokenizer->encodePadded(lengthy);
  ASSERT_EQ(padded.size(), 77u);
  EXPECT_EQ(padded.back(), tokenizer->endId());
  EXPECT_EQ(tokenizer->encodePadded("").at(2), tokenizer->padId());
}

TEST(ClipTokenizer, SaysWhatIsMissing) {
  const auto missing = ClipTokenizer::load("/no/such/folder");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_NE(missing.error().text().find("vocab.json"), std::string::npos);
}

}  // namespace
}  // namespace pleinair
