#include "core/lora/applied_lora.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <utility>

#include "core/lora/lora_change.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

namespace {

/// The file's tensor in the layout of the host's weight, on its device and in its precision, and owned (not the
/// mapped file).
at::Tensor placed(const at::Tensor& tensor, const HostLayer& host) {
  const at::Tensor& weight = host.layer->weight;
  at::Tensor copy = tensor.to(weight.device(), weight.scalar_type(), false, true);
  const auto dims = static_cast<std::int64_t>(host.shape.size());
  if (copy.dim() == dims) return copy;
  return dims == 2 ? copy.flatten(1) : copy.unsqueeze(-1).unsqueeze(-1);
}

nn::LoraBranch branchOf(const LoraMatch& m, double weight) {
  if (m.entry->isPlain()) {
    const double scale = weight * m.entry->alpha / static_cast<double>(m.entry->rank());
    return {placed(m.entry->down, *m.host), placed(m.entry->up, *m.host), scale};
  }
  const at::Tensor& base = m.host->layer->weight;
  return {(loraChangeOf(*m.entry, base) * weight).to(base.scalar_type()), {}, 1.0};
}

}  // namespace

Result<AppliedLora> AppliedLora::apply(const LoraHosts& hosts, const LoraFile& lora, const LoraWeights& weights) {
  PLEINAIR_ASSIGN(const LoraMatches matches, matchLora(hosts, lora));
  AppliedLora applied;
  applied.m_unusedKeys = matches.unused;
  PLEINAIR_TRY(guarded("applying a LoRA", [&] {
    const at::NoGradGuard noGrad;
    for (const LoraMatch& m : matches.found) {
      const double weight = weights.of(m.entry->part);
      if (weight == 0) continue;
      nn::LoraBranch branch = branchOf(m, weight);
      applied.m_branches.push_back({m.host->layer, branch.down});
      m.host->layer->branches.push_back(std::move(branch));
    }
  }));
  return applied;
}

AppliedLora::AppliedLora(AppliedLora&& other) noexcept
    : m_branches(std::exchange(other.m_branches, {})), m_unusedKeys(std::move(other.m_unusedKeys)) {}

AppliedLora& AppliedLora::operator=(AppliedLora&& other) noexcept {
  if (this != &other) {
    remove();
    m_branches = std::exchange(other.m_branches, {});
    m_unusedKeys = std::move(other.m_unusedKeys);
  }
  return *this;
}

AppliedLora::~AppliedLora() { remove(); }

void AppliedLora::remove() {
  for (const Placed& placedBranch : m_branches) {
    std::erase_if(placedBranch.layer->branches,
                  [&](const nn::LoraBranch& branch) { return branch.down.is_same(placedBranch.down); });
  }
  m_branches.clear();
}

Result<MergedLora> MergedLora::merge(const LoraHosts& hosts, const LoraFile& lora, const LoraWeights& weights) {
  PLEINAIR_ASSIGN(const LoraMatches matches, matchLora(hosts, lora));
  MergedLora merged;
  merged.m_unusedKeys = matches.unused;
  merged.m_layers = matches.found.size();
  PLEINAIR_TRY(guarded("merging a LoRA", [&] {
    const at::NoGradGuard noGrad;
    for (const LoraMatch& m : matches.found) {
      at::Tensor& slot = m.host->layer->weight;
      const at::Tensor original = slot;
      const at::Tensor change = loraChangeOf(*m.entry, original) * weights.of(m.entry->part);
      slot = (original.to(at::kFloat) + change).to(original.scalar_type());
      merged.m_kept.push_back({m.host->layer, original});
    }
  }));
  return merged;
}

MergedLora::MergedLora(MergedLora&& other) noexcept
    : m_kept(std::exchange(other.m_kept, {})),
      m_unusedKeys(std::move(other.m_unusedKeys)),
      m_layers(std::exchange(other.m_layers, 0)) {}

MergedLora& MergedLora::operator=(MergedLora&& other) noexcept {
  if (this != &other) {
    remove();
    m_kept = std::exchange(other.m_kept, {});
    m_unusedKeys = std::move(other.m_unusedKeys);
    m_layers = std::exchange(other.m_layers, 0);
  }
  return *this;
}

MergedLora::~MergedLora() { remove(); }

void MergedLora::remove() {
  for (auto kept = m_kept.rbegin(); kept != m_kept.rend(); ++kept) kept->layer->weight = kept->original;
  m_kept.clear();
}

}  // namespace pleinair
