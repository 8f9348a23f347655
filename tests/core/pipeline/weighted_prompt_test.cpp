// SDXL with two tokenizers that do not agree, as fine-tuned models have them.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/pipeline/stable_diffusion.h"
#include "tests/golden_model.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
constexpr std::int64_t kChunk = ClipTokenizer::kContextLength;

/// The tiny SDXL in which one tokenizer, the parameter's, joins no letters: it needs more tokens for the same words.
class UnlikeTokenizers : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    folder = fs::path(testing::TempDir()) / ("unlike_" + std::to_string(::getpid()));
    fs::remove_all(folder);
    const auto made = test::completeGoldenModel(fs::path(PLEINAIR_GOLDEN_DIR) / "sdxl", folder);
    ASSERT_TRUE(made) << made.error().text();
    std::ofstream(folder / GetParam() / "merges.txt") << "#version: 0.2\n";
    NullProgress progress;
    auto loaded = StableDiffusion::load(folder, DeviceSpec{}, progress);
    ASSERT_TRUE(loaded) << loaded.error().text();
    model = std::move(*loaded);
  }
  void TearDown() override { fs::remove_all(folder); }

  /// What the encoder of `tokenizer` makes of chunk `index`.
  [[nodiscard]] at::Tensor part(const PromptEncoding& encoding, std::int64_t index, bool second) const {
    const std::int64_t first = model->textEncoder->config().size, all = encoding.context.size(2);
    return encoding.context.narrow(1, index * kChunk, kChunk)
        .narrow(2, second ? first : 0, second ? all - first : first);
  }

  static std::string words(const std::string& word, int count) {
    std::string text = word;
    for (int i = 1; i < count; ++i) text += " " + word;
    return text;
  }

  const bool longerIsSecond = GetParam() == std::string("tokenizer_2");
  fs::path folder;
  std::unique_ptr<StableDiffusion> model;
};

TEST_P(UnlikeTokenizers, TheShorterPromptIsFilledUpWithEmptyChunks) {
  // 40 tokens for the one, three times as many for the other.
  PromptEncoding got = model->encodeWeightedPrompt(words("sky", 40)), empty = model->encodeWeightedPrompt({});
  ASSERT_EQ(got.context.size(1), 2 * kChunk);
  ASSERT_EQ(empty.context.size(1), kChunk);
  EXPECT_TRUE(part(got, 1, !longerIsSecond).equal(part(empty, 0, !longerIsSecond)));
  EXPECT_FALSE(part(got, 1, longerIsSecond).equal(part(empty, 0, longerIsSecond)));
  padTogether(*model, got, empty);
  EXPECT_EQ(got.context.sizes(), empty.context.sizes());
}

TEST_P(UnlikeTokenizers, WeightsKeepTheMeanOfEachEncodersChunks) {
  const std::string sky = words("sky", 10), sea = words("sea", 30);
  const PromptEncoding plain = model->encodeWeightedPrompt(sky + " " + sea);
  const PromptEncoding weighted = model->encodeWeightedPrompt("(" + sky + ":1.7) (" + sea + ":0.4)");
  ASSERT_EQ(weighted.context.sizes(), plain.context.sizes());
  ASSERT_EQ(plain.context.size(1), 2 * kChunk);
  for (const bool second : {false, true}) {
    for (const std::int64_t chunk : {0, 1}) {
      const at::Tensor before = part(plain, chunk, second), after = part(weighted, chunk, second);
      const double scale = before.abs().mean().item<double>();
      EXPECT_NEAR(after.mean().item<double>(), before.mean().item<double>(), 1e-5 * scale) << second << chunk;
      // The shorter prompt's second chunk is empty and weighs nothing.
      EXPECT_EQ(after.equal(before), chunk == 1 && second != longerIsSecond) << second << chunk;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Longer, UnlikeTokenizers, testing::Values("tokenizer", "tokenizer_2"));

}  // namespace
}  // namespace pleinair
