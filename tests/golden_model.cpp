#include "tests/golden_model.h"

#include <ATen/ATen.h>

#include "core/base/atomic_file.h"
#include "core/pipeline/model_source.h"
#include "core/pipeline/save_model.h"
#include "core/weights/hash.h"
#include "tests/core/pipeline/ldm_file.h"

namespace pleinair::test {
namespace {

namespace fs = std::filesystem;

std::string withoutTextModel(const std::string& name) {
  constexpr std::string_view kPrefix = "text_model.";
  return name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name;
}

/// FNV-1a.
std::uint64_t seedOf(const std::string& text) {
  std::uint64_t seed = 0xCBF29CE484222325;
  for (const char c : text) seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return seed;
}

/// The top 11 bits of output `i` of splitmix64.
std::int64_t ruleNumber(std::uint64_t seed, std::uint64_t i) {
  std::uint64_t z = seed + (i + 1) * 0x9E3779B97F4A7C15;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return static_cast<std::int64_t>((z ^ (z >> 31)) >> 53);
}

at::Tensor ruleTensor(const std::string& salt, const std::string& name, const std::vector<std::int64_t>& shape) {
  at::Tensor tensor = at::empty(shape, at::kFloat);
  const std::uint64_t seed = seedOf(salt + "/" + name);
  const bool bias = name.ends_with("bias"), norm = !bias && shape.size() == 1;
  int bits = 11;
  if (bias) {
    bits = 14;
  } else if (name.find("embeddings.") != std::string::npos) {
    bits = 13;
  } else {
    for (std::int64_t inputs = tensor.numel() / shape[0]; inputs >= 4; inputs /= 4) ++bits;
  }
  auto* out = tensor.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < tensor.numel(); ++i) {
    const std::int64_t k = ruleNumber(seed, static_cast<std::uint64_t>(i));
    out[i] = static_cast<float>(norm ? 1 + std::ldexp(static_cast<double>(k / 4 - 256), -10)
                                     : std::ldexp(static_cast<double>(2 * k - 2047), -bits));
  }
  return tensor;
}

void fill(nn::Module& module, const std::string& salt) {
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
    slot = ruleTensor(salt, withoutTextModel(name), shape);
  });
}

const char* textFolder(std::size_t index) { return index == 0 ? "text_encoder" : "text_encoder_2"; }

/// The networks that a folder's settings describe, without weights.
Result<TinyCheckpoint> networksOf(const fs::path& folder) {
  TinyCheckpoint model;
  PLEINAIR_ASSIGN(model.unetConfig, UNetConfig::load(folder / "unet" / "config.json"));
  PLEINAIR_ASSIGN(model.vaeConfig, VaeConfig::load(folder / "vae" / "config.json"));
  model.unet = std::make_unique<UNet>(model.unetConfig);
  model.vae = std::make_unique<Vae>(model.vaeConfig);
  for (std::size_t i = 0; i < traitsOf(familyOf(model.unetConfig)).textEncoders; ++i) {
    PLEINAIR_ASSIGN(ClipTextConfig text, ClipTextConfig::load(folder / textFolder(i) / "config.json"));
    model.texts.push_back(std::make_unique<ClipText>(text));
    model.textConfigs.push_back(std::move(text));
  }
  return model;
}

/// Each network with the folder it lies in.
std::vector<std::pair<std::string, nn::Module*>> partsOf(TinyCheckpoint& model) {
  std::vector<std::pair<std::string, nn::Module*>> parts{{"unet", model.unet.get()}, {"vae", model.vae.get()}};
  for (std::size_t i = 0; i < model.texts.size(); ++i) parts.emplace_back(textFolder(i), model.texts[i].get());
  return parts;
}

Result<TinyCheckpoint> goldenNetworks(const fs::path& golden) {
  PLEINAIR_ASSIGN(TinyCheckpoint model, networksOf(golden));
  for (const auto& [folder, module] : partsOf(model)) fill(*module, golden.filename().string() + "/" + folder);
  return model;
}

Result<TokenizerFiles> tokenizerFiles(const fs::path& folder) {
  PLEINAIR_ASSIGN(std::string vocabulary, readFile(folder / "vocab.json"));
  PLEINAIR_ASSIGN(std::string merges, readFile(folder / "merges.txt"));
  return TokenizerFiles{std::move(vocabulary), std::move(merges)};
}

}  // namespace

Result<void> completeGoldenModel(const fs::path& golden, const fs::path& target, const GoldenModelOptions& options) {
  PLEINAIR_ASSIGN(TinyCheckpoint model, goldenNetworks(golden));
  fs::copy(golden, target, fs::copy_options::recursive);
  const at::ScalarType dtype = options.half ? at::kHalf : at::kFloat;
  for (const auto& [folder, module] : partsOf(model)) {
    const bool text = folder.starts_with("text_encoder");
    const fs::path file = target / folder / (text ? "model.safetensors" : "diffusion_pytorch_model.safetensors");
    PLEINAIR_TRY(writeSafetensors(file, parametersOf(*module), {{"format", "pt"}}, dtype));
  }
  return writeSafetensors(target / "single_file.safetensors", model.tensors(), options.metadata, dtype);
}

Result<std::map<std::string, std::string>> goldenWeightSums(const fs::path& golden) {
  PLEINAIR_ASSIGN(TinyCheckpoint model, goldenNetworks(golden));
  std::map<std::string, std::string> sums;
  for (const auto& [folder, module] : partsOf(model)) {
    TensorMap named;
    for (const auto& [name, tensor] : parametersOf(*module)) named[withoutTextModel(name)] = tensor;
    std::string bytes;
    for (const auto& [name, tensor] : named) {
      bytes.append(static_cast<const char*>(tensor.const_data_ptr()), static_cast<std::size_t>(tensor.nbytes()));
    }
    sums[folder] = std::to_string(named.size()) + " " + sha256Hex(bytes);
  }
  return sums;
}

Result<void> saveModelAgain(const fs::path& folder, const fs::path& target) {
  PLEINAIR_ASSIGN(const ModelSource source, ModelSource::open(folder));
  PLEINAIR_ASSIGN(TinyCheckpoint model, networksOf(folder));
  for (const auto& [part, module] : partsOf(model)) {
    PLEINAIR_ASSIGN(const ComponentWeights weights, ComponentWeights::open(folder / part));
    PLEINAIR_TRY(loadModule(*module, weights, {}));
  }
  PLEINAIR_ASSIGN(TokenizerFiles words, tokenizerFiles(folder / "tokenizer"));
  ModelParts parts{*model.unet, *model.texts[0], *model.vae, source.schedule, std::move(words), ""};
  if (model.texts.size() > 1) {
    parts.textEncoder2 = model.texts[1].get();
    PLEINAIR_ASSIGN(parts.tokenizer2, tokenizerFiles(folder / "tokenizer_2"));
  }
  PLEINAIR_TRY(saveModel(target, parts, at::kFloat));
  return writeSafetensors(target / "single_file.safetensors", model.tensors());
}

}  // namespace pleinair::test
