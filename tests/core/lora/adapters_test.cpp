// Adapters other than plain pairs, held against what lycoris-lora and peft compute (tests/golden/lycoris).
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/base/atomic_file.h"
#include "core/lora/applied_lora.h"
#include "core/lora/ldm_names.h"
#include "core/lora/lora_change.h"
#include "core/lora/lora_file.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
const fs::path kGolden = fs::path(PLEINAIR_GOLDEN_DIR) / "lycoris";

/// One layer alone, under the path that an adapter of the golden files names.
class OneLayer final : public nn::Module {
 public:
  OneLayer(const std::string& path, const at::Tensor& weight) {
    const auto& s = weight.sizes();
    if (weight.dim() == 2) {
      m_linear = std::make_unique<nn::Linear>(s[1], s[0], false);
      registerModule(path, *m_linear);
    } else {
      m_conv = std::make_unique<nn::Conv2d>(s[1], s[0], s[2], 1, 1, false);
      registerModule(path, *m_conv);
    }
    layer().weight = weight.to(at::kFloat);
  }
  nn::AdaptableLayer& layer() { return m_linear ? static_cast<nn::AdaptableLayer&>(*m_linear) : *m_conv; }
  at::Tensor forward(const at::Tensor& x) const { return m_linear ? m_linear->forward(x) : m_conv->forward(x); }
  at::Tensor with(const at::Tensor& weight, const at::Tensor& x) const {
    return m_linear ? at::linear(x, weight) : at::conv2d(x, weight, {}, {1, 1}, {1, 1});
  }
  at::Tensor input() const {
    at::manual_seed(4);
    return m_linear ? at::randn({3, layer().weight.size(1)}) : at::randn({2, layer().weight.size(1), 5, 5});
  }

 private:
  const nn::AdaptableLayer& layer() const {
    return m_linear ? static_cast<const nn::AdaptableLayer&>(*m_linear) : *m_conv;
  }
  std::unique_ptr<nn::Linear> m_linear;
  std::unique_ptr<nn::Conv2d> m_conv;
};

LoraFile onlyEntry(const LoraFile& all, const std::string& path) {
  LoraFile one = all;
  std::erase_if(one.entries, [&](const LoraEntry& e) { return e.path != path; });
  return one;
}

class LycorisTest : public ::testing::Test {
 protected:
  void SetUp() override {
    m_adapters = readLora(kGolden / "adapters.safetensors").value();
    m_weights = SafetensorsFile::open(kGolden / "weights.safetensors").value().tensors();
  }
  LoraFile m_adapters;
  TensorMap m_weights;
};

TEST_F(LycorisTest, EveryKindMakesTheWeightsThatTheReferenceMakes) {
  const at::NoGradGuard noGrad;
  EXPECT_TRUE(m_adapters.unknownKeys.empty());
  EXPECT_EQ(m_adapters.entries.size() * 2, m_weights.size());
  for (const LoraEntry& entry : m_adapters.entries) {
    const at::Tensor base = m_weights.at(entry.path + ".base").to(at::kFloat);
    const at::Tensor merged = m_weights.at(entry.path + ".merged");
    ASSERT_TRUE(entryFits(entry, base.sizes().vec())) << entry.path;
    const at::Tensor got = base + loraChangeOf(entry, base);
    EXPECT_LT((got - merged).abs().max().item<float>(), 2e-6) << entry.path;
    EXPECT_GT((base - merged).abs().max().item<float>(), 1e-2) << entry.path << ": the case must change something";
  }
}

TEST_F(LycorisTest, BranchesAndMergingActAsTheReferencesWeights) {
  const at::NoGradGuard noGrad;
  for (const LoraEntry& entry : m_adapters.entries) {
    OneLayer model(entry.path, m_weights.at(entry.path + ".base"));
    const LoraFile lora = onlyEntry(m_adapters, entry.path);
    const at::Tensor x = model.input(), base = model.forward(x);
    const at::Tensor expected = model.with(m_weights.at(entry.path + ".merged"), x);
    const LoraHosts hosts{&model, nullptr, nullptr};
    {
      const AppliedLora applied = AppliedLora::apply(hosts, lora, 1.0).value();
      EXPECT_TRUE(model.forward(x).allclose(expected, 1e-4, 2e-5)) << entry.path;
    }
    {
      const AppliedLora half = AppliedLora::apply(hosts, lora, 0.5).value();
      EXPECT_TRUE(model.forward(x).allclose((base + expected) / 2, 1e-4, 2e-5)) << entry.path;
    }
    {
      const MergedLora merged = MergedLora::merge(hosts, lora, 1.0).value();
      EXPECT_TRUE(model.forward(x).allclose(expected, 1e-4, 2e-5)) << entry.path;
    }
    EXPECT_TRUE(model.forward(x).equal(base)) << entry.path;
  }
}

TEST_F(LycorisTest, AnAdapterForAnotherShapeDoesNotFit) {
  for (const LoraEntry& entry : m_adapters.entries) {
    std::vector<std::int64_t> shape = m_weights.at(entry.path + ".base").sizes().vec();
    std::vector<std::int64_t> wider = shape, taller = shape, deeper = shape;
    wider[1] *= 2;
    taller[0] *= 2;
    EXPECT_FALSE(entryFits(entry, wider)) << entry.path;
    EXPECT_FALSE(entryFits(entry, taller)) << entry.path;
    std::swap(deeper[0], deeper[1]);
    if (shape[0] != shape[1]) {
      EXPECT_FALSE(entryFits(entry, deeper)) << entry.path;
    }
    if (shape.size() == 4) {
      // The same number of values behind another kernel.
      EXPECT_FALSE(entryFits(entry, {shape[0], shape[1] * 9, 1, 1}) && entry.kind == LoraKind::LowRank) << entry.path;
    }
  }
}

TEST_F(LycorisTest, KindsAreNamed) {
  EXPECT_EQ(loraKindsText(onlyEntry(m_adapters, "loha_conv")), "LoHa");
  EXPECT_EQ(loraKindsText(onlyEntry(m_adapters, "lokr_both")), "LoKr");
  EXPECT_EQ(loraKindsText(onlyEntry(m_adapters, "locon_conv")), "LoRA");
  EXPECT_EQ(loraKindsText(onlyEntry(m_adapters, "dora_conv")), "LoRA with DoRA");
}

class BrokenAdapterTest : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove(m_file); }
  Result<LoraFile> read(const TensorMap& tensors) {
    EXPECT_TRUE(writeSafetensors(m_file, tensors).ok());
    return readLora(m_file);
  }
  fs::path m_file = fs::temp_directory_path() / "pleinair_broken_adapter.safetensors";
};

TEST_F(BrokenAdapterTest, FactorsThatDoNotFitEachOtherAreCorrupt) {
  const auto zeros = [](std::initializer_list<std::int64_t> shape) { return at::zeros(shape); };
  const std::vector<TensorMap> broken = {
      {{"lora_unet_a.hada_w1_a", zeros({8, 2})}, {"lora_unet_a.hada_w1_b", zeros({2, 8})}},
      {{"lora_unet_a.hada_w1_a", zeros({8, 3})},
       {"lora_unet_a.hada_w1_b", zeros({2, 8})},
       {"lora_unet_a.hada_w2_a", zeros({8, 2})},
       {"lora_unet_a.hada_w2_b", zeros({2, 8})}},
      {{"lora_unet_a.lokr_w1", zeros({4, 4})}},
      {{"lora_unet_a.lokr_w1", zeros({4, 4})}, {"lora_unet_a.lokr_w2_a", zeros({4, 4})}},
      {{"lora_unet_a.lokr_w1", zeros({4, 0})}, {"lora_unet_a.lokr_w2", zeros({4, 4})}},
      {{"lora_unet_a.lora_down.weight", zeros({2, 8, 1, 1})},
       {"lora_unet_a.lora_up.weight", zeros({8, 2, 1, 1})},
       {"lora_unet_a.lora_mid.weight", zeros({3, 2, 3, 3})}},
      {{"lora_unet_a.lora_down.weight", zeros({0, 8})}, {"lora_unet_a.lora_up.weight", zeros({8, 0})}},
      {{"lora_unet_a.diff", zeros({8})}},
      {{"lora_unet_a.diff", zeros({0, 8})}},
  };
  for (const TensorMap& tensors : broken) {
    const auto lora = read(tensors);
    ASSERT_FALSE(lora.ok()) << tensors.begin()->first;
    EXPECT_EQ(lora.error().code, ErrorCode::CorruptFile) << lora.error().text();
    EXPECT_NE(lora.error().context.find("lora_unet_a"), std::string::npos);
  }
}

TEST_F(BrokenAdapterTest, AdaptersThatAreNoChangeOfOneWeightAreNamed) {
  const auto lora = read({{"lora_unet_a.oft_blocks", at::zeros({2, 2})}});
  ASSERT_FALSE(lora.ok());
  EXPECT_EQ(lora.error().code, ErrorCode::UnsupportedFormat);
  EXPECT_NE(lora.error().message.find("OFT"), std::string::npos);
}

TEST_F(BrokenAdapterTest, AnAlphaAloneIsReportedAndNoLayer) {
  const auto lora = read({{"lora_unet_a.lora_down.weight", at::zeros({2, 8})},
                          {"lora_unet_a.lora_up.weight", at::zeros({8, 2})},
                          {"lora_unet_b.alpha", at::scalar_tensor(4.0)}});
  ASSERT_TRUE(lora.ok());
  EXPECT_EQ(lora->entries.size(), 1U);
  EXPECT_EQ(lora->unknownKeys, std::vector<std::string>{"lora_unet_b"});
}

TEST(LoraKeyTest, EverySpellingOfALayerIsOneLayer) {
  const std::string layer = "down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_out_0";
  for (const char* key :
       {"lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_out_0.lora_down.weight",
        "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0.lora_A.weight",
        "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0.lora.down.weight",
        "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.processor.to_out_lora.down.weight",
        "base_model.model.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0.lora_A."
        "default.weight",
        "lora_unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0.lora_down.weight"}) {
    const auto parsed = parseLoraKey(key);
    ASSERT_TRUE(parsed) << key;
    EXPECT_EQ(parsed->part, LoraPart::UNet) << key;
    EXPECT_EQ(parsed->path, layer) << key;
    EXPECT_EQ(parsed->tensor, "down") << key;
  }
  const std::string text = "encoder_layers_3_self_attn_q_proj";
  for (const char* key : {"lora_te1_text_model_encoder_layers_3_self_attn_q_proj.lora_up.weight",
                          "lora_te_text_model_encoder_layers_3_self_attn_q_proj.lora_up.weight",
                          "text_encoder.encoder.layers.3.self_attn.q_proj.lora_B.weight",
                          "text_encoder.text_model.encoder.layers.3.self_attn.q_proj.lora_linear_layer.up.weight"}) {
    const auto parsed = parseLoraKey(key);
    ASSERT_TRUE(parsed) << key;
    EXPECT_EQ(parsed->part, LoraPart::TextEncoder) << key;
    EXPECT_EQ(parsed->path, text) << key;
    EXPECT_EQ(parsed->tensor, "up") << key;
  }
  EXPECT_EQ(parseLoraKey("lora_te2_text_model_encoder_layers_3_mlp_fc1.alpha")->part, LoraPart::TextEncoder2);
  EXPECT_EQ(parseLoraKey("model.diffusion_model.out.2.weight"), std::nullopt);
  EXPECT_EQ(parseLoraKey(".alpha"), std::nullopt);
}

TEST(LoraKeyTest, NeutralPathsGetTheirDotsBack) {
  for (const char* path : {"down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_out.0", "conv_in",
                           "mid_block.resnets.1.time_emb_proj", "up_blocks.3.resnets.2.conv_shortcut",
                           "down_blocks.0.downsamplers.0.conv", "time_embedding.linear_1",
                           "up_blocks.0.attentions.1.transformer_blocks.9.ff.net.0.proj", "add_embedding.linear_2"}) {
    EXPECT_EQ(dottedLoraPath(LoraPart::UNet, neutralLoraPath(LoraPart::UNet, path)), path);
  }
  const std::string text = "text_model.encoder.layers.11.self_attn.out_proj";
  EXPECT_EQ(dottedLoraPath(LoraPart::TextEncoder, neutralLoraPath(LoraPart::TextEncoder, text)), text);
  EXPECT_EQ(dottedLoraPath(LoraPart::UNet, "nowhere_to_q"), std::nullopt);
  EXPECT_EQ(dottedLoraPath(LoraPart::UNet, "conv_in_"), std::nullopt) << "a '_' with nothing behind it is no path";
}

TEST(LdmNamesTest, NumbersThatNoModelHasAreNotBelieved) {
  const LdmLayout layout = ldmLayoutOf({"up_blocks.444444444.resnets.222", "down_blocks.0.resnets.0.conv1"});
  EXPECT_TRUE(layout.upLayers.empty());
  EXPECT_EQ(layout.downLayers, std::vector<int>{1});
}

TEST(LdmNamesTest, BothWaysAgreeForTheBlocksOfSdxl) {
  std::vector<std::string> paths{"conv_in", "conv_out", "time_embedding.linear_1", "add_embedding.linear_2"};
  for (int block = 0; block < 3; ++block) {
    const std::string down = "down_blocks." + std::to_string(block), up = "up_blocks." + std::to_string(block);
    for (int layer = 0; layer < 3; ++layer) {
      const std::string index = std::to_string(layer);
      if (layer < 2) paths.push_back(down + ".resnets." + index + ".conv1");
      if (layer < 2 && block > 0) paths.push_back(down + ".attentions." + index + ".proj_in");
      paths.push_back(up + ".resnets." + index + ".conv_shortcut");
      if (block < 2) paths.push_back(up + ".attentions." + index + ".transformer_blocks.1.attn2.to_k");
    }
    if (block < 2) paths.push_back(down + ".downsamplers.0.conv");
    if (block < 2) paths.push_back(up + ".upsamplers.0.conv");
  }
  paths.insert(paths.end(),
               {"mid_block.resnets.0.conv2", "mid_block.attentions.0.proj_out", "mid_block.resnets.1.conv1"});
  const LdmLayout layout = ldmLayoutOf(paths);
  for (const std::string& path : paths) {
    const auto ldm = ldmUNetPath(layout, path);
    ASSERT_TRUE(ldm) << path;
    EXPECT_EQ(neutralPathOfLdm(neutralLoraPath(LoraPart::UNet, *ldm)), neutralLoraPath(LoraPart::UNet, path)) << *ldm;
  }
  EXPECT_EQ(ldmUNetPath(layout, "down_blocks.1.attentions.0.proj_in"), "input_blocks.4.1.proj_in");
  EXPECT_EQ(ldmUNetPath(layout, "up_blocks.1.attentions.2.proj_in"), "output_blocks.5.1.proj_in");
  EXPECT_EQ(ldmUNetPath(layout, "up_blocks.0.upsamplers.0.conv"), "output_blocks.2.2.conv");
  EXPECT_EQ(ldmUNetPath(layout, "mid_block.attentions.0.proj_in"), "middle_block.1.proj_in");
  EXPECT_EQ(ldmUNetPath(layout, "down_blocks.0.downsamplers.0.conv"), "input_blocks.3.0.op");
}

}  // namespace
}  // namespace pleinair
