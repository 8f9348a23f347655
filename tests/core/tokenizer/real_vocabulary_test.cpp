#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/tokenizer/clip_tokenizer.h"
#include "core/tokenizer/clip_vocabulary.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using Ids = std::vector<std::int64_t>;

/// CLIP's own vocabulary is not part of the repository; where a folder with it is given, transformers' ids for real
/// prompts are compared.
TEST(ClipTokenizer, MatchesTransformersOnClipsOwnVocabulary) {
  const char* folder = std::getenv("PLEINAIR_CLIP_TOKENIZER");
  const char* cases = std::getenv("PLEINAIR_CLIP_CASES");
  if (folder == nullptr || cases == nullptr)
    GTEST_SKIP() << "PLEINAIR_CLIP_TOKENIZER and PLEINAIR_CLIP_CASES are not set";
  const auto tokenizer = ClipTokenizer::load(folder);
  ASSERT_TRUE(tokenizer) << tokenizer.error().text();
  std::ifstream in(cases);
  for (const auto& item : nlohmann::json::parse(in)) {
    const auto prompt = item["prompt"].get<std::string>();
    Ids ids = tokenizer->encode(prompt);
    ids.insert(ids.begin(), tokenizer->beginId());
    ids.push_back(tokenizer->endId());
    EXPECT_EQ(ids, item["ids"].get<Ids>()) << prompt;
    EXPECT_EQ(tokenizer->encodePadded(prompt), item["padded"].get<Ids>()) << prompt;
  }
}

/// The list of merges that set-up installs makes the same tokenizer; SDXL's second and SD 2.x's pad with zeros.
TEST(ClipTokenizer, TheInstalledVocabularyIsClips) {
  const fs::path file = clipVocabularyFile();
  if (file.empty()) GTEST_SKIP() << "CLIP's vocabulary is not installed";
  const auto tokenizer = loadClipTokenizer(false), zeros = loadClipTokenizer(true);
  ASSERT_TRUE(tokenizer) << tokenizer.error().text();
  ASSERT_TRUE(zeros) << zeros.error().text();
  EXPECT_EQ(tokenizer->vocabularySize(), 49408u);
  EXPECT_EQ(tokenizer->beginId(), 49406);
  EXPECT_EQ(tokenizer->encode("a photo of a cat"), (Ids{320, 1125, 539, 320, 2368}));
  EXPECT_EQ(tokenizer->encodePadded("cat").back(), 49407);
  EXPECT_EQ(zeros->encodePadded("cat").back(), 0);
  const fs::path beside = fs::path(PLEINAIR_GOLDEN_DIR) / "../../../shared/fixtures/clip_tokenizer_cases.json";
  std::ifstream in(beside);
  if (!in) return;
  for (const auto& item : nlohmann::json::parse(in)) {
    const auto prompt = item["prompt"].get<std::string>();
    EXPECT_EQ(tokenizer->encodePadded(prompt), item["padded"].get<Ids>()) << prompt;
  }
}

TEST(ClipTokenizer, AWordOfAMegabyteTakesNoTime) {
  const auto tokenizer = ClipTokenizer::load(PLEINAIR_GOLDEN_DIR "/sd15/tokenizer");
  ASSERT_TRUE(tokenizer) << tokenizer.error().text();
  const auto start = std::chrono::steady_clock::now();
  std::string word;
  while (word.size() < 1'000'000) word += "stormsky";
  EXPECT_GT(tokenizer->encode(word).size(), 1000u);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(ClipTokenizer, ThePaddingTokenOfTheTokensMapCounts) {
  const fs::path folder = fs::path(testing::TempDir()) / ("tokenizer_" + std::to_string(::getpid()));
  fs::remove_all(folder);
  fs::copy(PLEINAIR_GOLDEN_DIR "/sd15/tokenizer", folder);
  std::ofstream(folder / "special_tokens_map.json") << R"({"pad_token":"!"})";
  const auto tokenizer = ClipTokenizer::load(folder);
  ASSERT_TRUE(tokenizer) << tokenizer.error().text();
  EXPECT_EQ(tokenizer->padId(), 0);
  EXPECT_EQ(tokenizer->encodePadded("").back(), 0);
  // transformers' ids for this prompt: the padding is one token inside a text, too.
  EXPECT_EQ(tokenizer->encode("wow! sky"), (Ids{86, 78, 342, 0, 555}));
  fs::remove_all(folder);
}

}  // namespace
}  // namespace pleinair
