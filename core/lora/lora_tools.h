#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/lora/applied_lora.h"
#include "core/lora/lora_file.h"
#include "core/lora/model_weights.h"

namespace pleinair {

/// How much of a change a low-rank pair keeps: at most `rank`, and of these no more than hold `energy` of the squared
/// singular values (1: all).
struct RankChoice {
  std::int64_t rank = 16;
  double energy = 1.0;
};

/// What a resize or an extraction kept.
struct RankReport {
  std::size_t layers = 0;
  std::int64_t smallestRank = 0, largestRank = 0;
  double energy = 1.0;  ///< of all layers together, kept over total
};

struct RankedLora {
  LoraFile lora;
  RankReport report;
};

/// Heard before each layer: how many are done, of how many. Throwing CancelledException ends the work.
using LayerProgress = std::function<void(std::size_t done, std::size_t total)>;

/// The nearest LoRA of another rank (truncated SVD, Eckart and Young 1936), in float32; LoHa, LoKr and full
/// differences become plain pairs, DoRA's lengths stay. Ranks do not grow. BadArgument for a rank below 1.
Result<RankedLora> resizeLora(const LoraFile& lora, const RankChoice& choice, const LayerProgress& progress = {});

/// What `tuned` has that `base` has not, as a LoRA: the nearest of the rank for each weight that differs. Large
/// matrices go through a randomized range finder (Halko, Martinsson, Tropp 2011) with a fixed seed. LoraMismatch when
/// the models are not of one kind, EmptyDataset when nothing differs.
Result<RankedLora> extractLora(const ModelWeights& base, const ModelWeights& tuned, const RankChoice& choice,
                               const LayerProgress& progress = {});

struct WeightedLora {
  const LoraFile* lora;
  LoraWeights weights;
};

struct MergeReport {
  std::size_t weights = 0;              ///< how many of the model's weights changed
  std::vector<std::string> unusedKeys;  ///< keys of the LoRAs without a place in the model
};

/// Writes the model with the LoRAs in its weights, one after another, each computed in float32 and kept in the
/// model's own type. LoraMismatch, naming both families, where one does not fit.
Result<MergeReport> mergeLoras(const ModelWeights& model, const std::vector<WeightedLora>& loras,
                               const std::filesystem::path& target, const LayerProgress& progress = {});

}  // namespace pleinair
