#include "core/tensor/image_tensor.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>

#include "core/base/cancellation.h"
#include "core/tensor/device.h"
#include "core/tensor/noise.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

TEST(ImageTensor, EveryByteSurvivesTheWayThereAndBack) {
  Image image{16, 16, std::vector<std::uint8_t>(16 * 16 * 3)};
  std::iota(image.rgb.begin(), image.rgb.end(), std::uint8_t{0});
  const at::Tensor pixels = imageToTensor(image);
  EXPECT_EQ(pixels.sizes(), (at::IntArrayRef{1, 3, 16, 16}));
  EXPECT_EQ(pixels[0][1][0][0].item<float>(), 1.0f / 127.5f - 1.0f) << "channels are planes, bytes are 0 to 255";
  EXPECT_EQ(tensorToImage(pixels).value(), image);
}

TEST(ImageTensor, ValuesOutsideAreClampedAndNanIsAnError) {
  at::Tensor pixels = at::full({1, 3, 8, 8}, 7.0);
  EXPECT_EQ(tensorToImage(pixels).value().rgb.front(), 255);
  pixels[0][0][0][0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(tensorToImage(pixels).error().code, ErrorCode::NotANumber);
}

TEST(Noise, OneSeedOneSequence) {
  at::Generator a = cpuGenerator(7), b = cpuGenerator(7), c = cpuGenerator(8);
  const at::Tensor first = drawNoise(a, {1, 4, 8, 8});
  EXPECT_TRUE(at::equal(first, drawNoise(b, {1, 4, 8, 8})));
  EXPECT_FALSE(at::equal(first, drawNoise(c, {1, 4, 8, 8})));
  const at::Tensor state = generatorState(a);
  const at::Tensor next = drawNoise(a, {20});
  setGeneratorState(b, state);
  EXPECT_TRUE(at::equal(next, drawNoise(b, {20}))) << "a restored state draws what would have been drawn";
}

TEST(Device, TheCpuIsAlwaysThereAndGpusAreNotInvented) {
  const auto cpu = resolveDevice({DeviceChoice::Cpu, PrecisionChoice::Automatic, 1});
  ASSERT_TRUE(cpu);
  EXPECT_EQ(cpu->dtype, at::kFloat);
  EXPECT_EQ(precisionName(*cpu), "float32");
  EXPECT_GT(deviceMemory(*cpu).usedBytes, 0);
  EXPECT_GT(deviceMemory(*cpu).totalBytes, deviceMemory(*cpu).usedBytes);
  const auto automatic = resolveDevice({});
  ASSERT_TRUE(automatic);
  EXPECT_EQ(automatic->isGpu(), resolveDevice({DeviceChoice::Cuda, PrecisionChoice::Automatic, 0}).ok());
}

TEST(Device, Float16IsFloat32OnACpu) {
  const auto cpu = resolveDevice({DeviceChoice::Cpu, PrecisionChoice::Float16, 1});
  ASSERT_TRUE(cpu);
  EXPECT_EQ(precisionName(*cpu), "float32");
  EXPECT_EQ(precisionOf(*cpu), PrecisionChoice::Float32);
  EXPECT_EQ(precisionName({at::kCPU, at::kHalf}), "float16");
  EXPECT_EQ(precisionOf({at::kCPU, at::kHalf}), PrecisionChoice::Float16);
  EXPECT_EQ(precisionOf({at::kCPU, at::kBFloat16}), PrecisionChoice::BFloat16);
}

TEST(TorchError, MemoryShapesAndCancelsAreToldApart) {
  const auto memory = guarded("growing", [] { return at::empty({std::int64_t{1} << 50}); });
  EXPECT_EQ(memory.error().code, ErrorCode::OutOfMemory);
  const auto shapes = guarded("adding", [] { return at::ones({2}) + at::ones({3}); });
  EXPECT_EQ(shapes.error().code, ErrorCode::Unknown);
  EXPECT_EQ(shapes.error().context.find('\n'), std::string::npos);
  EXPECT_THROW((void)guarded("stopping", [] { throw CancelledException(); }), CancelledException);
}

}  // namespace
}  // namespace pleinair
