#include "core/dataset/buckets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace pleinair {
namespace {

TEST(Buckets, AThreeToTwoPhotoAt512LosesNothing) {
  EXPECT_EQ(bucketFor(6000, 4000, 512, 16), (BucketSize{624, 416}));
  EXPECT_EQ(bucketFor(4000, 6000, 512, 16), (BucketSize{416, 624}));
  EXPECT_EQ(croppedShare(6000, 4000, {624, 416}), 0);
  EXPECT_EQ(bucketFor(1000, 1000, 512, 16), (BucketSize{512, 512}));
  EXPECT_EQ(bucketFor(3000, 3000, 256, 8), (BucketSize{256, 256}));
}

TEST(Buckets, CroppedShareIsWhatACentreCropLoses) {
  EXPECT_NEAR(croppedShare(3000, 2000, {640, 384}), 0.1, 1e-12);  // 3:2 into 5:3
  EXPECT_NEAR(croppedShare(200, 100, {64, 64}), 0.5, 1e-12);
  EXPECT_NEAR(croppedShare(100, 200, {64, 64}), 0.5, 1e-12);
}

TEST(Buckets, AnyPhotoFitsTheAreaInWholeStepsAndNoNeighbourLosesLess) {
  std::mt19937 random(3);
  for (int round = 0; round < 20'000; ++round) {
    const int width = 1 + static_cast<int>(random() % 9000), height = 1 + static_cast<int>(random() % 9000);
    const int step = random() % 2 == 0 ? 8 : 16, resolution = 256 << random() % 3;
    const BucketSize bucket = bucketFor(width, height, resolution, step);
    ASSERT_GE(bucket.width, step);
    ASSERT_GE(bucket.height, step);
    ASSERT_EQ(bucket.width % step, 0);
    ASSERT_EQ(bucket.height % step, 0);
    ASSERT_LE(bucket.width * bucket.height, resolution * resolution);
    if (std::min(width, height) >= 256 && std::max(width, height) <= 4 * std::min(width, height)) {
      ASSERT_LT(croppedShare(width, height, bucket), 0.15) << width << "x" << height << " at " << resolution;
      ASSERT_LE(bucket.width, width);
      ASSERT_LE(bucket.height, height);
    }
    ASSERT_EQ(bucketFor(height, width, resolution, step), (BucketSize{bucket.height, bucket.width}));
  }
}

TEST(Buckets, SmallPhotosAreNotEnlargedUnlessTiny) {
  EXPECT_EQ(bucketFor(200, 120, 512, 8), (BucketSize{200, 120}));
  EXPECT_EQ(bucketFor(32, 32, 256, 16), (BucketSize{64, 64}));
  EXPECT_EQ(bucketFor(1, 1, 64, 16), (BucketSize{64, 64}));
}

TEST(Buckets, EveryPhotoAppearsExactlyOnceAnEpoch) {
  std::mt19937 random(5);
  for (int round = 0; round < 300; ++round) {
    std::vector<BucketSize> sizes(random() % 60);
    for (auto& size : sizes)
      size = {64 + static_cast<int>(random() % 3) * 16, 64 + static_cast<int>(random() % 2) * 16};
    const int batchSize = 1 + static_cast<int>(random() % 5);
    std::multiset<std::size_t> seen;
    for (const auto& batch : epochBatches(sizes, batchSize, random())) {
      ASSERT_FALSE(batch.empty());
      ASSERT_LE(batch.size(), static_cast<std::size_t>(batchSize));
      for (const std::size_t index : batch) {
        ASSERT_EQ(sizes[index], sizes[batch[0]]);
        seen.insert(index);
      }
    }
    ASSERT_EQ(seen.size(), sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i) ASSERT_EQ(seen.count(i), 1u);
  }
}

TEST(Buckets, TheSeedDecidesTheOrderAndNothingElse) {
  const std::vector<BucketSize> sizes(20, BucketSize{64, 64});
  EXPECT_EQ(epochBatches(sizes, 3, 7), epochBatches(sizes, 3, 7));
  EXPECT_NE(epochBatches(sizes, 3, 7), epochBatches(sizes, 3, 8));
  EXPECT_EQ(epochBatches(sizes, 3, 7).size(), 7u);
}

}  // namespace
}  // namespace pleinair
