#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "app/bench/cases.h"
#include "core/base/atomic_file.h"
#include "core/engine/engine.h"
#include "core/pipeline/save_model.h"

namespace pleinair::bench {
namespace {

/// Fresh values in half precision, so that a large network takes no more memory than its file will.
void fill(nn::Module& module, std::uint64_t seed) {
  at::Generator generator = at::detail::createCPUGenerator(seed);
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
    slot = at::empty(shape, at::kHalf);
    if (shape.size() < 2) {
      slot.fill_(name.ends_with("weight") ? 1.0 : 0.0);  // norms and biases
    } else {
      const double bound = 1.0 / std::sqrt(static_cast<double>(slot[0].numel()));
      slot.uniform_(-bound, bound, generator);
    }
  });
}

/// Any vocabulary does: random weights know no words. The starter model's is at hand.
Result<TokenizerFiles> someTokenizer() {
  const std::filesystem::path tokenizer = starterModelFolder() / "tokenizer";
  PLEINAIR_ASSIGN(std::string vocabulary, readFile(tokenizer / "vocab.json"));
  PLEINAIR_ASSIGN(std::string merges, readFile(tokenizer / "merges.txt"));
  return TokenizerFiles{std::move(vocabulary), std::move(merges)};
}

}  // namespace

Result<void> writeRandomSd15(const std::filesystem::path& folder) {
  PLEINAIR_ASSIGN(TokenizerFiles tokenizer, someTokenizer());
  UNet unet{UNetConfig{}};
  ClipText text{ClipTextConfig{}};
  Vae vae{VaeConfig{}};
  fill(unet, 1);
  fill(text, 2);
  fill(vae, 3);
  return saveModel(folder, {unet, text, vae, ScheduleConfig{}, std::move(tokenizer), "Random SD 1.5"});
}

Result<void> writeRandomSdxl(const std::filesystem::path& folder) {
  PLEINAIR_ASSIGN(TokenizerFiles tokenizer, someTokenizer());
  UNetConfig shape;
  shape.sampleSize = 128;
  shape.blockOutChannels = {320, 640, 1280};
  shape.layersPerBlock = {2, 2, 2};
  shape.downAttention = {false, true, true};
  shape.upAttention = {true, true, false};
  shape.attentionHeads = {5, 10, 20};
  shape.transformerLayers = {1, 2, 10};
  shape.crossAttentionSize = 2048;
  shape.linearProjection = true;
  shape.textTime = true;
  shape.additionTimeSize = 256;
  shape.additionProjectionSize = 2816;
  UNet unet{shape};
  ClipText text{ClipTextConfig{}};
  ClipTextConfig larger;
  larger.size = larger.projectionSize = 1280;
  larger.feedForwardSize = 5120;
  larger.layers = 32;
  larger.heads = 20;
  larger.activation = ClipTextConfig::Activation::Gelu;
  ClipText text2{larger};
  VaeConfig vaeShape;
  vaeShape.sampleSize = 1024;
  vaeShape.scalingFactor = 0.13025;
  Vae vae{vaeShape};
  fill(unet, 1);
  fill(text, 2);
  fill(vae, 3);
  fill(text2, 4);
  return saveModel(folder, {unet, text, vae, ScheduleConfig{}, tokenizer, "Random SDXL", &text2, tokenizer});
}

}  // namespace pleinair::bench
