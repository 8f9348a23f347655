#include "app/etude/evaluate.h"

#include <gtest/gtest.h>

namespace pleinair::etude {
namespace {

Image plain(std::uint8_t r, std::uint8_t g, std::uint8_t b) {
  Image image{.width = 8, .height = 8, .rgb = {}};
  for (int i = 0; i < 64; ++i) image.rgb.insert(image.rgb.end(), {r, g, static_cast<std::uint8_t>(b + i / 8)});
  return image;
}

TEST(Evaluate, ASetIsNoDistanceFromItselfAndFarFromAnotherColor) {
  const std::vector<Image> reds = {plain(200, 40, 30), plain(220, 60, 40)};
  const std::vector<Image> blues = {plain(30, 40, 200), plain(40, 60, 220)};
  const SetDistance none = distanceBetween(reds, reds);
  EXPECT_LT(none.palette, 0.01);
  EXPECT_LT(none.transport, 0.01);
  EXPECT_LT(none.sliced, 0.01);
  const SetDistance far = distanceBetween(reds, blues);
  EXPECT_GT(far.palette, 30.0);
  EXPECT_GT(far.transport, 30.0);
  EXPECT_GT(far.sliced, 20.0);
}

TEST(Evaluate, TheSlicedDistanceGrowsWithTheShareOfPicturesThatDiffer) {
  const std::vector<Image> reds = {plain(200, 40, 30), plain(200, 40, 30), plain(200, 40, 30), plain(200, 40, 30)};
  std::vector<Image> one = reds;
  one[0] = plain(30, 40, 200);
  std::vector<Image> two = one;
  two[1] = plain(30, 40, 200);
  EXPECT_GT(distanceBetween(reds, one).sliced, 1.0);
  EXPECT_GT(distanceBetween(reds, two).sliced, distanceBetween(reds, one).sliced * 1.5);
}

TEST(Evaluate, AFolderWithoutPicturesIsAnError) {
  const auto none = picturesOf("/nonexistent/folder");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::EmptyDataset);
}

}  // namespace
}  // namespace pleinair::etude
