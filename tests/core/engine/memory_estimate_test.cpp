#include "core/engine/memory_estimate.h"

#include <gtest/gtest.h>

namespace pleinair {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;

/// Peaks of `pleinair-bench families --family sd15`, in MiB.
TEST(MemoryEstimate, ALoraRunOfStableDiffusion15IsForecastWithinATenth) {
  const ModelSource source;  // the configs' own values are SD 1.5's
  const ParameterCounts counts{.model = 1'066'235'307, .adapter = 3'188'736};
  ModelUse use;
  use.training.resolution = 512;
  use.training.batchSize = 1;
  EXPECT_NEAR(static_cast<double>(estimateTrainingBytes(source, counts, use)) / kMiB, 6834, 683);
  use.halfPrecision = true;
  EXPECT_NEAR(static_cast<double>(estimateTrainingBytes(source, counts, use)) / kMiB, 3970, 397);
}

TEST(MemoryEstimate, ACpuWithTheMemoryForItTrainsWithSecondCopies) {
  const ModelSource source;
  const ParameterCounts counts{.model = 1'066'235'307, .unet = 859'520'964, .adapter = 3'188'736};
  ModelUse use;
  use.training.resolution = 512;
  const std::int64_t onGpu = estimateTrainingBytes(source, counts, use);
  use.cpuMemoryBytes = std::int64_t{8} << 30;
  EXPECT_EQ(estimateTrainingBytes(source, counts, use), onGpu);
  use.cpuMemoryBytes = std::int64_t{16} << 30;
  EXPECT_NEAR(static_cast<double>(estimateTrainingBytes(source, counts, use) - onGpu) / kMiB, 1640, 10);
}

TEST(MemoryEstimate, ALargerBatchKeepsMoreAndTheSameWeights) {
  const ModelSource source;
  const ParameterCounts counts{.model = 1'066'235'307, .adapter = 3'188'736};
  ModelUse use;
  use.training.resolution = 512;
  const std::int64_t one = estimateTrainingBytes(source, counts, use);
  use.training.batchSize = 2;
  const std::int64_t two = estimateTrainingBytes(source, counts, use);
  use.training.batchSize = 3;
  EXPECT_NEAR(static_cast<double>(estimateTrainingBytes(source, counts, use) - two), static_cast<double>(two - one),
              2);
  EXPECT_GT(two - one, std::int64_t{1} << 30);
}

}  // namespace
}  // namespace pleinair
