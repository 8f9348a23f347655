#include "core/image/png.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/atomic_file.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
using std::string_literals::operator""s;
const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "image";

Image gradient(int width, int height) {
  Image image{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {x * 5, y * 7, x + y}) image.rgb.push_back(static_cast<std::uint8_t>(value));
    }
  }
  return image;
}

class Png : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pleinair-png-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(m_folder); }

  std::optional<std::string> parametersIn(const std::string& bytes) {
    EXPECT_TRUE(writeFileAtomic(m_folder / "a.png", bytes).ok());
    const auto text = readPngParameters(m_folder / "a.png");
    EXPECT_TRUE(text.ok()) << text.error().text();
    return text.value();
  }
  fs::path m_folder;
};

TEST_F(Png, PixelsComeBackExactly) {
  const Image image = gradient(37, 23);
  ASSERT_TRUE(writePng(m_folder / "a.png", image, "hello").ok());
  EXPECT_EQ(readPng(m_folder / "a.png").value(), image);
  ASSERT_TRUE(writePng(m_folder / "b.png", image).ok());
  EXPECT_EQ(readPng(m_folder / "b.png").value(), image);
  EXPECT_EQ(readPngParameters(m_folder / "b.png").value(), std::nullopt);
}

TEST_F(Png, SameInputSameBytes) {
  EXPECT_EQ(encodePng(gradient(9, 9), "x").value(), encodePng(gradient(9, 9), "x").value());
}

TEST_F(Png, ParametersKeepNewlinesAndEveryLetter) {
  for (const std::string& text :
       {"a sky\nNegative prompt: rain\nSteps: 20, Sampler: Euler"s, "café, 50 % \"quoted\" \\ back"s,
        "закат над морем\nвторая строка"s, "夕焼け 🌅"s, "tab\there"s, std::string(100'000, 'x')}) {
    EXPECT_EQ(parametersIn(encodePng(gradient(4, 4), text).value()), text);
  }
}

TEST_F(Png, TheChunkFollowsTheHeaderAndIsLatin1WhereItCanBe) {
  const std::string plain = encodePng(gradient(4, 4), "café\nline").value();
  EXPECT_EQ(plain.substr(8 + 25 + 4, 4), "tEXt");
  EXPECT_NE(plain.find("parameters\0caf\xE9\nline"s), std::string::npos);
  const std::string wide = encodePng(gradient(4, 4), "закат").value();
  EXPECT_EQ(wide.substr(8 + 25 + 4, 4), "iTXt");
  EXPECT_NE(wide.find("parameters\0\0\0\0\0закат"s), std::string::npos);
}

TEST_F(Png, BytesThatAreNotUtf8AndZerosDoNotBreakTheFile) {
  const std::string bytes = encodePng(gradient(4, 4), "a\xFF\0b"s).value();
  EXPECT_EQ(parametersIn(bytes),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(readPng(m_folder / "a.png").value(), gradient(4, 4));
}

TEST_F(Png, ForeignTextChunksAreRead) {
  // Written by another program: zTXt, compressed iTXt, and UTF-8 in tEXt.
  EXPECT_EQ(readPngParameters(kGolden / "text_ztxt.png").value(), "compressed\ntext");
  EXPECT_EQ(readPngParameters(kGolden / "text_itxt.png").value(), "сжатый текст");
  EXPECT_EQ(readPngParameters(kGolden / "text_utf8_in_text.png").value(), "закат");
}

TEST_F(Png, DamageIsAnErrorAndNeverAPicture) {
  const std::string whole = encodePng(gradient(64, 64), "some parameters").value();
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{5}, std::size_t{20}, std::size_t{60}, whole.size() / 2, whole.size() - 20}) {
    ASSERT_TRUE(writeFileAtomic(m_folder / "cut.png", whole.substr(0, length)).ok());
    EXPECT_FALSE(readPng(m_folder / "cut.png").ok()) << length;
  }
  std::string flipped = whole;
  flipped[50] = static_cast<char>(flipped[50] ^ 1);  // inside the text: its checksum no longer holds
  ASSERT_TRUE(writeFileAtomic(m_folder / "flipped.png", flipped).ok());
  EXPECT_EQ(readPngParameters(m_folder / "flipped.png").error().code, ErrorCode::CorruptFile);
  ASSERT_TRUE(writeFileAtomic(m_folder / "note.png", "not a png").ok());
  EXPECT_EQ(readPng(m_folder / "note.png").error().code, ErrorCode::UnsupportedFormat);
  EXPECT_EQ(readPngParameters(m_folder / "note.png").error().code, ErrorCode::UnsupportedFormat);
}

TEST_F(Png, AnOversizedPictureIsRefusedBeforeItsPixels) {
  const auto refused = readPng(kGolden / "wide_30000.png");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().message.find("30000"), std::string::npos);
}

TEST_F(Png, PaletteGreyAlphaAndSixteenBitBecomeRgb) {
  for (const char* name : {"palette.png", "grey.png", "alpha.png", "sixteen_bit.png"}) {
    const auto image = readPng(kGolden / name);
    ASSERT_TRUE(image.ok()) << name;
    EXPECT_EQ(image->rgb.size(), image->stride() * static_cast<std::size_t>(image->height)) << name;
  }
  EXPECT_EQ(readPng(kGolden / "alpha.png")->rgb[0], 255);  // transparent over white
}

TEST_F(Png, NothingToWriteIsRefused) {
  EXPECT_FALSE(encodePng({}).ok());
  EXPECT_FALSE(encodePng(Image{2, 2, {1, 2, 3}}).ok());
}

}  // namespace
}  // namespace pleinair
