#include "core/tokenizer/prompt_chunks.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pleinair {
namespace {

using Pieces = std::vector<WeightedText>;

void expectPieces(std::string_view prompt, const Pieces& wanted) {
  const Pieces got = parsePromptWeights(prompt);
  ASSERT_EQ(got.size(), wanted.size()) << prompt;
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].text, wanted[i].text) << prompt;
    EXPECT_NEAR(got[i].weight, wanted[i].weight, 1e-12) << prompt;
    EXPECT_EQ(got[i].startsChunk, wanted[i].startsChunk) << prompt;
  }
}

TEST(PromptWeights, BracketsWeighWhatTheyHold) {
  expectPieces("normal text", {{"normal text", 1.0}});
  expectPieces("", {{"", 1.0}});
  expectPieces("an (important) word", {{"an ", 1.0}, {"important", 1.1}, {" word", 1.0}});
  expectPieces("a [faint] one", {{"a ", 1.0}, {"faint", 1 / 1.1}, {" one", 1.0}});
  expectPieces("(sky:1.3)", {{"sky", 1.3}});
  expectPieces("(sky: 0.5 )", {{"sky", 0.5}});
  expectPieces("((deep))", {{"deep", 1.21}});
  expectPieces("(a [b] c:1.5)", {{"a ", 1.5}, {"b", 1.5 / 1.1}, {" c", 1.5}});
}

TEST(PromptWeights, WhatIsNoWeightStaysText) {
  expectPieces("time: 12:30", {{"time: 12:30", 1.0}});
  expectPieces(R"(\(not a weight\) \[nor this\] \\)", {{"(not a weight) [nor this] \\", 1.0}});
  expectPieces("(a:b)", {{"a:b", 1.1}});
  expectPieces("closed) too ] soon", {{"closed) too ] soon", 1.0}});
  expectPieces("(unbalanced", {{"unbalanced", 1.1}});
  expectPieces("[unbalanced", {{"unbalanced", 1 / 1.1}});
}

TEST(PromptWeights, AWeightThatIsNoFiniteNumberIsText) {
  expectPieces("(e:nan)", {{"e:nan", 1.1}});
  expectPieces("(e:inf)", {{"e:inf", 1.1}});
  expectPieces("(e:-infinity)", {{"e:-infinity", 1.1}});
  expectPieces("(e:1e999)", {{"e:1e999", 1.1}});
}

TEST(PromptWeights, HoweverManyBracketsWeightsStayFinite) {
  const auto weightOf = [](const std::string& prompt) {
    const Pieces pieces = parsePromptWeights(prompt);
    EXPECT_EQ(pieces.size(), 1u);
    return static_cast<float>(pieces.front().weight);
  };
  const std::string many(20'000, '('), few(20'000, '[');
  for (const std::string& prompt : {many + "sky", few + "sky", many + few + "sky", few + many + "sky"}) {
    EXPECT_TRUE(std::isfinite(weightOf(prompt))) << prompt.front();
  }
  EXPECT_GT(weightOf(many + "sky"), 1.0F);
  EXPECT_LT(weightOf(few + "sky"), 1.0F);
  EXPECT_TRUE(std::isfinite(weightOf("((sky:1e300):-1e300)")));
  EXPECT_EQ(weightOf("(((sky:1e300):1e300):0)"), 0.0F) << "nothing is nothing, however much of it";
}

TEST(PromptWeights, BreakStartsAChunk) {
  expectPieces("red sky BREAK calm sea", {{"red sky", 1.0}, {"calm sea", 1.0, true}});
  expectPieces("BREAKFAST at sea", {{"BREAKFAST at sea", 1.0}});
}

class Chunks : public testing::Test {
 protected:
  ClipTokenizer tokenizer = ClipTokenizer::load(PLEINAIR_GOLDEN_DIR "/sd15/tokenizer").value();
};

TEST_F(Chunks, APlainPromptIsWhatTheTokenizerPads) {
  for (const char* prompt : {"", "a photo of the sky at sunset"}) {
    const auto chunks = chunkPrompt(tokenizer, prompt);
    ASSERT_EQ(chunks.size(), 1u);
    EXPECT_EQ(chunks[0].ids, tokenizer.encodePadded(prompt));
    EXPECT_FALSE(chunks[0].weighted());
  }
}

TEST_F(Chunks, LongPromptsGoOnInTheNextChunk) {
  std::string prompt;
  for (int i = 0; i < 80; ++i) prompt += "sky ";
  const std::size_t tokens = tokenizer.encode(prompt).size();
  ASSERT_EQ(tokens, 80u);
  const auto chunks = chunkPrompt(tokenizer, prompt);
  ASSERT_EQ(chunks.size(), 2u);
  for (const PromptChunk& chunk : chunks) {
    EXPECT_EQ(chunk.ids.size(), 77u);
    EXPECT_EQ(chunk.ids.front(), tokenizer.beginId());
  }
  EXPECT_EQ(chunks[0].ids.back(), tokenizer.endId());
  EXPECT_EQ(chunks[1].ids[6], tokenizer.endId());
}

TEST_F(Chunks, EachTokenCarriesItsWeight) {
  const auto chunks = chunkPrompt(tokenizer, "sky (sky:1.5) BREAK [sky]");
  ASSERT_EQ(chunks.size(), 2u);
  EXPECT_EQ(chunks[0].weights[0], 1.0F);
  EXPECT_EQ(chunks[0].weights[1], 1.0F);
  EXPECT_EQ(chunks[0].weights[2], 1.5F);
  EXPECT_EQ(chunks[0].weights[3], 1.0F) << "the end weighs nothing";
  EXPECT_NEAR(chunks[1].weights[1], 1 / 1.1, 1e-6);
  EXPECT_TRUE(chunks[1].weighted());
}

}  // namespace
}  // namespace pleinair
