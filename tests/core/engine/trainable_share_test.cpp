#include "core/engine/trainable_share.h"

#include <gtest/gtest.h>

namespace pleinair {
namespace {

const std::filesystem::path kModel = std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15";

TEST(TrainableShare, CountsFromConfigFilesAlone) {
  TrainingConfig config;
  config.rank = 4;
  const auto share = trainableShare(kModel, config);
  ASSERT_TRUE(share.ok()) << share.error().text();
  // The fixture's own adapter of rank 4 on the same projections: 128 pairs of tensors.
  EXPECT_EQ(share->trainable, 47'616);
  EXPECT_EQ(share->total, 4'089'291);
  config.rank = 8;
  EXPECT_EQ(trainableShare(kModel, config)->trainable, 2 * share->trainable) << "it grows with the rank";
  config.targets.textEncoderAttention = true;
  EXPECT_GT(trainableShare(kModel, config)->trainable, 2 * share->trainable);
}

TEST(TrainingBasis, IsReadFromAFolderAndFromASingleFile) {
  const auto folder = trainingBasis(kModel);
  ASSERT_TRUE(folder.ok()) << folder.error().text();
  EXPECT_TRUE(folder->small);
  EXPECT_FALSE(folder->twoTextEncoders);
  const auto sdxl = trainingBasis(kModel.parent_path() / "sdxl");
  ASSERT_TRUE(sdxl.ok()) << sdxl.error().text();
  EXPECT_TRUE(sdxl->twoTextEncoders);
  EXPECT_FALSE(trainingBasis("/no/such/model").ok());
}

TEST(TrainableShare, AMissingModelIsNotFound) {
  const auto share = trainableShare("/no/such/model", {});
  ASSERT_FALSE(share.ok());
  EXPECT_EQ(share.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace pleinair
