#include "core/lora/lora_tools.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "core/base/atomic_file.h"
#include "core/lora/ldm_names.h"
#include "core/lora/lora_change.h"
#include "core/lora/lora_export.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;
const fs::path kModel = fs::path(PLEINAIR_GOLDEN_DIR) / "sd15";
const fs::path kLora = kModel / "lora/kohya.safetensors";

/// The change of every layer, by part and path under diffusers' names.
std::map<ModelWeights::SlotName, at::Tensor> changesOf(const LoraFile& lora) {
  std::map<ModelWeights::SlotName, at::Tensor> changes;
  for (const LoraEntry& entry : lora.entries) {
    const std::string path = neutralPathOfLdm(entry.path).value_or(entry.path);
    std::vector<std::int64_t> shape{entry.outSize(), entry.inSize()};
    if (entry.down.dim() == 4) shape = {shape[0], shape[1], entry.down.size(2), entry.down.size(3)};
    changes[{entry.part, path}] = loraChange(entry, shape, at::kCPU);
  }
  return changes;
}

void expectSame(const std::map<ModelWeights::SlotName, at::Tensor>& got,
                const std::map<ModelWeights::SlotName, at::Tensor>& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (const auto& [name, change] : expected) {
    ASSERT_TRUE(got.contains(name)) << name.second;
    EXPECT_LE((got.at(name) - change).abs().max().item<double>(), tolerance) << name.second;
  }
}

class LoraToolsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const std::string name = ::testing::UnitTest::GetInstance()->current_test_info()->name();
    m_folder = fs::temp_directory_path() / ("pleinair_lora_tools_" + name);
    fs::remove_all(m_folder);
    fs::create_directories(m_folder);
  }
  void TearDown() override { fs::remove_all(m_folder); }

  /// A LoRA with SDXL's layers: LDM names, both text encoders.
  LoraFile sdxlLora() const {
    at::manual_seed(6);
    TensorMap tensors;
    for (const char* layer :
         {"lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k", "lora_unet_output_blocks_5_1_proj_in",
          "lora_unet_middle_block_1_transformer_blocks_0_ff_net_0_proj", "lora_unet_input_blocks_3_0_op",
          "lora_unet_output_blocks_2_2_conv", "lora_te1_text_model_encoder_layers_0_self_attn_q_proj",
          "lora_te2_text_model_encoder_layers_1_mlp_fc2"}) {
      const std::string key = layer;
      const bool conv = key.ends_with("_op") || key.ends_with("_conv");
      tensors[key + ".lora_down.weight"] = conv ? at::randn({2, 6, 3, 3}) : at::randn({2, 6});
      tensors[key + ".lora_up.weight"] = conv ? at::randn({10, 2, 1, 1}) : at::randn({10, 2});
      tensors[key + ".alpha"] = at::scalar_tensor(1.0);
    }
    EXPECT_TRUE(writeSafetensors(m_folder / "sdxl.safetensors", tensors, {{"ss_output_name", "evening"}}).ok());
    return readLora(m_folder / "sdxl.safetensors").value();
  }

  /// The golden model as one file under the original keys, its text encoder in OpenCLIP's.
  fs::path singleFile(const std::string& blocks = "model.transformer.resblocks.") const {
    TensorMap tensors;
    const ComponentWeights unet = ComponentWeights::open(kModel / "unet").value();
    const LdmLayout layout = ldmLayoutOf(unet.names());
    for (const std::string& key : unet.names()) {
      const std::string path = key.substr(0, key.rfind('.'));
      if (const auto ldm = ldmUNetPath(layout, path)) {
        tensors["model.diffusion_model." + *ldm + key.substr(key.rfind('.'))] = unet.tensor(key).value();
      }
    }
    const ComponentWeights text = ComponentWeights::open(kModel / "text_encoder").value();
    const std::string from = "encoder.layers.", to = "cond_stage_model." + blocks;
    for (int i = 0; text.contains(from + std::to_string(i) + ".mlp.fc1.weight"); ++i) {
      const std::string a = from + std::to_string(i), b = to + std::to_string(i);
      const auto weight = [&](const char* name) { return text.tensor(a + name).value(); };
      tensors[b + ".attn.in_proj_weight"] =
          at::cat({weight(".self_attn.q_proj.weight"), weight(".self_attn.k_proj.weight"),
                   weight(".self_attn.v_proj.weight")});
      tensors[b + ".attn.out_proj.weight"] = weight(".self_attn.out_proj.weight");
      tensors[b + ".mlp.c_fc.weight"] = weight(".mlp.fc1.weight");
      tensors[b + ".mlp.c_proj.weight"] = weight(".mlp.fc2.weight");
    }
    tensors["model_ema.decay"] = at::zeros({1});
    EXPECT_TRUE(writeSafetensors(m_folder / "single.safetensors", tensors, {{"format", "pt"}}).ok());
    return m_folder / "single.safetensors";
  }

  /// The golden model, LoRAs of its own beside it, with what else people keep in a model's folder.
  fs::path crowdedModel() const {
    const fs::path model = m_folder / "crowded";
    fs::copy(kModel, model, fs::copy_options::recursive);
    fs::copy_file(kLora, model / "single_file.safetensors");
    std::ofstream(model / "unet/diffusion_pytorch_model.bin") << "weights from before";
    std::ofstream(model / "README.md") << "A model of evenings.";
    return model;
  }

  fs::path m_folder;
};

TEST_F(LoraToolsTest, EveryFormatKeepsEveryLayersChange) {
  const LoraFile lora = readLora(kLora).value();
  for (const LoraFormat format : {LoraFormat::Kohya, LoraFormat::Diffusers, LoraFormat::Peft}) {
    const fs::path file = m_folder / (std::string(loraFormatName(format)) + ".safetensors");
    ASSERT_TRUE(saveLora(file, lora, {format, at::kFloat}).ok());
    const LoraFile again = readLora(file).value();
    EXPECT_EQ(again.format, format);
    EXPECT_TRUE(again.unknownKeys.empty());
    expectSame(changesOf(again), changesOf(lora), 1e-6);
  }
}

TEST_F(LoraToolsTest, SdxlGoesThroughDiffusersNamesAndBack) {
  const LoraFile lora = sdxlLora();
  ASSERT_TRUE(saveLora(m_folder / "peft.safetensors", lora, {LoraFormat::Peft, {}}).ok());
  const SafetensorsFile peft = SafetensorsFile::open(m_folder / "peft.safetensors").value();
  for (const char* key :
       {"unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight",
        "unet.up_blocks.1.attentions.2.proj_in.lora_B.weight",
        "unet.mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj.lora_A.weight",
        "unet.down_blocks.0.downsamplers.0.conv.lora_A.weight", "unet.up_blocks.0.upsamplers.0.conv.lora_B.weight",
        "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight",
        "text_encoder_2.text_model.encoder.layers.1.mlp.fc2.lora_B.weight"}) {
    EXPECT_TRUE(peft.contains(key)) << key;
  }
  EXPECT_EQ(peft.metadata().at("ss_base_model_version"), "sdxl_base_v1-0");
  EXPECT_EQ(peft.metadata().at("ss_output_name"), "evening");
  const LoraFile back = readLora(m_folder / "peft.safetensors").value();
  ASSERT_TRUE(saveLora(m_folder / "kohya.safetensors", back, {}).ok());
  const SafetensorsFile first = SafetensorsFile::open(m_folder / "sdxl.safetensors").value();
  const SafetensorsFile kohya = SafetensorsFile::open(m_folder / "kohya.safetensors").value();
  for (const auto& [name, entry] : first.entries()) EXPECT_TRUE(kohya.contains(name)) << name;
  EXPECT_EQ(kohya.entries().size(), first.entries().size());
  expectSame(changesOf(readLora(m_folder / "kohya.safetensors").value()), changesOf(lora), 1e-5);
}

TEST_F(LoraToolsTest, WhatAFormatCannotHoldIsRefusedByName) {
  const LoraFile all = readLora(fs::path(PLEINAIR_GOLDEN_DIR) / "lycoris/adapters.safetensors").value();
  LoraFile loha = all;
  std::erase_if(loha.entries, [](const LoraEntry& e) { return e.path != "loha_linear"; });
  const auto refused = saveLora(m_folder / "out.safetensors", loha, {LoraFormat::Peft, {}});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::UnsupportedFormat);
  EXPECT_NE(refused.error().message.find("LoHa"), std::string::npos);
  EXPECT_FALSE(fs::exists(m_folder / "out.safetensors"));
}

TEST_F(LoraToolsTest, ResizingToTheSameRankChangesNothingAndASmallerOneIsTheNearest) {
  const LoraFile lora = readLora(kLora).value();
  const RankedLora same = resizeLora(lora, {64, 1.0}).value();
  EXPECT_EQ(same.report.largestRank, 4);
  EXPECT_NEAR(same.report.energy, 1.0, 1e-6);
  expectSame(changesOf(same.lora), changesOf(lora), 1e-5);
  const RankedLora two = resizeLora(lora, {2, 1.0}).value();
  EXPECT_EQ(two.report.largestRank, 2);
  double kept = 0, total = 0;
  const auto exact = changesOf(lora), nearest = changesOf(two.lora);
  for (const auto& [name, change] : exact) {
    const at::Tensor values = std::get<1>(at::linalg_svd(change.flatten(1).to(at::kDouble)));
    kept += at::pow(values.narrow(0, 0, 2), 2).sum().item<double>();
    total += at::pow(values, 2).sum().item<double>();
    // Eckart and Young: what is lost is exactly the singular values left out.
    const double lost = at::linalg_vector_norm((nearest.at(name) - change).to(at::kDouble)).item<double>();
    const double least = std::sqrt(at::pow(values.narrow(0, 2, values.size(0) - 2), 2).sum().item<double>());
    EXPECT_NEAR(lost, least, 1e-4 * std::sqrt(total)) << name.second;
  }
  EXPECT_NEAR(two.report.energy, kept / total, 1e-5);
}

TEST_F(LoraToolsTest, ResizingByEnergyKeepsAsMuchAsWasAskedFor) {
  const LoraFile lora = readLora(kLora).value();
  const RankedLora most = resizeLora(lora, {64, 0.8}).value();
  EXPECT_GE(most.report.energy, 0.8);
  EXPECT_LT(most.report.energy, 1.0);
  EXPECT_LT(most.report.smallestRank, 4);
  EXPECT_FALSE(resizeLora(lora, {0, 1.0}).ok());
  EXPECT_FALSE(resizeLora(lora, {4, 0.0}).ok());
}

TEST_F(LoraToolsTest, LohaAndLokrBecomePlainPairs) {
  const at::NoGradGuard noGrad;
  const LoraFile all = readLora(fs::path(PLEINAIR_GOLDEN_DIR) / "lycoris/adapters.safetensors").value();
  const TensorMap weights =
      SafetensorsFile::open(fs::path(PLEINAIR_GOLDEN_DIR) / "lycoris/weights.safetensors").value().tensors();
  const RankedLora plain = resizeLora(all, {1000, 1.0}).value();
  for (std::size_t i = 0; i < all.entries.size(); ++i) {
    const LoraEntry& entry = plain.lora.entries[i];
    // Without its kernel in the factors, a convolution is told by its name; these are called otherwise.
    if (entry.path == "loha_conv" || entry.path == "lokr_conv_pair") {
      if (!entryFits(entry, weights.at(entry.path + ".base").sizes().vec())) continue;
    }
    const at::Tensor base = weights.at(entry.path + ".base").to(at::kFloat);
    EXPECT_EQ(entry.kind, LoraKind::LowRank);
    ASSERT_TRUE(entryFits(entry, base.sizes().vec())) << entry.path;
    const at::Tensor merged = weights.at(entry.path + ".merged");
    EXPECT_LT((base + loraChangeOf(entry, base) - merged).abs().max().item<float>(), 2e-5) << entry.path;
  }
}

TEST_F(LoraToolsTest, MergingAndExtractingGiveTheLoraBack) {
  const LoraFile lora = readLora(kLora).value();
  const ModelWeights base = ModelWeights::open(kModel).value();
  const fs::path target = m_folder / "merged";
  const MergeReport report = mergeLoras(base, {{&lora, {0.5, 0.25}}}, target).value();
  EXPECT_EQ(report.weights, lora.entries.size());
  EXPECT_TRUE(report.unusedKeys.empty());
  EXPECT_TRUE(fs::exists(target / "model_index.json") && fs::exists(target / "vae" / "config.json"));
  const ModelWeights merged = ModelWeights::open(target).value();
  const auto changes = changesOf(lora);
  for (const auto& [name, slot] : base.slots()) {
    const at::Tensor before = base.weight(slot).value().to(at::kFloat);
    const at::Tensor after = merged.weight(merged.slots().at(name)).value();
    const double weight = name.first == LoraPart::UNet ? 0.5 : 0.25;
    if (!changes.contains(name)) {
      EXPECT_TRUE(after.to(at::kFloat).equal(before)) << name.second;
    } else {
      const at::Tensor expected = before + weight * changes.at(name);
      EXPECT_TRUE(after.to(at::kFloat).allclose(expected, 1e-3, 1e-3)) << name.second;
    }
  }
  // The golden weights are fp16, so the difference is known to their precision only.
  const RankedLora extracted = extractLora(base, merged, {4, 1.0}).value();
  EXPECT_EQ(extracted.report.layers, lora.entries.size());
  for (const auto& [name, change] : changesOf(extracted.lora)) {
    const at::Tensor expected = changes.at(name) * (name.first == LoraPart::UNet ? 0.5 : 0.25);
    EXPECT_LT((change - expected).abs().max().item<double>(), 2e-3) << name.second;
  }
  EXPECT_FALSE(extractLora(base, ModelWeights::open(kModel).value(), {4, 1.0}).ok()) << "nothing differs";
}

TEST_F(LoraToolsTest, ASingleFileIsMergedAsAFolderIs) {
  const LoraFile lora = readLora(kLora).value();
  const ModelWeights folder = ModelWeights::open(kModel).value();
  const ModelWeights single = ModelWeights::open(singleFile()).value();
  EXPECT_EQ(single.family(), folder.family());
  for (const LoraEntry& entry : lora.entries) ASSERT_NE(single.find(entry.part, entry.path), nullptr) << entry.path;
  const MergeReport one = mergeLoras(single, {{&lora, 1.0}}, m_folder / "out.safetensors").value();
  const MergeReport many = mergeLoras(folder, {{&lora, 1.0}}, m_folder / "out").value();
  EXPECT_EQ(one.weights, many.weights);
  const ModelWeights fromSingle = ModelWeights::open(m_folder / "out.safetensors").value();
  const ModelWeights fromFolder = ModelWeights::open(m_folder / "out").value();
  for (const auto& [name, slot] : fromSingle.slots()) {
    ASSERT_TRUE(fromFolder.slots().contains(name)) << name.second;
    const at::Tensor expected = fromFolder.weight(fromFolder.slots().at(name)).value();
    EXPECT_TRUE(fromSingle.weight(slot).value().equal(expected)) << name.second;
  }
  const SafetensorsFile written = SafetensorsFile::open(m_folder / "out.safetensors").value();
  EXPECT_TRUE(written.contains("model_ema.decay"));
  EXPECT_EQ(written.metadata().at("format"), "pt");
}

TEST_F(LoraToolsTest, TextLayersOfASingleFileAreFoundUnderBothOfTheirNames) {
  const LoraFile lora = readLora(kLora).value();
  for (const char* blocks : {"model.transformer.resblocks.", "model.resblocks."}) {
    const ModelWeights single = ModelWeights::open(singleFile(blocks)).value();
    for (const LoraEntry& entry : lora.entries) {
      EXPECT_NE(single.find(entry.part, entry.path), nullptr) << blocks << ": " << entry.path;
    }
  }
}

TEST_F(LoraToolsTest, TheModelItselfIsNeverWrittenOver) {
  const LoraFile lora = readLora(kLora).value();
  const fs::path single = singleFile();
  const ModelWeights model = ModelWeights::open(single).value();
  const auto before = fs::last_write_time(single);
  EXPECT_EQ(mergeLoras(model, {{&lora, 1.0}}, single).error().code, ErrorCode::BadArgument);
  EXPECT_EQ(fs::last_write_time(single), before);
}

TEST_F(LoraToolsTest, AMergedFolderHoldsNoUnmergedWeights) {
  const LoraFile lora = readLora(kLora).value();
  const fs::path target = m_folder / "merged";
  ASSERT_TRUE(mergeLoras(ModelWeights::open(crowdedModel()).value(), {{&lora, 1.0}}, target).ok());
  for (const char* name :
       {"single_file.safetensors", "cases.safetensors", "lora", "unet/diffusion_pytorch_model.bin"}) {
    ASSERT_TRUE(fs::exists(m_folder / "crowded" / name)) << name;
    EXPECT_FALSE(fs::exists(target / name)) << name;
  }
  for (const char* name : {"README.md", "model_index.json", "scheduler/scheduler_config.json", "tokenizer/merges.txt",
                           "unet/config.json", "vae/config.json", "vae/diffusion_pytorch_model.safetensors"}) {
    ASSERT_TRUE(fs::exists(target / name)) << name;
    EXPECT_EQ(readFile(target / name).value(), readFile(m_folder / "crowded" / name).value()) << name;
  }
}

TEST_F(LoraToolsTest, AMergeIsRefusedWhereItsNameDoesNotFitOrIsTaken) {
  const LoraFile lora = readLora(kLora).value();
  const ModelWeights folder = ModelWeights::open(kModel).value(), single = ModelWeights::open(singleFile()).value();
  const auto expectRefused = [&](const ModelWeights& model, const std::string& target, const std::string& words) {
    const auto merged = mergeLoras(model, {{&lora, 1.0}}, m_folder / target);
    ASSERT_FALSE(merged.ok()) << target;
    EXPECT_EQ(merged.error().code, ErrorCode::BadArgument);
    EXPECT_NE(merged.error().text().find(words), std::string::npos) << merged.error().text();
  };
  expectRefused(folder, "out.safetensors", "without .safetensors");
  expectRefused(single, "out", "ends in .safetensors");
  EXPECT_FALSE(fs::exists(m_folder / "out.safetensors") || fs::exists(m_folder / "out"));

  fs::create_directories(m_folder / "taken");
  for (const char* mine : {"taken/mine.txt", "taken.safetensors"}) std::ofstream(m_folder / mine) << "mine";
  expectRefused(folder, "taken", "already");
  expectRefused(single, "taken.safetensors", "already");
  for (const char* mine : {"taken/mine.txt", "taken.safetensors"}) {
    EXPECT_EQ(readFile(m_folder / mine).value(), "mine");
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(m_folder / "taken"), {}), 1);

  fs::create_directories(m_folder / "empty");
  EXPECT_TRUE(mergeLoras(folder, {{&lora, 1.0}}, m_folder / "empty").ok())
      << "an empty folder takes nothing from anyone";
}

TEST_F(LoraToolsTest, ALoraOfAnotherFamilyIsRefusedWithBothNames) {
  const LoraFile lora = sdxlLora();
  const ModelWeights model = ModelWeights::open(kModel).value();
  const auto merged = mergeLoras(model, {{&lora, 1.0}}, m_folder / "out");
  ASSERT_FALSE(merged.ok());
  EXPECT_EQ(merged.error().code, ErrorCode::LoraMismatch);
  EXPECT_NE(merged.error().message.find("SDXL"), std::string::npos) << merged.error().text();
  EXPECT_NE(merged.error().message.find(model.family()), std::string::npos) << merged.error().text();
  EXPECT_FALSE(fs::exists(m_folder / "out"));
}

}  // namespace
}  // namespace pleinair
