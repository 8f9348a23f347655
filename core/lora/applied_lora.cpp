#include "core/lora/applied_lora.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <map>
#include <utility>

#include "core/base/log.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

namespace {

struct Match {
  const LoraEntry* entry;
  const HostLayer* host;
};

struct Matches {
  std::vector<HostLayer> hosts;  ///< what the matches point into
  std::vector<Match> found;
  std::vector<std::string> unused;
};

std::string shapeText(c10::IntArrayRef shape) {
  std::string text;
  for (const std::int64_t size : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(size);
  }
  return text;
}

Error mismatch(const LoraHosts& hosts, const LoraFile& lora, const std::string& why) {
  return {
      ErrorCode::LoraMismatch, "This LoRA was made for " + loraFamily(lora) + ", the model is " + hostFamily(hosts),
      lora.file.string() + ": " + why, "Choose a LoRA made for this model's family, or the model it was made for."};
}

bool fits(const LoraEntry& entry, const HostLayer& host) {
  const auto& shape = host.shape;
  if (entry.up.size(0) != shape[0] || entry.down.size(1) != shape[1]) return false;
  if (entry.down.dim() == static_cast<std::int64_t>(shape.size())) {
    for (std::size_t i = 2; i < shape.size(); ++i) {
      if (entry.down.size(static_cast<std::int64_t>(i)) != shape[i]) return false;
      if (entry.up.size(static_cast<std::int64_t>(i)) != 1) return false;
    }
    return true;
  }
  // A 1x1 convolution and a linear layer are the same thing; old and new models differ in which they use.
  const auto flat = [](const at::Tensor& t) { return t.numel() == t.size(0) * t.size(1); };
  return flat(entry.down) && flat(entry.up) && (shape.size() == 2 || (shape[2] == 1 && shape[3] == 1));
}

Result<Matches> match(const LoraHosts& hosts, const LoraFile& lora) {
  Matches matches;
  matches.hosts = hostLayers(hosts);
  std::map<std::pair<LoraPart, std::string>, const HostLayer*> index;
  for (const HostLayer& host : matches.hosts) index[{host.part, neutralLoraPath(host.part, host.modulePath)}] = &host;
  for (const LoraEntry& entry : lora.entries) {
    const auto found = index.find({entry.part, entry.path});
    if (found == index.end()) {
      matches.unused.push_back(entry.key);
      continue;
    }
    if (!fits(entry, *found->second)) {
      return mismatch(hosts, lora,
                      entry.key + " changes a weight of " + shapeText({entry.up.size(0), entry.down.size(1)}) +
                          ", the model's is " + shapeText(found->second->shape));
    }
    matches.found.push_back({&entry, found->second});
  }
  if (matches.found.empty()) {
    return mismatch(hosts, lora, "none of its " + std::to_string(lora.entries.size()) + " layers is in the model");
  }
  matches.unused.insert(matches.unused.end(), lora.unknownKeys.begin(), lora.unknownKeys.end());
  return matches;
}

void logUnused(const LoraFile& lora, const std::vector<std::string>& unused) {
  if (unused.empty()) return;
  log::warning(lora.file.string() + ": " + std::to_string(unused.size()) +
               " of its keys have no place in this model, " + "first " + unused.front());
}

/// The file's tensor in the layout of the host's weight, on its device, float32, and owned (not the mapped file).
at::Tensor placed(const at::Tensor& tensor, const HostLayer& host) {
  at::Tensor copy = tensor.to(host.layer->weight.device(), at::kFloat, false, true);
  const auto dims = static_cast<std::int64_t>(host.shape.size());
  if (copy.dim() == dims) return copy;
  return dims == 2 ? copy.flatten(1) : copy.unsqueeze(-1).unsqueeze(-1);
}

}  // namespace

Result<AppliedLora> AppliedLora::apply(const LoraHosts& hosts, const LoraFile& lora, double weight) {
  PLEINAIR_ASSIGN(const Matches matches, match(hosts, lora));
  AppliedLora applied;
  applied.m_unusedKeys = matches.unused;
  logUnused(lora, matches.unused);
  if (weight == 0) return applied;
  PLEINAIR_TRY(guarded("applying a LoRA", [&] {
    const at::NoGradGuard noGrad;
    for (const Match& m : matches.found) {
      const double scale = weight * m.entry->alpha / static_cast<double>(m.entry->rank());
      nn::LoraBranch branch{placed(m.entry->down, *m.host), placed(m.entry->up, *m.host), scale};
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

Result<MergedLora> MergedLora::merge(const LoraHosts& hosts, const LoraFile& lora, double weight) {
  PLEINAIR_ASSIGN(const Matches matches, match(hosts, lora));
  logUnused(lora, matches.unused);
  MergedLora merged;
  PLEINAIR_TRY(guarded("merging a LoRA", [&] {
    const at::NoGradGuard noGrad;
    for (const Match& m : matches.found) {
      at::Tensor& slot = m.host->layer->weight;
      const double scale = weight * m.entry->alpha / static_cast<double>(m.entry->rank());
      const at::Tensor up = m.entry->up.to(slot.device(), at::kFloat).flatten(1);
      const at::Tensor down = m.entry->down.to(slot.device(), at::kFloat).flatten(1);
      const at::Tensor change = at::matmul(up, down).view(slot.sizes());
      const at::Tensor original = slot;
      slot = (original.to(at::kFloat) + scale * change).to(original.scalar_type());
      merged.m_kept.push_back({m.host->layer, original});
    }
  }));
  return merged;
}

MergedLora::MergedLora(MergedLora&& other) noexcept : m_kept(std::exchange(other.m_kept, {})) {}

MergedLora& MergedLora::operator=(MergedLora&& other) noexcept {
  if (this != &other) {
    remove();
    m_kept = std::exchange(other.m_kept, {});
  }
  return *this;
}

MergedLora::~MergedLora() { remove(); }

void MergedLora::remove() {
  for (auto kept = m_kept.rbegin(); kept != m_kept.rend(); ++kept) kept->layer->weight = kept->original;
  m_kept.clear();
}

}  // namespace pleinair
