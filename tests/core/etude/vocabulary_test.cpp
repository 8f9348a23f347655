#include "app/etude/vocabulary.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair::etude {
namespace {

std::filesystem::path freshFolder(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / ("pleinair_etude_" + name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

TEST(Vocabulary, HoldsEveryByteTwiceAndTheSpecialTokensLast) {
  const Vocabulary vocabulary = learnVocabulary({"sunset over the sea", "sunset over the sea"}, 10);
  ASSERT_EQ(vocabulary.tokens.size(), 512 + vocabulary.merges.size() + 2);
  EXPECT_EQ(std::set<std::string>(vocabulary.tokens.begin(), vocabulary.tokens.end()).size(),
            vocabulary.tokens.size());
  EXPECT_EQ(vocabulary.tokens.front(), "!");
  EXPECT_EQ(vocabulary.tokens[256], "!</w>");
  EXPECT_EQ(vocabulary.tokens[vocabulary.tokens.size() - 2], "<|startoftext|>");
  EXPECT_EQ(vocabulary.tokens.back(), "<|endoftext|>");
}

TEST(Vocabulary, TheTokenizerReadsItAndKnowsItsWordsAsOneToken) {
  const auto folder = freshFolder("vocabulary");
  ASSERT_TRUE(writeVocabulary(learnVocabulary(vocabularyTexts(300), 600), folder));
  auto tokenizer = ClipTokenizer::load(folder);
  ASSERT_TRUE(tokenizer) << tokenizer.error().text();
  EXPECT_EQ(tokenizer->encode("sunset").size(), 1U);
  EXPECT_EQ(tokenizer->encode("over the sea").size(), 3U);
  EXPECT_EQ(tokenizer->endId(), static_cast<std::int64_t>(tokenizer->vocabularySize()) - 1);
  EXPECT_EQ(tokenizer->beginId(), tokenizer->endId() - 1);
}

TEST(Vocabulary, AnyTextIsSpelledInBytes) {
  const auto folder = freshFolder("bytes");
  ASSERT_TRUE(writeVocabulary(learnVocabulary({"sea"}, 2), folder));
  auto tokenizer = ClipTokenizer::load(folder);
  ASSERT_TRUE(tokenizer) << tokenizer.error().text();
  const auto ids = tokenizer->encode("закат 7");
  EXPECT_EQ(ids.size(), 11U);  // five Cyrillic letters of two bytes, one digit
  for (const std::int64_t id : ids) {
    EXPECT_LT(id, 512);
  }
}

}  // namespace
}  // namespace pleinair::etude
