#include "core/engine/trainable_share.h"

#include <gtest/gtest.h>

namespace pleinair {
namespace {

const std::filesystem::path kModel = std::filesystem::path(PLEINAIR_GOLDEN_DIR) / "sd15";

TEST(TrainableShare, CountsFromConfigFilesAlone) {
  const auto outline = ModelOutline::read(kModel);
  ASSERT_TRUE(outline.ok()) << outline.error().text();
  TrainingConfig config;
  config.rank = 4;
  const auto share = outline->trainableShare(config);
  ASSERT_TRUE(share.ok()) << share.error().text();
  // The fixture's own adapter of rank 4 on the same projections: 128 pairs of tensors.
  EXPECT_EQ(share->trainable, 47'616);
  EXPECT_EQ(share->total, 4'089'291);
  config.rank = 8;
  EXPECT_EQ(outline->trainableShare(config)->trainable, 2 * share->trainable) << "it grows with the rank";
  config.targets.textEncoderAttention = true;
  EXPECT_GT(outline->trainableShare(config)->trainable, 2 * share->trainable);
}

TEST(TrainingBasis, IsReadFromAFolderAndFromASingleFile) {
  const auto folder = trainingBasis(kModel);
  ASSERT_TRUE(folder.ok()) << folder.error().text();
  EXPECT_EQ(ModelOutline::read(kModel)->basis(), *folder);
  EXPECT_TRUE(folder->small);
  EXPECT_FALSE(folder->twoTextEncoders);
  const auto sdxl = trainingBasis(kModel.parent_path() / "sdxl");
  ASSERT_TRUE(sdxl.ok()) << sdxl.error().text();
  EXPECT_TRUE(sdxl->twoTextEncoders);
  EXPECT_FALSE(trainingBasis("/no/such/model").ok());
}

TEST(TrainableShare, AMissingModelIsNotFound) {
  const auto outline = ModelOutline::read("/no/such/model");
  ASSERT_FALSE(outline.ok());
  EXPECT_EQ(outline.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace pleinair
