#include "core/models/load_module.h"

#include <ATen/ATen.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <set>
#include <utility>

#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

constexpr std::string_view kTextPrefix = "text_model.";
/// The VAE's attention before diffusers gave all attention layers the same names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kOldAttention = {
    {{".to_q.", ".query."}, {".to_k.", ".key."}, {".to_v.", ".value."}, {".to_out.0.", ".proj_attn."}}};

/// What the file calls the parameter, or an empty name.
std::string nameInFile(const std::string& name, const ComponentWeights& weights) {
  if (weights.contains(name)) return name;
  if (name.starts_with(kTextPrefix)) {
    const std::string shorter = name.substr(kTextPrefix.size());
    return weights.contains(shorter) ? shorter : std::string();
  }
  for (const auto& [now, before] : kOldAttention) {
    if (const auto at = name.find(now); at != std::string::npos) {
      const std::string older = std::string(name).replace(at, now.size(), before);
      return weights.contains(older) ? older : std::string();
    }
  }
  return {};
}

/// Buffers that old versions saved and nobody needs.
bool isDispensable(const std::string& name) { return name.ends_with("embeddings.position_ids"); }

std::string shapeText(at::IntArrayRef shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

/// The same numbers in another rank, as 1x1 convolutions kept from linear layers have.
bool sameButForOnes(at::IntArrayRef a, at::IntArrayRef b) {
  const auto squeezed = [](at::IntArrayRef shape) {
    std::vector<std::int64_t> kept;
    for (const std::int64_t extent : shape) {
      if (extent != 1) kept.push_back(extent);
    }
    return kept;
  };
  return squeezed(a) == squeezed(b);
}

struct Findings {
  std::vector<std::string> missing, leftOver, misshapen;

  static void describe(std::string& text, const char* what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    if (!text.empty()) text += "; ";
    text += std::to_string(names.size()) + " " + what + ": ";
    const std::size_t shown = std::min<std::size_t>(names.size(), 3);
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > shown) text += ", …";
  }

  [[nodiscard]] std::string text() const {
    std::string all;
    describe(all, "missing", missing);
    describe(all, "left over", leftOver);
    describe(all, "of another shape", misshapen);
    return all;
  }
};

/// Gives back the pages of the mapped file that a copied tensor came from: they count as the process's memory until
/// then, and a checkpoint in one file would stand in memory twice by the end. The file still has them.
void forgetPages(const at::Tensor& stored) {
  if (stored.storage().allocator() != nullptr) return;  // not a view of a mapping
  static const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(stored.const_data_ptr());
  const std::uintptr_t end = begin + stored.nbytes();
  const std::uintptr_t first = (begin + page - 1) / page * page, last = end / page * page;
  if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

struct Match {
  at::Tensor* slot;
  at::Tensor stored;
  std::vector<std::int64_t> shape;
};

Result<std::vector<Match>> matchWeights(nn::Module& module, const ComponentWeights& weights) {
  Findings findings;
  std::vector<Match> matches;
  std::set<std::string> used;
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>& shape) {
    const std::string found = nameInFile(name, weights);
    const Result<at::Tensor> stored = found.empty() ? Result<at::Tensor>(Error{}) : weights.tensor(found);
    if (!stored) {
      findings.missing.push_back(name);
      return;
    }
    used.insert(found);
    if (!stored->sizes().equals(shape) && !sameButForOnes(stored->sizes(), shape)) {
      findings.misshapen.push_back(found + " is " + shapeText(stored->sizes()) + " instead of " + shapeText(shape));
      return;
    }
    matches.push_back({&slot, *stored, shape});
  });
  for (const std::string& name : weights.names()) {
    if (!used.contains(name) && !isDispensable(name)) findings.leftOver.push_back(name);
  }
  if (const std::string problem = findings.text(); !problem.empty()) {
    return Error{ErrorCode::CorruptFile, "The weights do not fit the model's settings: " + problem,
                 weights.path().string(), "Check that all files come from the same model."};
  }
  return matches;
}

}  // namespace

Result<void> checkWeights(nn::Module& module, const ComponentWeights& weights) {
  const auto matches = matchWeights(module, weights);
  return matches ? Result<void>() : Result<void>(matches.error());
}

Result<void> loadModule(nn::Module& module, const ComponentWeights& weights, const DeviceSpec& spec,
                        ProgressSink* progress) {
  PLEINAIR_ASSIGN(const std::vector<Match> matches, matchWeights(module, weights));
  return guarded("loading the model", [&] {
    std::int64_t done = 0;
    for (const Match& match : matches) {
      // Always a copy: the file may change or go away while the model lives.
      at::Tensor value = match.stored.reshape(match.shape)
                             .to(spec.device, spec.dtype, /*non_blocking=*/false,
                                 /*copy=*/true);
      // On a CPU convolutions run a fifth faster with the channels innermost, and then nothing is turned around
      // between them and the transformers. On a GPU group_norm would turn everything back.
      if (!spec.isGpu() && value.dim() == 4) value = value.contiguous(at::MemoryFormat::ChannelsLast);
      *match.slot = value;
      forgetPages(match.stored);
      if (progress != nullptr) progress->onProgress(++done);
    }
  });
}

TensorMap parametersOf(nn::Module& module) {
  TensorMap map;
  module.visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>&) {
    if (slot.defined()) map.emplace(name, slot);
  });
  return map;
}

}  // namespace pleinair
