#include "core/pipeline/model_source.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/core/pipeline/ldm_file.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

class SingleFile : public testing::TestWithParam<ModelFamily> {
 protected:
  SingleFile() : file(fs::path(testing::TempDir()) / ("model_" + std::to_string(::getpid()) + ".safetensors")) {}
  ~SingleFile() override { fs::remove(file); }
  void write(const TensorMap& tensors, const TextMap& metadata = {}) const {
    ASSERT_TRUE(writeSafetensors(file, tensors, metadata));
  }
  [[nodiscard]] std::string refusal(const TensorMap& tensors) const {
    EXPECT_TRUE(writeSafetensors(file, tensors));
    const auto source = ModelSource::open(file);
    return source ? "accepted" : source.error().message;
  }
  fs::path file;
};

void expectSameWeights(nn::Module& written, const Result<ComponentWeights>& read) {
  ASSERT_TRUE(read) << read.error().text();
  const TensorMap wanted = parametersOf(written);
  EXPECT_EQ(read->names().size(), wanted.size());
  for (const auto& [name, tensor] : wanted) {
    const auto stored = read->tensor(name);
    ASSERT_TRUE(stored) << name;
    EXPECT_TRUE(at::equal(*stored, tensor)) << name;
  }
}

TEST_P(SingleFile, AnyWidthsAndDepthsAreToldFromTheKeys) {
  const TinyCheckpoint tiny = tinyCheckpoint(GetParam());
  TensorMap tensors = tiny.tensors();
  // What real files carry besides.
  tensors["model_ema.diffusion_modelinput_blocks00weight"] = at::ones({3});
  tensors["alphas_cumprod"] = at::ones({1000});
  tensors["first_stage_model.loss.logvar"] = at::ones({1});
  write(tensors);
  const auto source = ModelSource::open(file);
  ASSERT_TRUE(source) << source.error().text();
  EXPECT_EQ(source->family, GetParam());
  EXPECT_EQ(source->unet.toJson(), tiny.unetConfig.toJson());
  EXPECT_EQ(source->vae.scalingFactor, tiny.vaeConfig.scalingFactor);
  EXPECT_EQ(source->vae.blockOutChannels, tiny.vaeConfig.blockOutChannels);
  ASSERT_EQ(source->texts.size(), tiny.textConfigs.size());
  for (std::size_t i = 0; i < source->texts.size(); ++i) {
    EXPECT_EQ(source->texts[i].toJson(), tiny.textConfigs[i].toJson());
  }
  expectSameWeights(*tiny.unet, source->weights(ModelPart::UNet));
  expectSameWeights(*tiny.vae, source->weights(ModelPart::Vae));
  expectSameWeights(*tiny.texts[0], source->weights(ModelPart::Text1));
  if (tiny.texts.size() > 1) expectSameWeights(*tiny.texts[1], source->weights(ModelPart::Text2));
}

TEST_P(SingleFile, AMissingOrAlteredTensorIsNoticed) {
  const TinyCheckpoint tiny = tinyCheckpoint(GetParam());
  TensorMap tensors = tiny.tensors();
  tensors.erase("model.diffusion_model.middle_block.0.in_layers.2.weight");
  write(tensors);
  const auto source = ModelSource::open(file);
  ASSERT_TRUE(source);
  UNet unet(source->unet);
  const auto loaded = loadModule(unet, *source->weights(ModelPart::UNet), {});
  ASSERT_FALSE(loaded);
  EXPECT_NE(loaded.error().message.find("mid_block.resnets.0.conv1.weight"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Families, SingleFile,
                         testing::Values(ModelFamily::Sd1, ModelFamily::Sd2, ModelFamily::Sdxl));

using SingleFileOfSd1 = SingleFile;

TEST_P(SingleFileOfSd1, ForeignModelsAreRefusedByName) {
  TensorMap tensors = tinyCheckpoint(GetParam()).tensors();
  const std::string first = "model.diffusion_model.input_blocks.0.0.weight";
  TensorMap inpainting = tensors;
  inpainting[first] = at::ones({32, 9, 3, 3});
  EXPECT_NE(refusal(inpainting).find("inpainting"), std::string::npos);
  TensorMap refiner = {{first, tensors.at(first)},
                       {"conditioner.embedders.0.model.ln_final.weight", at::ones({8})},
                       {"first_stage_model.quant_conv.weight", at::ones({8, 8, 1, 1})}};
  EXPECT_NE(refusal(refiner).find("refiner"), std::string::npos);
  EXPECT_NE(refusal({{"model.diffusion_model.joint_blocks.0.x.weight", at::ones({1})}}).find("Stable Diffusion 3"),
            std::string::npos);
  EXPECT_NE(refusal({{"model.diffusion_model.double_blocks.0.x.weight", at::ones({1})}}).find("Flux"),
            std::string::npos);
  EXPECT_NE(refusal({{"lora_unet_mid_block_attentions_0_proj_in.lora_down.weight", at::ones({1, 1})}}).find("LoRA"),
            std::string::npos);
  EXPECT_NE(refusal({{"down_blocks.0.resnets.0.conv1.weight", at::ones({1})}}).find("UNet"), std::string::npos);
  EXPECT_NE(refusal({{"something", at::ones({1})}}).find("no Stable Diffusion model"), std::string::npos);
  std::erase_if(tensors, [](const auto& item) { return item.first.starts_with("first_stage_model."); });
  EXPECT_NE(refusal(tensors).find("without its VAE"), std::string::npos);
  std::ofstream(file) << "\x80\x04pickle";
  EXPECT_EQ(ModelSource::open(file).error().code, ErrorCode::UnsafeFile);
}

TEST_P(SingleFileOfSd1, MetadataTellsWhatTheModelPredicts) {
  const TensorMap tensors = tinyCheckpoint(ModelFamily::Sd2).tensors();
  write(tensors);
  EXPECT_FALSE(ModelSource::open(file)->predictionKnown);
  write(tensors, {{"modelspec.prediction_type", "v"}});
  const auto source = ModelSource::open(file);
  EXPECT_TRUE(source->predictionKnown);
  EXPECT_EQ(source->schedule.prediction, PredictionType::Velocity);
}

INSTANTIATE_TEST_SUITE_P(One, SingleFileOfSd1, testing::Values(ModelFamily::Sd1));

}  // namespace
}  // namespace pleinair
