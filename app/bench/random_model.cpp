#include "app/bench/cases.h"
#include "core/base/atomic_file.h"
#include "core/engine/engine.h"
#include "core/pipeline/save_model.h"

namespace pleinair::bench {

Result<void> writeRandomSd15(const std::filesystem::path& folder) {
  // Any vocabulary does: random weights know no words. The starter model's is at hand.
  const std::filesystem::path tokenizer = starterModelFolder() / "tokenizer";
  PLEINAIR_ASSIGN(std::string vocabulary, readFile(tokenizer / "vocab.json"));
  PLEINAIR_ASSIGN(std::string merges, readFile(tokenizer / "merges.txt"));
  UNet unet{UNetConfig{}};
  ClipText text{ClipTextConfig{}};
  Vae vae{VaeConfig{}};
  nn::initialize(unet, 1);
  nn::initialize(text, 2);
  nn::initialize(vae, 3);
  return saveModel(folder, {unet, text, vae, ScheduleConfig{}, {std::move(vocabulary), std::move(merges)}, "Random SD 1.5"});
}

}  // namespace pleinair::bench
