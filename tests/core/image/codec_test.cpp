#include "core/image/codec.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

#include "core/base/atomic_file.h"
#include "core/image/png.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "image";

using Color = std::array<int, 3>;
constexpr Color kRed{220, 40, 40}, kGreen{40, 180, 60}, kBlue{50, 60, 200}, kYellow{230, 210, 50};

Color at(const Image& image, double x, double y) {
  const auto column = static_cast<std::size_t>(x * image.width), row = static_cast<std::size_t>(y * image.height);
  const std::uint8_t* pixel = image.rgb.data() + row * image.stride() + column * 3;
  return {pixel[0], pixel[1], pixel[2]};
}

testing::AssertionResult near(const Color& got, const Color& wanted, int tolerance) {
  for (std::size_t i = 0; i < 3; ++i) {
    if (std::abs(got[i] - wanted[i]) > tolerance) {
      return testing::AssertionFailure() << "(" << got[0] << ", " << got[1] << ", " << got[2] << ") is not near ("
                                         << wanted[0] << ", " << wanted[1] << ", " << wanted[2] << ")";
    }
  }
  return testing::AssertionSuccess();
}

void expectQuadrants(const Image& image, int tolerance) {
  EXPECT_TRUE(near(at(image, 0.2, 0.2), kRed, tolerance));
  EXPECT_TRUE(near(at(image, 0.8, 0.2), kGreen, tolerance));
  EXPECT_TRUE(near(at(image, 0.2, 0.8), kBlue, tolerance));
  EXPECT_TRUE(near(at(image, 0.8, 0.8), kYellow, tolerance));
}

class Folder : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "pleinair-codec-XXXXXX").string();
    m_folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(m_folder); }
  fs::path write(const std::string& name, const std::string& bytes) {
    EXPECT_TRUE(writeFileAtomic(m_folder / name, bytes).ok());
    return m_folder / name;
  }
  fs::path m_folder;
};
using CodecFiles = Folder;

class EveryFormat : public testing::TestWithParam<const char*> {};

TEST_P(EveryFormat, DecodesToTheSameFourQuadrants) {
  const fs::path file = kGolden / GetParam();
  const auto image = decodeImage(file);
  ASSERT_TRUE(image.ok()) << image.error().text();
  EXPECT_EQ(image->width, 48);
  EXPECT_EQ(image->height, 32);
  expectQuadrants(*image, 6);
  const auto info = probeImage(file);
  ASSERT_TRUE(info.ok());
  EXPECT_EQ(info->width, 48);
  EXPECT_EQ(info->height, 32);
}

INSTANTIATE_TEST_SUITE_P(Codec, EveryFormat,
                         testing::Values("plain.jpg", "progressive.jpg", "plain.png", "palette.png", "plain.webp",
                                         "lossy.webp", "plain.tif", "plain.bmp", "palette.bmp", "top_down_24.bmp",
                                         "fields_32.bmp", "fields_565.bmp", "rle_8.bmp", "rle_4.bmp", "old_4.bmp",
                                         "orientation_1.jpg", "orientation_2.jpg", "orientation_3.jpg",
                                         "orientation_4.jpg", "orientation_5.jpg", "orientation_6.jpg",
                                         "orientation_7.jpg", "orientation_8.jpg", "orientation_6.png",
                                         "orientation_6.webp", "orientation_6.tif"),
                         [](const auto& test) {
                           std::string name = test.param;
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(Codec, FormatComesFromTheContentAndNotTheName) {
  EXPECT_EQ(probeImage(kGolden / "plain.jpg")->format, "jpeg");
  EXPECT_EQ(probeImage(kGolden / "plain.webp")->format, "webp");
  EXPECT_EQ(probeImage(kGolden / "plain.tif")->format, "tiff");
  EXPECT_EQ(probeImage(kGolden / "plain.bmp")->format, "bmp");
  EXPECT_EQ(probeImage(kGolden / "plain.png")->format, "png");
}

TEST_F(CodecFiles, APngCalledJpgIsDecodedAndAGifCalledJpgIsRefused) {
  fs::copy(kGolden / "plain.png", m_folder / "a.jpg");
  fs::copy(kGolden / "plain.gif", m_folder / "b.jpg");
  ASSERT_TRUE(decodeImage(m_folder / "a.jpg").ok());
  const auto refused = decodeImage(m_folder / "b.jpg");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::UnsupportedFormat);
  EXPECT_NE(refused.error().message.find("GIF"), std::string::npos);
  // Formats of the decoding library that nobody asked for stay shut.
  for (const char* text :
       {"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "P6 2 2 255 abcdefghijkl", "%PDF-1.4 hello",
        "just a note, BM or not", "BMW and other cars, twenty-six letters"}) {
    const auto file = write("c.jpg", text);
    EXPECT_EQ(decodeImage(file).error().code, ErrorCode::UnsupportedFormat) << text;
  }
}

TEST(Codec, GreyAndCmykBecomeRgb) {
  const auto grey = decodeImage(kGolden / "grey.jpg");
  ASSERT_TRUE(grey.ok());
  EXPECT_TRUE(near(at(*grey, 0.2, 0.2), {94, 94, 94}, 3));
  ASSERT_TRUE(decodeImage(kGolden / "grey.png").ok());
  const auto cmyk = decodeImage(kGolden / "cmyk.jpg");
  ASSERT_TRUE(cmyk.ok());
  // Ink without a profile is anyone's guess; it must not come out inverted or in other hues.
  expectQuadrants(*cmyk, 75);
}

TEST(Codec, AlphaLiesOverWhite) {
  for (const char* name : {"alpha.png", "alpha.webp", "alpha.tif"}) {
    const auto image = decodeImage(kGolden / name);
    ASSERT_TRUE(image.ok()) << name;
    EXPECT_TRUE(near(at(*image, 0.2, 0.2), {255, 255, 255}, 1)) << name;
    EXPECT_TRUE(near(at(*image, 0.2, 0.8), {152, 157, 227}, 2)) << name;  // half blue
    EXPECT_TRUE(near(at(*image, 0.8, 0.8), kYellow, 1)) << name;
    const auto small = decodeThumbnail(kGolden / name, 8);
    ASSERT_TRUE(small.ok());
    EXPECT_TRUE(near(at(*small, 0.1, 0.1), {255, 255, 255}, 3)) << name;
  }
}

TEST(Codec, SixteenBitsAreRounded) {
  const auto image = decodeImage(kGolden / "sixteen_bit.png");
  ASSERT_TRUE(image.ok());
  // 0x80FF / 257 = 128.49, 0x8000 / 257 = 127.50, 0x01F0 / 257 = 1.93: cutting off the low byte gives 128, 128, 1.
  EXPECT_EQ(at(*image, 0.5, 0.5), (Color{128, 128, 2}));
}

TEST(Codec, DisplayP3ReproducesLittleCms) {
  for (const char* name : {"display_p3.png", "display_p3.jpg"}) {
    const auto info = probeImage(kGolden / name);
    ASSERT_TRUE(info.ok());
    EXPECT_TRUE(info->hasIccProfile);
    for (const auto& image :
         {decodeImage(kGolden / name), decodeThumbnail(kGolden / name, 8), decodeCover(kGolden / name, 4, 4)}) {
      ASSERT_TRUE(image.ok());
      EXPECT_TRUE(near(at(*image, 0.5, 0.5), {41, 183, 114}, 1)) << name;
    }
  }
  EXPECT_FALSE(probeImage(kGolden / "plain.png")->hasIccProfile);
}

TEST(Codec, ABrokenProfileDoesNotCostThePhoto) {
  const auto image = decodeImage(kGolden / "broken_profile.png");
  ASSERT_TRUE(image.ok()) << image.error().text();
  EXPECT_TRUE(near(at(*image, 0.5, 0.5), {90, 180, 120}, 1));
}

TEST(Codec, AThirtyThousandPixelsWidePictureIsRefusedWithItsSize) {
  for (const auto& error :
       {decodeImage(kGolden / "wide_30000.png").error(), decodeThumbnail(kGolden / "wide_30000.png", 64).error(),
        probeImage(kGolden / "wide_30000.png").error()}) {
    EXPECT_EQ(error.code, ErrorCode::UnsupportedFormat);
    EXPECT_NE(error.message.find("30,000 x 2 pixels"), std::string::npos) << error.text();
    EXPECT_NE(error.message.find("20,000"), std::string::npos) << error.text();
  }
}

TEST_F(CodecFiles, EmptyMissingAndFolderSayWhat) {
  EXPECT_EQ(decodeImage(m_folder / "none.jpg").error().code, ErrorCode::NotFound);
  const auto empty = decodeImage(write("empty.jpg", ""));
  EXPECT_EQ(empty.error().code, ErrorCode::CorruptFile);
  EXPECT_NE(empty.error().message.find("0 bytes"), std::string::npos);
  EXPECT_FALSE(decodeImage(m_folder).ok());
}

TEST_F(CodecFiles, AFileCutShortIsAnErrorAtEveryLengthAndNeverAGreyHalf) {
  for (const char* name : {"plain.jpg", "progressive.jpg", "plain.png", "plain.webp", "lossy.webp", "plain.tif",
                           "plain.bmp", "alpha.tif"}) {
    const std::string whole = readFile(kGolden / name).value();
    // The last bytes of some formats hold no pixels.
    for (const double share : {0.02, 0.2, 0.5, 0.8}) {
      const auto file =
          write(name, whole.substr(0, static_cast<std::size_t>(static_cast<double>(whole.size()) * share)));
      for (const auto& image : {decodeImage(file), decodeThumbnail(file, 8), decodeCover(file, 8, 8)}) {
        EXPECT_FALSE(image.ok()) << name << " cut to " << share;
        if (!image.ok()) {
          EXPECT_TRUE(image.error().code == ErrorCode::CorruptFile || share < 0.1) << image.error().text();
        }
      }
    }
  }
}

TEST_F(CodecFiles, ALargeJpegCutShortIsAnErrorForThumbnailsToo) {
  Image noise{900, 700, {}};
  std::uint32_t state = 1;
  for (std::size_t i = 0; i < noise.stride() * 700; ++i)
    noise.rgb.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
  const std::string bytes = encodeJpeg(noise, 80).value();
  const auto whole = write("whole.jpg", bytes), cut = write("cut.jpg", bytes.substr(0, bytes.size() * 9 / 10));
  EXPECT_TRUE(decodeThumbnail(whole, 64).ok());
  EXPECT_EQ(decodeThumbnail(cut, 64).error().code, ErrorCode::CorruptFile);
}

TEST_F(CodecFiles, FlippedBytesNeverCrash) {
  std::uint32_t state = 7;
  const auto next = [&] { return state = state * 1664525 + 1013904223; };
  for (const char* name : {"plain.jpg", "progressive.jpg", "palette.png", "lossy.webp", "alpha.tif", "palette.bmp",
                           "cmyk.jpg", "display_p3.jpg"}) {
    const std::string whole = readFile(kGolden / name).value();
    for (int round = 0; round < 60; ++round) {
      std::string broken = whole;
      for (int i = 0; i < 4; ++i) broken[(next() >> 8) % broken.size()] = static_cast<char>(next() >> 24);
      const auto file = write("broken", broken);
      if (const auto image = decodeThumbnail(file, 32); image.ok()) {
        EXPECT_EQ(image->rgb.size(), image->stride() * static_cast<std::size_t>(image->height));
        EXPECT_LE(std::max(image->width, image->height), 32);
      }
    }
  }
}

TEST_F(CodecFiles, NamesInAnyBytesAreRead) {
  for (const std::string& name :
       {std::string("закат над морем.jpg"), std::string("caf\xE9 \xFF.jpg"), std::string("a\nb[1]*.jpg"),
        std::string("page.jpg[shrink=8]"), std::string("%20.jpg")}) {
    fs::copy(kGolden / "plain.jpg", m_folder / name);
    const auto image = decodeImage(m_folder / name);
    ASSERT_TRUE(image.ok()) << image.error().text();
    EXPECT_EQ(image->width, 48);
  }
}

TEST(Codec, ThumbnailsFitAndAreNeverEnlarged) {
  const auto small = decodeThumbnail(kGolden / "orientation_6.jpg", 24);
  ASSERT_TRUE(small.ok());
  EXPECT_EQ(small->width, 24);
  EXPECT_EQ(small->height, 16);
  expectQuadrants(*small, 10);
  EXPECT_EQ(decodeThumbnail(kGolden / "plain.jpg", 500)->width, 48);
  EXPECT_FALSE(decodeThumbnail(kGolden / "plain.jpg", 0).ok());
}

TEST(Codec, CoverFillsTheAskedSizeFromTheCentre) {
  const auto square = decodeCover(kGolden / "plain.jpg", 32, 32);
  ASSERT_TRUE(square.ok());
  EXPECT_EQ(square->width, 32);
  EXPECT_EQ(square->height, 32);
  expectQuadrants(*square, 8);
  const auto enlarged = decodeCover(kGolden / "plain.jpg", 96, 128);
  ASSERT_TRUE(enlarged.ok());
  EXPECT_EQ(enlarged->height, 128);
  expectQuadrants(*enlarged, 8);
}

TEST_F(CodecFiles, CoverOfAThinStripDoesNotEnlargeAllOfIt) {
  Image strip{19'000, 2, std::vector<std::uint8_t>(19'000 * 2 * 3, 90)};
  ASSERT_TRUE(writePng(m_folder / "strip.png", strip).ok());
  const auto image = decodeCover(m_folder / "strip.png", 256, 256);
  ASSERT_TRUE(image.ok());
  EXPECT_EQ(image->width, 256);
  EXPECT_TRUE(near(at(*image, 0.5, 0.5), {90, 90, 90}, 1));
}

TEST_F(CodecFiles, EncodedJpegComesBackAlike) {
  const Image image = decodeImage(kGolden / "plain.png").value();
  const auto file = write("again.jpg", encodeJpeg(image, 95).value());
  expectQuadrants(decodeImage(file).value(), 6);
  EXPECT_FALSE(encodeJpeg({}, 90).ok());
  EXPECT_FALSE(encodeJpeg(image, 0).ok());
}

TEST(Codec, ManyThreadsDecodeTheSame) {
  const Image wanted = decodeImage(kGolden / "display_p3.jpg").value();
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const auto image = decodeImage(kGolden / "display_p3.jpg");
        if (!image.ok() || !(image.value() == wanted)) ++wrong;
        if (decodeImage(kGolden / "wide_30000.png").ok()) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Codec, AStopRequestEndsADecodeEarly) {
  std::stop_source source;
  source.request_stop();
  EXPECT_FALSE(decodeThumbnail(kGolden / "plain.jpg", 8, source.get_token()).ok());
}

TEST(Codec, PhotoNames) {
  for (const char* name : {"a.jpg", "a.JPG", "a.JpEg", "a.png", "a.webp", "a.tif", "a.TIFF", "a.bmp", "закат.Jpg"})
    EXPECT_TRUE(isPhotoFileName(name)) << name;
  for (const char* name : {"a.txt", "jpg", ".jpg", "a.jpg.part", "a.heic", "a"})
    EXPECT_FALSE(isPhotoFileName(name)) << name;
}

}  // namespace
}  // namespace pleinair
