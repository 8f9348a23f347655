#include "core/engine/model_page.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/engine/engine.h"
#include "core/pipeline/model_info.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

const fs::path kModel = fs::path(PLEINAIR_GOLDEN_DIR) / "sd15";

/// A folder of its own that goes with the test.
class Scratch {
 public:
  explicit Scratch(const char* name)
      : m_folder(fs::temp_directory_path() / ("pleinair-model-page-" + std::string(name))) {
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  ~Scratch() { fs::remove_all(m_folder); }
  [[nodiscard]] fs::path operator/(const char* name) const { return m_folder / name; }

 private:
  fs::path m_folder;
};

TEST(ModelPage, TellsWhatAFolderHolds) {
  const auto model = describeModel(kModel, {});
  ASSERT_TRUE(model.ok()) << model.error().text();
  const auto info = modelInfo(kModel);
  EXPECT_EQ(model->family, "SD 1.x");
  EXPECT_EQ(model->prediction, info->prediction);
  EXPECT_EQ(model->parameters(), 4'089'291);
  EXPECT_EQ(model->precision, "float16");
  EXPECT_FALSE(model->singleFile);
  EXPECT_EQ(model->nativeSize, info->nativeSize);
  EXPECT_GT(model->bytes, 2 * model->parameters());
}

TEST(ModelPage, MemoryGrowsWithWhatIsAskedOfTheModel) {
  ModelUse use;
  use.training.resolution = 512;
  const auto base = describeModel(kModel, use);
  ASSERT_TRUE(base.ok()) << base.error().text();
  EXPECT_GT(base->generationBytes, 4 * base->parameters());
  ModelUse wide = use;
  wide.width = 1024;
  EXPECT_GT(describeModel(kModel, wide)->generationBytes, base->generationBytes);
  EXPECT_EQ(describeModel(kModel, wide)->trainingBytes, base->trainingBytes);
  ModelUse batch = use;
  batch.training.batchSize = 4;
  EXPECT_GT(describeModel(kModel, batch)->trainingBytes, base->trainingBytes);
  ModelUse half = use;
  half.halfPrecision = true;
  EXPECT_LT(describeModel(kModel, half)->generationBytes, base->generationBytes);
  EXPECT_LT(describeModel(kModel, half)->trainingBytes, base->trainingBytes);
}

TEST(ModelPage, TheStarterModelsEstimateIsNearWhatWasMeasured) {
  const fs::path starter = starterModelFolder();
  if (starter.empty()) GTEST_SKIP() << "the starter model is not installed";
  // Peak memory of the command line for one picture of two steps, in KiB, on a CPU in float32.
  for (const auto& [size, measured] : {std::pair{256, 299'512}, {512, 499'104}, {768, 746'416}, {1024, 1'125'624}}) {
    ModelUse use;
    use.width = use.height = size;
    const auto model = describeModel(starter, use);
    ASSERT_TRUE(model.ok()) << model.error().text();
    EXPECT_NEAR(static_cast<double>(model->generationBytes) / (1024.0 * measured), 1, 0.33) << size;
  }
}

TEST(ModelPage, PartsThatAreMissingOrDoNotFitAreNamed) {
  const Scratch scratch("parts");
  const fs::path copy = scratch / "model";
  fs::copy(kModel, copy, fs::copy_options::recursive);
  fs::remove(copy / "unet" / "diffusion_pytorch_model.safetensors");
  const auto without = describeModel(copy, {});
  ASSERT_FALSE(without.ok());
  EXPECT_EQ(without.error().code, ErrorCode::NotFound) << without.error().text();
  // The VAE's weights in the UNet's place: the settings are whole, the weights are another network's.
  fs::copy(copy / "vae" / "diffusion_pytorch_model.safetensors",
           copy / "unet" / "diffusion_pytorch_model.safetensors");
  const auto wrong = describeModel(copy, {});
  ASSERT_FALSE(wrong.ok());
  EXPECT_NE(wrong.error().text().find("missing: "), std::string::npos) << wrong.error().text();
}

TEST(ModelPage, ALoraIsToldFromAModel) {
  EXPECT_EQ(weightsKind(kModel / "lora" / "kohya.safetensors"), WeightsKind::Lora);
  EXPECT_EQ(weightsKind(kModel / "unet" / "diffusion_pytorch_model.safetensors"), WeightsKind::Model);
  EXPECT_EQ(weightsKind(kModel), WeightsKind::Model);
  EXPECT_EQ(weightsKind("/no/such/file.safetensors"), WeightsKind::Model);
  const auto lora = describeModel(kModel / "lora" / "kohya.safetensors", {});
  ASSERT_FALSE(lora.ok());
  EXPECT_NE(lora.error().message.find("This is a LoRA"), std::string::npos) << lora.error().text();
}

}  // namespace
}  // namespace pleinair
