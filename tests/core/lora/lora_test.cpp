#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "core/base/atomic_file.h"
#include "core/lora/applied_lora.h"
#include "core/lora/lora_export.h"
#include "core/lora/lora_info.h"
#include "core/lora/lora_writer.h"
#include "core/lora/trainable_lora.h"
#include "core/models/clip_text.h"
#include "core/models/unet.h"

namespace pleinair {
namespace {

/// Attention of the UNet and of the text encoder.
const LoraTargets kBoth = [] {
  LoraTargets targets;
  targets.textEncoderAttention = true;
  return targets;
}();

namespace fs = std::filesystem;

UNetConfig tinyUNet(std::int64_t textWidth) {
  UNetConfig config;
  config.blockOutChannels = {32, 64};
  config.layersPerBlock = {1, 1};
  config.downAttention = {true, false};
  config.upAttention = {false, true};
  config.attentionHeads = {2, 2};
  config.transformerLayers = {1, 1};
  config.crossAttentionSize = textWidth;
  return config;
}

ClipTextConfig tinyText(std::int64_t width) {
  ClipTextConfig config;
  config.vocabularySize = 50;
  config.size = width;
  config.feedForwardSize = 2 * width;
  config.layers = 2;
  config.heads = 2;
  config.positions = 16;
  return config;
}

/// A tiny model of random weights and what it makes of one input.
struct TinyModel {
  explicit TinyModel(std::int64_t width = 32) : unet(tinyUNet(width)), text(tinyText(width)) {
    nn::initialize(unet, 1);
    nn::initialize(text, 2);
  }
  LoraHosts hosts() { return {&unet, &text, nullptr}; }
  at::Tensor output() {
    const at::NoGradGuard noGrad;
    const at::Tensor ids = at::arange(16, at::kLong).unsqueeze(0);
    const at::Tensor sample = at::linspace(-1, 1, 4 * 8 * 8).view({1, 4, 8, 8});
    return unet.forward(sample, at::tensor({321.0F}), text.forward(ids).lastHidden);
  }
  UNet unet;
  ClipText text;
};

class LoraTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    m_folder = fs::temp_directory_path() / ("pleinair_lora_" + name);
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  void TearDown() override { fs::remove_all(m_folder); }

  /// A LoRA of the tiny model with random values in both halves, saved in kohya's keys.
  fs::path savedLora(TinyModel& model, const std::string& name = "lora.safetensors") {
    const LoraSpec spec{4, 2.0, kBoth};
    auto lora = TrainableLora::create(model.hosts(), spec, 7).value();
    fill(lora);
    LoraProvenance provenance;
    provenance.config.name = "evening";
    provenance.config.rank = 4;
    provenance.config.alpha = 2.0;
    provenance.config.targets = spec.targets;
    provenance.family = "SD 1.x";
    provenance.trigger = "SKY";
    provenance.step = 300;
    provenance.groups = {{"", 3}};
    provenance.buckets = {{"256x192", 3}};
    EXPECT_TRUE(writeKohyaLora(m_folder / name, lora, provenance).ok());
    return m_folder / name;
  }
  static void fill(TrainableLora& lora) {
    const at::NoGradGuard noGrad;
    at::manual_seed(3);
    for (const auto& layer : lora.layers()) layer.up.copy_(at::randn(layer.up.sizes()) * 0.2);
  }

  /// What a file with this one layer says it is for.
  std::string familyOf(const std::string& layer, std::int64_t width, const TextMap& metadata = {}) const {
    const fs::path file = m_folder / "one_layer.safetensors";
    const TensorMap tensors{{layer + ".lora_down.weight", at::zeros({2, width})},
                            {layer + ".lora_up.weight", at::zeros({8, 2})}};
    EXPECT_TRUE(writeSafetensors(file, tensors, metadata).ok());
    return loraFamily(readLora(file).value());
  }

  fs::path m_folder;
};

/// The LoRA of a tiny model in which every second layer has a name that no model has.
class HalfUnknownLora : public LoraTest {
 protected:
  void SetUp() override {
    LoraTest::SetUp();
    const TensorMap whole = SafetensorsFile::open(savedLora(model)).value().tensors();
    std::set<std::string> layers;
    for (const auto& [name, tensor] : whole) layers.insert(name.substr(0, name.find('.')));
    std::map<std::string, std::string> names;
    for (const std::string& layer : layers) {
      const bool renamed = names.size() % 2 == 1;
      names[layer] = renamed ? "lora_unet_nowhere_" + layer : layer;
      if (renamed) unknown.insert(names[layer]);
    }
    known = names.size() - unknown.size();
    for (const auto& [name, value] : whole) {
      const std::size_t dot = name.find('.');
      tensors[names.at(name.substr(0, dot)) + name.substr(dot)] = value;
    }
    ASSERT_TRUE(writeSafetensors(m_folder / "half.safetensors", tensors).ok());
  }

  TinyModel model;
  TensorMap tensors;
  std::set<std::string> unknown;  ///< the layers' names
  std::size_t known = 0;
};

TEST_F(LoraTest, AFreshAdapterChangesNothingAndTrainsTheAttention) {
  TinyModel model;
  const at::Tensor before = model.output();
  auto lora = TrainableLora::create(model.hosts(), {4, 4.0, LoraTargets{}}, 1);
  ASSERT_TRUE(lora.ok());
  EXPECT_TRUE(model.output().equal(before));
  // 3 transformers (down, mid, up x2 layers): 8 projections each.
  EXPECT_EQ(lora->layers().size() % 8, 0U);
  for (const auto& layer : lora->layers()) {
    EXPECT_TRUE(layer.down.requires_grad() && layer.down.is_leaf());
    EXPECT_EQ(layer.host.part, LoraPart::UNet);
  }
  EXPECT_EQ(lora->parameterCount(), trainableParameters(model.hosts(), {4, 4.0, LoraTargets{}}));
}

TEST_F(LoraTest, CountsParametersOfModulesWithoutStorage) {
  TinyModel loaded;
  UNet unet(tinyUNet(32));
  ClipText text(tinyText(32));
  const LoraSpec spec{8, 8.0, kBoth};
  EXPECT_EQ(trainableParameters({&unet, &text, nullptr}, spec), trainableParameters(loaded.hosts(), spec));
  EXPECT_GT(trainableParameters({&unet, &text, nullptr}, spec),
            trainableParameters({&unet, &text, nullptr}, {8, 8.0, LoraTargets{}}));
}

TEST_F(LoraTest, TheSameSeedGivesTheSameAdapter) {
  TinyModel model;
  const TensorMap first = TrainableLora::create(model.hosts(), {4, 4.0, {}}, 5).value().tensors();
  const TensorMap again = TrainableLora::create(model.hosts(), {4, 4.0, {}}, 5).value().tensors();
  const TensorMap other = TrainableLora::create(model.hosts(), {4, 4.0, {}}, 6).value().tensors();
  for (const auto& [name, values] : first) EXPECT_TRUE(values.equal(again.at(name))) << name;
  EXPECT_FALSE(first.begin()->second.equal(other.begin()->second));
}

TEST_F(LoraTest, TargetsThatSelectNothingAreRefused) {
  TinyModel model;
  const auto lora = TrainableLora::create(model.hosts(), {4, 4.0, {false, false}}, 1);
  ASSERT_FALSE(lora.ok());
  EXPECT_EQ(lora.error().code, ErrorCode::BadArgument);
}

TEST_F(LoraTest, AKohyaFileComesBackAndActsAsInTraining) {
  TinyModel model;
  const at::Tensor base = model.output();
  at::Tensor trained;
  {
    auto lora = TrainableLora::create(model.hosts(), {4, 2.0, kBoth}, 7).value();
    fill(lora);
    trained = model.output();
  }
  EXPECT_TRUE(model.output().equal(base));
  auto file = readLora(savedLora(model));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->format, LoraFormat::Kohya);
  EXPECT_TRUE(file->unknownKeys.empty());
  auto applied = AppliedLora::apply(model.hosts(), *file, 1.0);
  ASSERT_TRUE(applied.ok());
  EXPECT_TRUE(applied->unusedKeys().empty());
  EXPECT_TRUE(model.output().equal(trained)) << "the file must make the very pictures that training showed";
  EXPECT_FALSE(trained.allclose(base, 1e-3, 1e-3));
}

TEST_F(LoraTest, RemovingALoraGivesTheBaseBackToTheBit) {
  TinyModel model;
  const fs::path file = savedLora(model);
  const at::Tensor base = model.output();
  const LoraFile lora = readLora(file).value();
  auto first = AppliedLora::apply(model.hosts(), lora, 0.5).value();
  const at::Tensor half = model.output();
  {
    auto second = AppliedLora::apply(model.hosts(), lora, 0.5).value();
    auto whole = AppliedLora::apply(model.hosts(), lora, -0.5).value();
    EXPECT_TRUE(model.output().allclose(half, 1e-4, 1e-4)) << "0.5 + 0.5 - 0.5";
  }
  EXPECT_TRUE(model.output().equal(half));
  first.remove();
  EXPECT_TRUE(model.output().equal(base));
}

TEST_F(LoraTest, MergingAndBranchesAgreeAndUnmergeIsExact) {
  TinyModel model;
  const LoraFile lora = readLora(savedLora(model)).value();
  const at::Tensor base = model.output();
  at::Tensor branched;
  {
    auto applied = AppliedLora::apply(model.hosts(), lora, 0.8).value();
    branched = model.output();
  }
  {
    auto merged = MergedLora::merge(model.hosts(), lora, 0.8).value();
    EXPECT_TRUE(model.output().allclose(branched, 1e-4, 1e-4));
  }
  EXPECT_TRUE(model.output().equal(base));
}

TEST_F(LoraTest, ALoraForAnotherSizeIsRefusedAndNothingIsApplied) {
  TinyModel small(32), wide(64);
  const at::Tensor base = small.output();
  const LoraFile lora = readLora(savedLora(wide)).value();
  const auto applied = AppliedLora::apply(small.hosts(), lora, 1.0);
  ASSERT_FALSE(applied.ok());
  EXPECT_EQ(applied.error().code, ErrorCode::LoraMismatch);
  EXPECT_NE(applied.error().text().find("64"), std::string::npos) << applied.error().text();
  EXPECT_NE(applied.error().text().find("32"), std::string::npos) << applied.error().text();
  EXPECT_TRUE(small.output().equal(base));
}

TEST_F(LoraTest, FamiliesAreNamedByTheirTextWidth) {
  EXPECT_EQ(familyOfTextWidth(768), "SD 1.x");
  EXPECT_EQ(familyOfTextWidth(1024), "SD 2.x");
  EXPECT_EQ(familyOfTextWidth(2048), "SDXL");
}

TEST_F(LoraTest, AFileNamesItsFamilyWhereItsTextWidthIsNoFamilys) {
  const std::string layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k";
  EXPECT_EQ(familyOf(layer, 32), "a model of text width 32");
  EXPECT_EQ(familyOf(layer, 32, {{"ss_base_model_version", "sd_v1"}}), "SD 1.x");
  EXPECT_EQ(familyOf(layer, 32, {{"modelspec.architecture", "sdxl"}}), "SDXL");
  EXPECT_EQ(familyOf(layer, 1024, {{"ss_base_model_version", "sd_v1"}}), "SD 2.x") << "a known width says more";
}

TEST_F(LoraTest, OnlySdxlHasTransformersOfMoreThanOneBlock) {
  EXPECT_EQ(familyOf("lora_unet_down_blocks_1_attentions_0_transformer_blocks_1_attn1_to_q", 64), "SDXL");
  EXPECT_EQ(familyOf("lora_unet_input_blocks_4_1_transformer_blocks_1_attn1_to_q", 64), "SDXL");
  EXPECT_EQ(familyOf("lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q", 64), "an unknown model");
  // Networks that are nothing but transformers count their blocks by the same word.
  EXPECT_EQ(familyOf("lora_unet_transformer_blocks_1_attn1_to_q", 64), "an unknown model");
  EXPECT_EQ(familyOf("transformer.transformer_blocks.1.attn.to_q", 64), "an unknown model");
}

TEST_F(LoraTest, AModelsFamilyIsToldByItsProjectionsHoweverSmallItIs) {
  UNetConfig config = tinyUNet(32);
  UNet convolved(config);
  EXPECT_EQ(hostFamily({&convolved, nullptr, nullptr}), "SD 1.x");
  config.linearProjection = true;
  UNet linear(config);
  EXPECT_EQ(hostFamily({&linear, nullptr, nullptr}), "SD 2.x");
}

TEST_F(HalfUnknownLora, IsDescribedByItsKnownLayersAndTheOthersAreListed) {
  const LoraDescription info = loraInfo(m_folder / "half.safetensors").value();
  EXPECT_EQ(static_cast<std::size_t>(info.unetLayers + info.textEncoderLayers), known);
  EXPECT_EQ(std::set(info.unknownKeys.begin(), info.unknownKeys.end()), unknown);
}

TEST_F(HalfUnknownLora, KeepsItsLayersInKohyasKeysAndIsRefusedInOthers) {
  const LoraFile lora = readLora(m_folder / "half.safetensors").value();
  ASSERT_TRUE(saveLora(m_folder / "again.safetensors", lora, {}).ok());
  const TensorMap again = SafetensorsFile::open(m_folder / "again.safetensors").value().tensors();
  EXPECT_EQ(again.size(), tensors.size());
  for (const auto& [name, tensor] : tensors) {
    ASSERT_TRUE(again.contains(name)) << name;
    EXPECT_TRUE(again.at(name).equal(tensor)) << name;
  }
  const auto refused = saveLora(m_folder / "peft.safetensors", lora, {LoraFormat::Peft, {}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::UnsupportedFormat);
  EXPECT_TRUE(unknown.contains(refused.error().context)) << refused.error().text();
  EXPECT_FALSE(fs::exists(m_folder / "peft.safetensors"));
}

TEST_F(HalfUnknownLora, ActsWithItsKnownLayersAndListsTheOthers) {
  const auto applied = AppliedLora::apply(model.hosts(), readLora(m_folder / "half.safetensors").value(), 1.0);
  ASSERT_TRUE(applied.ok()) << applied.error().text();
  EXPECT_EQ(applied->layerCount(), known);
  EXPECT_EQ(std::set(applied->unusedKeys().begin(), applied->unusedKeys().end()), unknown);
}

TEST_F(LoraTest, KeysWithoutAPlaceAreListedNotDropped) {
  TinyModel model;
  const SafetensorsFile good = SafetensorsFile::open(savedLora(model)).value();
  TensorMap tensors = good.tensors();
  tensors["lora_unet_nowhere_to_q.lora_down.weight"] = at::zeros({4, 32});
  tensors["lora_unet_nowhere_to_q.lora_up.weight"] = at::zeros({32, 4});
  tensors["something.else"] = at::zeros({2});
  ASSERT_TRUE(writeSafetensors(m_folder / "more.safetensors", tensors).ok());
  auto applied = AppliedLora::apply(model.hosts(), readLora(m_folder / "more.safetensors").value(), 1.0);
  ASSERT_TRUE(applied.ok());
  EXPECT_EQ(applied->unusedKeys(), (std::vector<std::string>{"lora_unet_nowhere_to_q", "something.else"}));
}

TEST_F(LoraTest, HalfAPairIsCorruptAndAFileWithoutLayersIsNoLora) {
  const at::Tensor any = at::zeros({4, 32});
  ASSERT_TRUE(writeSafetensors(m_folder / "half.safetensors", {{"lora_unet_a_to_q.lora_down.weight", any}}).ok());
  EXPECT_EQ(readLora(m_folder / "half.safetensors").error().code, ErrorCode::CorruptFile);
  ASSERT_TRUE(writeSafetensors(m_folder / "none.safetensors", {{"conv.weight", any}}).ok());
  EXPECT_EQ(readLora(m_folder / "none.safetensors").error().code, ErrorCode::UnsupportedFormat);
}

TEST_F(LoraTest, PeftAndDiffusersSpellingsMeanTheSameLayers) {
  TinyModel model;
  const LoraFile kohya = readLora(savedLora(model)).value();
  TensorMap peft, diffusers;
  for (const auto& host : targetLayers(model.hosts(), kBoth)) {
    const auto entry = std::ranges::find_if(kohya.entries, [&](const LoraEntry& e) {
      return e.part == host.part && e.path == neutralLoraPath(host.part, host.modulePath);
    });
    ASSERT_NE(entry, kohya.entries.end());
    const double folded = entry->alpha / static_cast<double>(entry->rank());
    const std::string prefix = host.part == LoraPart::UNet ? "unet." : "text_encoder.";
    std::string path = host.modulePath;
    diffusers[prefix + path + ".lora.down.weight"] = entry->down;
    diffusers[prefix + path + ".lora.up.weight"] = entry->up * folded;
    if (path.starts_with("text_model.")) path.erase(0, 11);
    peft[prefix + path + ".lora_A.weight"] = entry->down;
    peft[prefix + path + ".lora_B.weight"] = entry->up * folded;
  }
  auto applied = AppliedLora::apply(model.hosts(), kohya, 0.7).value();
  const at::Tensor expected = model.output();
  applied.remove();
  for (const auto& [name, tensors] : {std::pair{"peft", peft}, std::pair{"diffusers", diffusers}}) {
    const fs::path file = m_folder / (std::string(name) + ".safetensors");
    ASSERT_TRUE(writeSafetensors(file, tensors).ok());
    auto same = AppliedLora::apply(model.hosts(), readLora(file).value(), 0.7);
    ASSERT_TRUE(same.ok()) << name;
    EXPECT_TRUE(same->unusedKeys().empty());
    EXPECT_TRUE(model.output().allclose(expected, 1e-5, 1e-5)) << name;
  }
}

TEST_F(LoraTest, TheSameAdapterGivesTheSameBytesWithTheHashesOthersCheck) {
  TinyModel model;
  const std::string first = readFile(savedLora(model, "a.safetensors")).value();
  const std::string second = readFile(savedLora(model, "b.safetensors")).value();
  EXPECT_EQ(first, second);
  const SafetensorsFile file = SafetensorsFile::open(m_folder / "a.safetensors").value();
  const TextMap& texts = file.metadata();
  for (const char* key : {"ss_v2", "ss_base_model_version", "ss_network_module", "ss_network_dim", "ss_network_alpha",
                          "ss_network_args", "sshs_model_hash", "sshs_legacy_hash", "modelspec.sai_model_spec",
                          "modelspec.architecture", "ss_tag_frequency", "ss_bucket_info"}) {
    EXPECT_TRUE(texts.contains(key)) << key;
  }
  EXPECT_EQ(texts.at("sshs_model_hash").size(), 64U);
  EXPECT_EQ(texts.at("sshs_legacy_hash").size(), 8U);
  EXPECT_EQ(texts.at("ss_network_dim"), "4");
  EXPECT_TRUE(file.contains("lora_te_text_model_encoder_layers_0_self_attn_q_proj.alpha"));
  for (const auto& [name, entry] : file.entries()) {
    EXPECT_EQ(name.find('.'), name.find(name.ends_with(".alpha") ? ".alpha" : ".lora_")) << name;
  }
}

TEST_F(LoraTest, InfoTellsWhatAFileIs) {
  TinyModel model;
  const LoraDescription info = loraInfo(savedLora(model)).value();
  EXPECT_EQ(info.format, "kohya");
  EXPECT_EQ(info.rank, 4);
  EXPECT_EQ(info.alpha, 2.0);
  EXPECT_EQ(info.trigger, "SKY");
  EXPECT_EQ(info.title, "evening");
  EXPECT_EQ(info.steps, 300);
  EXPECT_EQ(info.textEncoderLayers, 8);
  EXPECT_EQ(info.parameters, trainableParameters(model.hosts(), {4, 2.0, kBoth}));
}

TEST_F(LoraTest, LoadingAnotherRunsAdapterIsRefused) {
  TinyModel model;
  auto small = TrainableLora::create(model.hosts(), {4, 4.0, {}}, 1).value();
  const TensorMap values = small.tensors();
  auto large = TrainableLora::create(model.hosts(), {8, 8.0, {}}, 1).value();
  EXPECT_EQ(large.load(values).error().code, ErrorCode::LoraMismatch);
}

}  // namespace
}  // namespace pleinair
