#include "core/lora/lora_tools.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

#include "core/lora/lora_change.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

/// Beyond this many columns over the rank, a random range finds the singular vectors at a fraction of the time.
constexpr std::int64_t kOversampling = 16;
constexpr int kPowerIterations = 4;

struct Singular {
  at::Tensor u, s, v;  // [m, k], [k], [n, k]
  double total = 0;    ///< all squared singular values, kept or not
};

double squares(const at::Tensor& t) { return at::pow(at::linalg_vector_norm(t.to(at::kDouble)), 2).item<double>(); }

Singular wholeSvd(const at::Tensor& matrix) {
  const auto [u, s, vh] = at::linalg_svd(matrix, false);
  return {u, s, vh.t(), squares(s)};
}

/// The leading `rank` singular triplets of a matrix [m, n].
Singular leadingSvd(const at::Tensor& matrix, std::int64_t rank) {
  const std::int64_t width = rank + kOversampling;
  if (std::min(matrix.size(0), matrix.size(1)) <= 2 * width) return wholeSvd(matrix);
  at::Generator generator = at::detail::createCPUGenerator(0);
  at::Tensor range = at::matmul(matrix, at::randn({matrix.size(1), width}, generator));
  for (int i = 0; i < kPowerIterations; ++i) {
    range = std::get<0>(at::linalg_qr(range));
    range = at::matmul(matrix, at::matmul(matrix.t(), range));
  }
  const at::Tensor basis = std::get<0>(at::linalg_qr(range));
  Singular found = wholeSvd(at::matmul(basis.t(), matrix));
  found.u = at::matmul(basis, found.u);
  found.total = squares(matrix);
  return found;
}

/// The SVD of up @ down from the two thin halves: exact, and as cheap as the rank is small.
Singular pairSvd(const at::Tensor& up, const at::Tensor& down) {
  const auto [upBasis, upRest] = at::linalg_qr(up);
  const auto [downBasis, downRest] = at::linalg_qr(down.t());
  Singular inner = wholeSvd(at::matmul(upRest, downRest.t()));
  return {at::matmul(upBasis, inner.u), inner.s, at::matmul(downBasis, inner.v), inner.total};
}

/// How many of the singular values to keep, at least one.
std::int64_t keptRank(const Singular& svd, const RankChoice& choice) {
  const std::int64_t most = std::min<std::int64_t>(choice.rank, svd.s.size(0));
  const at::Tensor values = svd.s.to(at::kDouble).contiguous();
  double sum = 0;
  for (std::int64_t k = 0; k < most; ++k) {
    const double value = values[k].item<double>();
    // Nothing but rounding is behind a value this small.
    if (k > 0 && value <= 1e-6 * values[0].item<double>()) return k;
    sum += value * value;
    if (sum >= choice.energy * svd.total) return k + 1;
  }
  return most;
}

class Ranker {
 public:
  explicit Ranker(const RankChoice& choice) : m_choice(choice) {}

  /// Makes the entry the nearest pair to the change `svd` is of; `kernel` is what follows [out, in] in its shape.
  void reduce(LoraEntry& entry, const Singular& svd, const std::vector<std::int64_t>& kernel) {
    const std::int64_t rank = keptRank(svd, m_choice);
    const at::Tensor root = svd.s.narrow(0, 0, rank).sqrt();
    entry.kind = LoraKind::LowRank;
    entry.factors.clear();
    entry.up = (svd.u.narrow(1, 0, rank) * root).contiguous();
    entry.down = (svd.v.narrow(1, 0, rank) * root).t().contiguous();
    entry.alpha = static_cast<double>(rank);
    if (!kernel.empty()) {
      entry.up = entry.up.unsqueeze(-1).unsqueeze(-1);
      entry.down = entry.down.reshape({rank, -1, kernel[0], kernel[1]});
    }
    m_kept += squares(svd.s.narrow(0, 0, rank));
    m_total += svd.total;
    ++m_report.layers;
    m_report.smallestRank = m_report.layers == 1 ? rank : std::min(m_report.smallestRank, rank);
    m_report.largestRank = std::max(m_report.largestRank, rank);
  }

  [[nodiscard]] RankReport report() const {
    RankReport done = m_report;
    done.energy = m_total > 0 ? std::min(1.0, m_kept / m_total) : 1.0;
    return done;
  }

 private:
  RankChoice m_choice;
  RankReport m_report;
  double m_kept = 0, m_total = 0;
};

Result<void> checkChoice(const RankChoice& choice) {
  if (choice.rank >= 1 && choice.energy > 0 && choice.energy <= 1) return {};
  return Error{ErrorCode::BadArgument, "A rank must be at least 1 and the energy to keep between 0 and 1", "",
               "Choose a rank of 4 to 128, or keep 0.9 of the energy."};
}

/// Whether this is one of the UNet's 3x3 convolutions, whose kernel LoHa and LoKr fold into their columns.
bool isThreeByThree(const LoraEntry& entry) {
  if (entry.part != LoraPart::UNet) return false;
  for (const char* ending :
       {"conv1", "conv2", "_conv", "conv_in", "conv_out", "in_layers_2", "out_layers_3", "_op", "input_blocks_0_0"}) {
    if (entry.path.ends_with(ending)) return true;
  }
  return false;
}

/// The shape of the weight that an entry changes.
std::vector<std::int64_t> shapeOf(const LoraEntry& entry) {
  for (const char* name : {"diff", "lokr_w2", "hada_t1", "lokr_t2"}) {
    const auto found = entry.factors.find(name);
    if (found != entry.factors.end() && found->second.dim() == 4) {
      return {entry.outSize(), entry.inSize(), found->second.size(2), found->second.size(3)};
    }
  }
  if (isThreeByThree(entry) && entry.inSize() % 9 == 0) return {entry.outSize(), entry.inSize() / 9, 3, 3};
  return {entry.outSize(), entry.inSize()};
}

Singular svdOf(const LoraEntry& entry, const RankChoice& choice, std::vector<std::int64_t>& kernel) {
  if (entry.kind == LoraKind::LowRank) {
    if (entry.down.dim() == 4) kernel = {entry.down.size(2), entry.down.size(3)};
    const double scale = entry.alpha / static_cast<double>(entry.rank());
    return pairSvd(entry.up.to(at::kFloat).flatten(1) * scale, entry.down.to(at::kFloat).flatten(1));
  }
  const std::vector<std::int64_t> shape = shapeOf(entry);
  if (shape.size() == 4) kernel = {shape[2], shape[3]};
  const at::Tensor change = loraChange(entry, shape, at::kCPU).flatten(1);
  return leadingSvd(change, std::min(choice.rank, change.size(0)));
}

void noteRank(TextMap& texts, const RankReport& report) {
  const bool one = report.smallestRank == report.largestRank;
  texts["ss_network_dim"] = one ? std::to_string(report.largestRank) : "Dynamic";
  texts["ss_network_alpha"] = one ? std::to_string(report.largestRank) + ".0" : "Dynamic";
  texts["ss_network_module"] = "networks.lora";
  texts["ss_network_args"] = "{}";
}

Error mismatch(const ModelWeights& model, const LoraFile& lora, const std::string& why) {
  return {ErrorCode::LoraMismatch, "This LoRA was made for " + loraFamily(lora) + ", the model is " + model.family(),
          lora.file.string() + ": " + why,
          "Choose a LoRA made for this model's family, or the model it was made for."};
}

}  // namespace

Result<RankedLora> resizeLora(const LoraFile& lora, const RankChoice& choice, const LayerProgress& progress) {
  PLEINAIR_TRY(checkChoice(choice));
  return guarded("resizing a LoRA", [&] {
    const at::NoGradGuard noGrad;
    RankedLora result{lora, {}};
    Ranker ranker(choice);
    std::size_t done = 0;
    for (LoraEntry& entry : result.lora.entries) {
      if (progress) progress(done++, result.lora.entries.size());
      std::vector<std::int64_t> kernel;
      const Singular svd = svdOf(entry, choice, kernel);
      ranker.reduce(entry, svd, kernel);
    }
    result.report = ranker.report();
    noteRank(result.lora.metadata, result.report);
    return result;
  });
}

Result<RankedLora> extractLora(const ModelWeights& base, const ModelWeights& tuned, const RankChoice& choice,
                               const LayerProgress& progress) {
  PLEINAIR_TRY(checkChoice(choice));
  if (base.family() != tuned.family()) {
    return Error{ErrorCode::LoraMismatch,
                 "The models are not of one family: " + base.family() + ", " + tuned.family(), tuned.path().string(),
                 "Choose the model that the other was made from."};
  }
  const at::NoGradGuard noGrad;
  RankedLora result;
  Ranker ranker(choice);
  std::size_t done = 0;
  for (const auto& [name, slot] : base.slots()) {
    if (progress) progress(done++, base.slots().size());
    const auto other = tuned.slots().find(name);
    if (other == tuned.slots().end() || name.second.find("embedding") != std::string::npos) continue;
    PLEINAIR_ASSIGN(const at::Tensor before, base.weight(slot));
    PLEINAIR_ASSIGN(const at::Tensor after, tuned.weight(other->second));
    if (before.numel() != after.numel() || before.size(0) != after.size(0)) {
      return Error{ErrorCode::LoraMismatch, "The models are not of one size", name.second,
                   "Choose the model that the other was made from."};
    }
    PLEINAIR_TRY(guarded("extracting a LoRA", [&] {
      const at::Tensor change = (after.to(at::kFloat).flatten(1) - before.to(at::kFloat).flatten(1));
      if (at::count_nonzero(change).item<std::int64_t>() == 0) return;
      LoraEntry entry;
      entry.part = name.first;
      entry.path = entry.key = name.second;
      const std::vector<std::int64_t> kernel(slot.shape.begin() + 2, slot.shape.end());
      ranker.reduce(entry, leadingSvd(change, std::min(choice.rank, std::min(change.size(0), change.size(1)))),
                    kernel);
      result.lora.entries.push_back(std::move(entry));
    }));
  }
  if (result.lora.entries.empty()) {
    return Error{ErrorCode::BadArgument, "The two models are the same: there is nothing to extract",
                 tuned.path().string(), ""};
  }
  result.report = ranker.report();
  noteRank(result.lora.metadata, result.report);
  return result;
}

Result<MergeReport> mergeLoras(const ModelWeights& model, const std::vector<WeightedLora>& loras,
                               const std::filesystem::path& target, const LayerProgress& progress) {
  PLEINAIR_TRY(model.checkTarget(target));
  using Change = std::pair<const LoraEntry*, double>;
  MergeReport report;
  std::map<ModelWeights::SlotName, std::vector<Change>> plan;
  std::map<const ModelWeights::Slot*, ModelWeights::SlotName> names;
  for (const auto& [name, slot] : model.slots()) names[&slot] = name;
  for (const auto& [lora, weights] : loras) {
    std::size_t used = 0;
    for (const LoraEntry& entry : lora->entries) {
      const ModelWeights::Slot* slot = model.find(entry.part, entry.path);
      if (slot == nullptr) {
        report.unusedKeys.push_back(entry.key);
        continue;
      }
      if (!entryFits(entry, slot->shape)) return mismatch(model, *lora, entry.key + " has another size");
      plan[names.at(slot)].emplace_back(&entry, weights.of(entry.part));
      ++used;
    }
    if (used == 0) return mismatch(model, *lora, "none of its layers is in the model");
    report.unusedKeys.insert(report.unusedKeys.end(), lora->unknownKeys.begin(), lora->unknownKeys.end());
  }
  const at::NoGradGuard noGrad;
  std::map<ModelWeights::SlotName, at::Tensor> changed;
  for (const auto& [name, changes] : plan) {
    if (progress) progress(changed.size(), plan.size());
    PLEINAIR_ASSIGN(const at::Tensor original, model.weight(model.slots().at(name)));
    PLEINAIR_TRY(guarded("merging a LoRA", [&, &slot = name, &toAdd = changes] {
      // Every change is of the base weight, as when the LoRAs act beside it; rounded once at the end.
      at::Tensor sum = original.to(at::kFloat, false, true);
      for (const auto& [entry, strength] : toAdd) sum.add_(loraChangeOf(*entry, original), strength);
      changed[slot] = sum.to(original.scalar_type());
    }));
  }
  report.weights = changed.size();
  PLEINAIR_TRY(model.saveWith(target, changed));
  return report;
}

}  // namespace pleinair
