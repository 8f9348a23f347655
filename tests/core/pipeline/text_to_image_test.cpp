#include "core/pipeline/text_to_image.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/base/cancellation.h"
#include "core/models/load_module.h"
#include "core/pipeline/model_info.h"
#include "core/pipeline/save_model.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "sd15";

struct Keeper final : GenerationListener {
  std::vector<Image> images;
  std::vector<PictureRecipe> recipes;
  fs::path partlyUsed;
  std::vector<std::string> unused;
  int steps = 0, total = 0, stopAtStep = 0;
  std::stop_source stop;
  void onBegan(int all) override { total = all; }
  void onStep(int done) override {
    steps = done;
    if (done == stopAtStep) stop.request_stop();
  }
  void onLoraPartlyUsed(const fs::path& file, const std::vector<std::string>& keys) override {
    partlyUsed = file;
    unused = keys;
  }
  Result<void> onPicture(int, int, const Image& image, const PictureRecipe& recipe) override {
    images.push_back(image);
    recipes.push_back(recipe);
    return {};
  }
};

Result<std::unique_ptr<StableDiffusion>> loadFrom(const fs::path& folder) {
  NullProgress progress;
  return StableDiffusion::load(folder, DeviceSpec{}, progress);
}

class Generation : public testing::Test {
 protected:
  static void SetUpTestSuite() { model = loadFrom(kGolden).value().release(); }
  static void TearDownTestSuite() {
    delete model;
    model = nullptr;
  }
  Generation() {
    request.prompts = {"a photo of the sky"};
    request.sampler = "euler";
    request.steps = 2;
    request.width = request.height = 64;
    request.seed = 5;
  }
  int run() { return textToImage(*model, request, keeper, keeper.stop.get_token()).value(); }

  static inline StableDiffusion* model = nullptr;
  GenerationRequest request;
  Keeper keeper;
};

TEST_F(Generation, PicturesTakeFollowingSeedsAndDoNotDependOnTheirSet) {
  request.count = 2;
  EXPECT_EQ(run(), 2);
  EXPECT_EQ(keeper.total, 4);
  EXPECT_EQ(keeper.steps, 4);
  EXPECT_EQ(keeper.recipes[1].seed, 6u);
  EXPECT_EQ(keeper.recipes[1].modelName, "sd15");
  EXPECT_NE(keeper.images[0], keeper.images[1]);
  const Image second = keeper.images[1];
  request.seed = 6;
  request.count = 1;
  keeper = {};
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(keeper.images[0], second) << "the same recipe gives the same bytes";
}

// The path that a GPU takes in float16, walked on the CPU. Random weights make much of little, so the UNet is held
// against itself, not the picture.
TEST_F(Generation, InFloat16TheNetworksAreHalvedTheVaeIsNotAndTheRecipeSaysSo) {
  NullProgress progress;
  const auto half = StableDiffusion::load(kGolden, {at::kCPU, at::kHalf}, progress);
  ASSERT_TRUE(half) << half.error().text();
  EXPECT_EQ((*half)->vae->dtype(), at::kFloat) << "force_upcast: float16 overflows inside";
  const at::NoGradGuard noGradients;
  const at::Tensor sample = at::linspace(-2, 2, 4 * 8 * 8).view({1, 4, 8, 8}), time = at::full({1}, 500.0);
  const PromptEncoding whole = model->encodeWeightedPrompt("sky"), halved = (*half)->encodeWeightedPrompt("sky");
  EXPECT_EQ(halved.context.scalar_type(), at::kHalf);
  const at::Tensor wanted = model->unet->forward(sample, time, whole.context);
  const at::Tensor got = (*half)->unet->forward(sample.to(at::kHalf), time, halved.context);
  EXPECT_EQ(got.scalar_type(), at::kHalf);
  const at::Tensor error = (got.to(at::kFloat) - wanted).square().mean().sqrt() / wanted.square().mean().sqrt();
  EXPECT_LT(error.item<double>(), 0.005);

  EXPECT_EQ(textToImage(**half, request, keeper, {}).value(), 1);
  EXPECT_EQ(keeper.recipes[0].precision, PrecisionChoice::Float16);
  EXPECT_EQ(keeper.recipes[0].device, DeviceChoice::Cpu);
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(keeper.recipes[1].precision, PrecisionChoice::Automatic) << "float32 on a CPU needs no word";
}

TEST_F(Generation, CancelEndsWithinAStepAndKeepsWhatIsDone) {
  request.count = 3;
  keeper.stopAtStep = 3;
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(keeper.steps, 3);
}

TEST_F(Generation, ALoraChangesThePictureByItsWeightAndIsGoneAfterwards) {
  EXPECT_EQ(run(), 1);
  request.loras = {{kGolden / "lora/kohya.safetensors", 1.0}};
  EXPECT_EQ(run(), 1);
  request.loras[0].weight = 0.0;
  EXPECT_EQ(run(), 1);
  request.loras.clear();
  EXPECT_EQ(run(), 1);
  EXPECT_NE(keeper.images[0], keeper.images[1]);
  EXPECT_EQ(keeper.images[0], keeper.images[2]);
  EXPECT_EQ(keeper.images[0], keeper.images[3]);
  EXPECT_TRUE(keeper.partlyUsed.empty());
}

TEST_F(Generation, ALoraThatActsInPartIsSaidWithWhatItLacks) {
  TensorMap tensors = SafetensorsFile::open(kGolden / "lora/kohya.safetensors").value().tensors();
  tensors["lora_unet_nowhere.lora_down.weight"] = tensors["lora_unet_nowhere.lora_up.weight"] = at::zeros({4, 4});
  const fs::path file = fs::path(testing::TempDir()) / ("partly_" + std::to_string(::getpid()) + ".safetensors");
  ASSERT_TRUE(writeSafetensors(file, tensors));
  request.loras = {{file, 1.0}};
  EXPECT_EQ(run(), 1);
  EXPECT_EQ(keeper.partlyUsed, file);
  EXPECT_EQ(keeper.unused, std::vector<std::string>{"lora_unet_nowhere"});
  fs::remove(file);
}

TEST_F(Generation, WhatCannotBeDoneIsSaid) {
  const auto refused = [&](auto change) {
    GenerationRequest wrong = request;
    change(wrong);
    const auto result = textToImage(*model, wrong, keeper, {});
    return !result && result.error().code == ErrorCode::BadArgument && !result.error().message.empty();
  };
  EXPECT_TRUE(refused([](auto& r) { r.sampler = "nonsense"; }));
  EXPECT_TRUE(refused([](auto& r) { r.width = 100; }));
  EXPECT_TRUE(refused([](auto& r) { r.height = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.steps = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.count = 0; }));
  EXPECT_TRUE(refused([](auto& r) { r.prompts.clear(); }));
  EXPECT_TRUE(refused([](auto& r) { r.guidanceScale = std::nan(""); }));
  request.loras = {{"/nowhere.safetensors", 1.0}};
  EXPECT_EQ(textToImage(*model, request, keeper, {}).error().code, ErrorCode::NotFound);
}

class ModelFolder : public testing::Test {
 protected:
  ModelFolder() : folder(fs::path(testing::TempDir()) / ("model_" + std::to_string(::getpid()))) {
    fs::remove_all(folder);
    fs::copy(kGolden, folder, fs::copy_options::recursive);
  }
  ~ModelFolder() override { fs::remove_all(folder); }
  void edit(const fs::path& file, const std::string& field, const nlohmann::json& value) const {
    nlohmann::json json = nlohmann::json::parse(readFile(folder / file).value());
    json[field] = value;
    std::ofstream(folder / file) << json;
  }
  ErrorCode refusal() const {
    const auto loaded = loadFrom(folder);
    EXPECT_FALSE(loaded);
    return loaded ? ErrorCode::Unknown : loaded.error().code;
  }
  fs::path folder;
};

TEST_F(ModelFolder, OtherFamiliesAndBrokenFoldersAreRefusedByName) {
  edit("model_index.json", "_class_name", "FluxPipeline");
  EXPECT_NE(loadFrom(folder).error().message.find("Flux"), std::string::npos);
  EXPECT_EQ(refusal(), ErrorCode::UnsupportedModel);
  EXPECT_EQ(loadFrom(folder / "nowhere").error().code, ErrorCode::NotFound);
  EXPECT_EQ(loadFrom(folder / "unet").error().code, ErrorCode::NotFound);
  EXPECT_EQ(loadFrom(folder / "cases.safetensors").error().code, ErrorCode::UnsupportedFormat);
}

TEST_F(ModelFolder, PickleOnlyWeightsAreRefused) {
  fs::rename(folder / "vae/diffusion_pytorch_model.safetensors", folder / "vae/diffusion_pytorch_model.bin");
  EXPECT_EQ(refusal(), ErrorCode::UnsafeFile);
}

TEST_F(ModelFolder, WeightsThatDoNotFitAreCountedAndNamed) {
  edit("unet/config.json", "cross_attention_dim", 32);
  edit("text_encoder/config.json", "hidden_size", 32);
  EXPECT_EQ(refusal(), ErrorCode::CorruptFile);
  EXPECT_NE(loadFrom(folder).error().message.find("of another shape"), std::string::npos);
}

TEST_F(ModelFolder, SettingsThatCannotBeAreNamedWithTheirField) {
  edit("unet/config.json", "norm_num_groups", 7);
  EXPECT_EQ(refusal(), ErrorCode::BadConfig);
  edit("unet/config.json", "norm_num_groups", 32);
  edit("unet/config.json", "block_out_channels", {32, 32});
  EXPECT_EQ(refusal(), ErrorCode::BadConfig);
  edit("unet/config.json", "block_out_channels", "wide");
  EXPECT_NE(loadFrom(folder).error().context.find("block_out_channels"), std::string::npos);
  std::ofstream(folder / "unet/config.json") << "{\n  \"in_channels\": 4,\n  oops\n}";
  EXPECT_NE(loadFrom(folder).error().context.find("line 3"), std::string::npos);
}

TEST_F(ModelFolder, CancellingALoadIsHeard) {
  std::stop_source stop;
  stop.request_stop();
  NullProgress progress;
  EXPECT_THROW((void)StableDiffusion::load(folder, DeviceSpec{}, progress, stop.get_token()), CancelledException);
}

TEST_F(ModelFolder, ASavedModelComesBackTheSame) {
  const auto model = loadFrom(folder).value();
  const ModelParts parts{
      *model->unet,
      *model->textEncoder,
      *model->vae,
      model->schedule,
      {readFile(folder / "tokenizer/vocab.json").value(), readFile(folder / "tokenizer/merges.txt").value()},
      "Étude"};
  ASSERT_TRUE(saveModel(folder / "saved", parts));
  const auto back = loadFrom(folder / "saved");
  ASSERT_TRUE(back) << back.error().text();
  EXPECT_EQ((*back)->name, "Étude");
  model->schedule.clipSample = false;  // said explicitly in a saved model, for readers that assume otherwise
  EXPECT_EQ((*back)->schedule, model->schedule);
  // Every weight of the fixture is a number that half precision holds exactly.
  const TensorMap before = parametersOf(*model->unet), after = parametersOf(*(*back)->unet);
  for (const auto& [name, tensor] : before) EXPECT_TRUE(at::equal(tensor, after.at(name))) << name;
  const auto info = modelInfo(folder / "saved");
  ASSERT_TRUE(info) << info.error().text();
  EXPECT_EQ(info->nativeSize, 128);
  EXPECT_EQ(info->family, "SD 1.x");
}

}  // namespace
}  // namespace pleinair
