#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "core/models/clip_text.h"
#include "core/models/model_family.h"
#include "core/models/text_conditioning.h"
#include "core/models/unet.h"
#include "core/models/vae.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

/// Parameter counts of the published models, which fall out of the architecture and nothing else.
TEST(Models, RealSizesHaveTheirPublishedParameterCounts) {
  EXPECT_EQ(UNet(UNetConfig{}).parameterCount(), 859'520'964);
  EXPECT_EQ(Vae(VaeConfig{}).parameterCount(), 83'653'863);
  EXPECT_EQ(ClipText(ClipTextConfig{}).parameterCount(), 123'060'480);
  UNetConfig two;
  two.attentionHeads = {5, 10, 20, 20};
  two.crossAttentionSize = 1024;
  two.linearProjection = true;
  EXPECT_EQ(UNet(two).parameterCount(), 865'910'724);
}

TEST(Models, SdxlsUNetHasItsPublishedSize) {
  UNetConfig xl;
  xl.blockOutChannels = {320, 640, 1280};
  xl.layersPerBlock = {2, 2, 2};
  xl.downAttention = {false, true, true};
  xl.upAttention = {true, true, false};
  xl.attentionHeads = {5, 10, 20};
  xl.transformerLayers = {1, 2, 10};
  xl.crossAttentionSize = 2048;
  xl.linearProjection = true;
  xl.textTime = true;
  xl.additionTimeSize = 256;
  xl.additionProjectionSize = 2816;
  EXPECT_EQ(UNet(xl).parameterCount(), 2'567'463'684);
}

template <typename Config>
Config throughJson(const Config& config) {
  const fs::path file = fs::path(testing::TempDir()) / ("config_" + std::to_string(::getpid()) + ".json");
  std::ofstream(file) << config.toJson();
  const auto back = Config::load(file);
  EXPECT_TRUE(back) << back.error().text();
  fs::remove(file);
  return back.value();
}

TEST(Models, SettingsSurviveTheirOwnJson) {
  UNetConfig unet;
  unet.blockOutChannels = {32, 96, 64};
  unet.layersPerBlock = {1, 2, 1};
  unet.downAttention = {false, true, true};
  unet.upAttention = {true, true, false};
  unet.attentionHeads = {1, 3, 2};
  unet.transformerLayers = {1, 2, 1};
  unet.crossAttentionSize = 48;
  unet.linearProjection = true;
  EXPECT_EQ(throughJson(unet).toJson(), unet.toJson());
  VaeConfig vae;
  vae.blockOutChannels = {32, 64};
  vae.quantConv = false;
  vae.scalingFactor = 0.7;
  EXPECT_EQ(throughJson(vae).toJson(), vae.toJson());
  ClipTextConfig text;
  text.activation = ClipTextConfig::Activation::Gelu;
  text.endToken = 664;
  text.vocabularySize = 665;
  EXPECT_EQ(throughJson(text).toJson(), text.toJson());
}

/// diffusers' reader of single files adds to layers_per_block, and fails on a list.
TEST(Models, WhatAllBlocksAgreeOnIsWrittenAsOneNumber) {
  UNetConfig unet;
  unet.transformerLayers = {1, 2, 2, 2};
  const std::string json = unet.toJson();
  EXPECT_NE(json.find("\"layers_per_block\": 2,"), std::string::npos) << json;
  EXPECT_NE(json.find("\"attention_head_dim\": 8,"), std::string::npos) << json;
  EXPECT_NE(json.find("\"transformer_layers_per_block\": ["), std::string::npos) << json;
  EXPECT_EQ(throughJson(unet).layersPerBlock, unet.layersPerBlock);
  EXPECT_EQ(throughJson(unet).attentionHeads, unet.attentionHeads);
}

TEST(Models, AUNetOfAnyShapeRunsOnOddSizesAndPassesGradients) {
  UNetConfig config;
  config.blockOutChannels = {32, 64, 64};
  config.layersPerBlock = {1, 2, 1};
  config.downAttention = {false, true, true};
  config.upAttention = {true, false, true};
  config.attentionHeads = {1, 2, 4};
  config.transformerLayers = {1, 1, 2};
  config.crossAttentionSize = 24;
  UNet unet(config);
  nn::initialize(unet, 1);
  const at::Tensor context = at::randn({1, 5, 24}).requires_grad_(true);
  const at::Tensor out = unet.forward(at::randn({1, 4, 9, 7}), at::full({1}, 3), context);
  EXPECT_EQ(out.sizes(), (at::IntArrayRef{1, 4, 9, 7}));
  out.sum().backward();
  EXPECT_GT(context.grad().abs().sum().item<double>(), 0.0);
}

TEST(Models, PassesThatShareTheirSampleEqualPassesOnTheirOwn) {
  UNetConfig config;
  config.blockOutChannels = {32, 64};
  config.layersPerBlock = {2, 1};
  config.downAttention = {true, true};
  config.upAttention = {true, true};
  config.attentionHeads = {2, 4};
  config.transformerLayers = {1, 2};
  config.crossAttentionSize = 24;
  UNet unet(config);
  nn::initialize(unet, 2);
  const at::NoGradGuard noGradients;
  const at::Tensor sample = at::randn({3, 4, 8, 8}), context = at::randn({6, 5, 24});
  const at::Tensor shared = unet.forward(sample, at::full({1}, 321.0F), context);
  const at::Tensor alone = unet.forward(at::cat({sample, sample}), at::full({6}, 321.0F), context);
  EXPECT_LT((shared - alone).abs().max().item<double>(), 1e-5);
  const at::Tensor times = at::tensor({900.0F, 20.0F, 500.0F});
  const at::Tensor mixed = unet.forward(sample, times, context);
  EXPECT_LT(
      (mixed - unet.forward(at::cat({sample, sample}), at::cat({times, times}), context)).abs().max().item<double>(),
      1e-5);
  EXPECT_GT((mixed - shared).abs().max().item<double>(), 1e-3);
}

ClipTextConfig smallText(std::int64_t layers) {
  ClipTextConfig config;
  config.vocabularySize = 100;
  config.size = 32;
  config.feedForwardSize = 64;
  config.layers = layers;
  config.heads = 4;
  config.endToken = 99;
  return config;
}

TEST(Models, TheLastStateButOneOfASingleLayerIsWhatEntersIt) {
  ClipText encoder(smallText(1));
  nn::initialize(encoder, 2);
  const at::NoGradGuard noGradients;
  const at::Tensor ids = at::tensor(std::vector<std::int64_t>{98, 5, 6, 99}).unsqueeze(0);
  const PromptEncoding prompt = encodeTokens({&encoder, &encoder, &traitsOf(ModelFamily::Sdxl)}, {ids, ids});
  EXPECT_TRUE(at::equal(prompt.context.narrow(2, 0, 32), encoder.forward(ids).hidden.front()));
}

TEST(Models, TheTextEncoderLooksNeverAhead) {
  ClipText encoder(smallText(2));
  nn::initialize(encoder, 2);
  const at::NoGradGuard noGradients;
  const at::Tensor ids = at::tensor(std::vector<std::int64_t>{98, 5, 6, 99, 99}).unsqueeze(0);
  at::Tensor other = ids.clone();
  other[0][4] = 7;
  const TextEncoding a = encoder.forward(ids), b = encoder.forward(other);
  EXPECT_TRUE(at::allclose(a.lastHidden.slice(1, 0, 4), b.lastHidden.slice(1, 0, 4), 1e-5, 1e-6));
  EXPECT_TRUE(at::allclose(a.pooled[0], a.lastHidden[0][3])) << "pooled at the first end token";
}

}  // namespace
}  // namespace pleinair
