#include "core/image/resize.h"

#include <gtest/gtest.h>

#include <cmath>

namespace pleinair {
namespace {

Image filled(int width, int height, std::uint8_t value) {
  return {width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width * height) * 3, value)};
}

int valueAt(const Image& image, int x, int y) {
  return image.rgb[static_cast<std::size_t>(y) * image.stride() + static_cast<std::size_t>(x) * 3];
}

TEST(Resize, AFlatPictureStaysFlatAtEverySize) {
  for (const int value : {0, 1, 127, 254, 255}) {
    for (const auto& [width, height] : {std::pair{1, 1}, {3, 200}, {17, 5}, {64, 48}, {301, 7}}) {
      const Image image = resized(filled(40, 30, static_cast<std::uint8_t>(value)), width, height);
      ASSERT_EQ(image, filled(width, height, static_cast<std::uint8_t>(value))) << width << "x" << height;
    }
  }
}

TEST(Resize, SameSizeIsTheSamePicture) {
  Image image = filled(5, 4, 9);
  image.rgb[7] = 200;
  EXPECT_EQ(resized(image, 5, 4), image);
}

TEST(Resize, ShrinkingAveragesAndDoesNotAlias) {
  Image stripes = filled(400, 8, 0);
  for (std::size_t i = 0; i < stripes.rgb.size(); i += 6)
    stripes.rgb[i] = stripes.rgb[i + 1] = stripes.rgb[i + 2] = 255;
  const Image small = resized(stripes, 50, 1);
  for (int x = 2; x < 48; ++x) EXPECT_NEAR(valueAt(small, x, 0), 127.5, 2) << x;
}

TEST(Resize, KeepsPositions) {
  // A ramp keeps its values under any linear, centred filter.
  Image ramp = filled(200, 1, 0);
  for (std::size_t x = 0; x < 200; ++x) ramp.rgb[x * 3] = static_cast<std::uint8_t>(x);
  const Image half = resized(ramp, 100, 1);
  for (int x = 5; x < 95; ++x) EXPECT_NEAR(valueAt(half, x, 0), 2 * x + 0.5, 1.01) << x;
  const Image twice = resized(ramp, 400, 1);
  for (int x = 10; x < 390; ++x) EXPECT_NEAR(valueAt(twice, x, 0), (x - 0.5) / 2, 1.01) << x;
}

TEST(Resize, SharpEdgesDoNotWrapAround) {
  Image edge = filled(64, 64, 0);
  for (std::size_t i = edge.rgb.size() / 2; i < edge.rgb.size(); ++i) edge.rgb[i] = 255;
  const Image image = resized(edge, 41, 41);
  EXPECT_EQ(valueAt(image, 20, 0), 0);
  EXPECT_EQ(valueAt(image, 20, 40), 255);
  for (int y = 0; y < 18; ++y) EXPECT_LE(valueAt(image, 20, y), 30) << y;  // ringing clamped, not wrapped
  for (int y = 23; y < 41; ++y) EXPECT_GE(valueAt(image, 20, y), 225) << y;
}

TEST(Resize, CropsTheCentre) {
  Image image = filled(6, 4, 0);
  image.rgb[static_cast<std::size_t>(1) * image.stride() + 2 * 3] = 77;
  const Image middle = centerCropped(image, 2, 2);
  EXPECT_EQ(middle.width, 2);
  EXPECT_EQ(valueAt(middle, 0, 0), 77);
  EXPECT_TRUE(centerCropped(image, 7, 2).empty());
  EXPECT_TRUE(resized({}, 4, 4).empty());
}

}  // namespace
}  // namespace pleinair
