// LowRank:    D = up @ down
// Tucker:     D[p, r, kl] = sum_ij mid[i, j, kl] down[j, r] up[p, i]; mid and down make one pair's down.
// LoHa:       D = (w1_a @ w1_b) * (w2_a @ w2_b), each with a Tucker core t in LyCORIS' order for convolutions
// LoKr:       D = kron(w1, w2), w1 and w2 whole or as pairs, w2 also with a Tucker core
// All are scaled by alpha / rank, LoKr only where a pair gives it a rank.
#include "core/lora/lora_change.h"

#include <ATen/ATen.h>

#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

Error corrupt(const LoraEntry& entry, const std::string& what) {
  return {ErrorCode::CorruptFile, what, entry.key, "Get the file again from where it came."};
}

const at::Tensor* factor(const LoraEntry& entry, const char* name) {
  const auto found = entry.factors.find(name);
  return found == entry.factors.end() ? nullptr : &found->second;
}

bool isMatrix(const at::Tensor* tensor) { return tensor != nullptr && tensor->dim() == 2 && tensor->numel() > 0; }
bool isCore(const at::Tensor& tensor, std::int64_t rank) {
  return tensor.dim() == 4 && tensor.size(0) == rank && tensor.size(1) == rank && tensor.numel() > 0;
}

/// A pair a [out, rank], b [rank, in * k * k], or with a core t: a [rank, out], b [rank, in].
bool pairFits(const LoraEntry& entry, const char* a, const char* b, const char* t) {
  const at::Tensor *first = factor(entry, a), *second = factor(entry, b), *core = factor(entry, t);
  if (!isMatrix(first) || second == nullptr || second->dim() < 2 || second->numel() == 0) return false;
  const std::int64_t rank = second->size(0);
  if (core != nullptr) return second->dim() == 2 && first->size(0) == rank && isCore(*core, rank);
  return first->size(1) == rank;
}

bool hadamardFits(const LoraEntry& entry) {
  return pairFits(entry, "hada_w1_a", "hada_w1_b", "hada_t1") &&
         pairFits(entry, "hada_w2_a", "hada_w2_b", "hada_t2") &&
         (factor(entry, "hada_t1") == nullptr) == (factor(entry, "hada_t2") == nullptr);
}

bool kroneckerFits(const LoraEntry& entry) {
  const bool first = isMatrix(factor(entry, "lokr_w1")) || pairFits(entry, "lokr_w1_a", "lokr_w1_b", "");
  const at::Tensor* whole = factor(entry, "lokr_w2");
  const bool second = whole != nullptr ? (whole->dim() == 2 || whole->dim() == 4) && whole->numel() > 0
                                       : pairFits(entry, "lokr_w2_a", "lokr_w2_b", "lokr_t2");
  return first && second;
}

at::Tensor onDevice(const LoraEntry& entry, const char* name, at::Device device) {
  return entry.factors.at(name).to(device, at::kFloat);
}

/// The product of one pair of factors: [out, in * k * k] or, with a core, [out, in, k, k].
at::Tensor pairProduct(const LoraEntry& entry, const char* a, const char* b, const char* t, at::Device device) {
  const at::Tensor first = onDevice(entry, a, device);
  const at::Tensor second = onDevice(entry, b, device);
  if (factor(entry, t) == nullptr) return at::matmul(first, second.flatten(1));
  const at::Tensor core = onDevice(entry, t, device);
  return at::einsum("ijkl,jr,ip->prkl", {core, second, first});
}

at::Tensor hadamard(const LoraEntry& entry, at::Device device) {
  const at::Tensor first = pairProduct(entry, "hada_w1_a", "hada_w1_b", "hada_t1", device);
  return first * pairProduct(entry, "hada_w2_a", "hada_w2_b", "hada_t2", device);
}

at::Tensor kronecker(const LoraEntry& entry, const std::vector<std::int64_t>& shape, at::Device device) {
  at::Tensor first = factor(entry, "lokr_w1") != nullptr ? onDevice(entry, "lokr_w1", device)
                                                         : pairProduct(entry, "lokr_w1_a", "lokr_w1_b", "", device);
  at::Tensor second = factor(entry, "lokr_w2") != nullptr
                          ? onDevice(entry, "lokr_w2", device)
                          : pairProduct(entry, "lokr_w2_a", "lokr_w2_b", "lokr_t2", device);
  if (shape.size() == 2) return at::kron(first.contiguous(), second.flatten(1).contiguous());
  const std::int64_t rows = shape[0] / first.size(0), columns = shape[1] / first.size(1);
  second = second.reshape({rows, columns, shape[2], shape[3]});
  return at::kron(first.contiguous().unsqueeze(-1).unsqueeze(-1), second.contiguous());
}

std::int64_t product(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  return count;
}

/// How many numbers the change has.
std::int64_t changeSize(const LoraEntry& entry) {
  const auto behind = [](const at::Tensor& t) { return t.numel() / t.size(0); };
  switch (entry.kind) {
    case LoraKind::LowRank:
      return entry.up.size(0) * behind(entry.down);
    case LoraKind::Hadamard: {
      const at::Tensor* core = factor(entry, "hada_t1");
      return entry.outSize() * behind(entry.factors.at("hada_w1_b")) *
             (core != nullptr ? core->size(2) * core->size(3) : 1);
    }
    case LoraKind::Kronecker: {
      const at::Tensor *whole = factor(entry, "lokr_w2"), *core = factor(entry, "lokr_t2");
      const at::Tensor* first = factor(entry, "lokr_w1");
      const std::int64_t small = first != nullptr
                                     ? first->numel()
                                     : entry.factors.at("lokr_w1_a").size(0) * entry.factors.at("lokr_w1_b").size(1);
      if (whole != nullptr) return small * whole->numel();
      const at::Tensor &a = entry.factors.at("lokr_w2_a"), &b = entry.factors.at("lokr_w2_b");
      if (core != nullptr) return small * a.size(1) * b.size(1) * core->size(2) * core->size(3);
      return small * a.size(0) * behind(b);
    }
    case LoraKind::Full:
      return entry.factors.at("diff").numel();
  }
  return 0;
}

/// LoHa's two halves must have one shape.
bool halvesAgree(const LoraEntry& entry) {
  const auto behind = [](const at::Tensor& t) { return t.numel() / t.size(0); };
  const std::int64_t axis = factor(entry, "hada_t1") != nullptr ? 1 : 0;
  return entry.factors.at("hada_w1_a").size(axis) == entry.factors.at("hada_w2_a").size(axis) &&
         behind(entry.factors.at("hada_w1_b")) == behind(entry.factors.at("hada_w2_b"));
}

/// How many columns LoKr's first matrix has.
std::int64_t firstColumns(const LoraEntry& entry) {
  const at::Tensor* whole = factor(entry, "lokr_w1");
  return whole != nullptr ? whole->size(1) : entry.factors.at("lokr_w1_b").size(1);
}

/// LyCORIS writes the lengths of rows as [out, 1, ...] and, in older files, of columns as [1, in, ...].
bool isRowLengths(const at::Tensor& magnitude) {
  return magnitude.dim() < 2 || magnitude.size(0) == magnitude.numel();
}

/// Lengths along one axis; what divides is never zero.
at::Tensor lengths(const at::Tensor& weight, bool ofRows) {
  const at::Tensor rows = ofRows ? weight.flatten(1) : weight.transpose(0, 1).flatten(1);
  return at::linalg_vector_norm(rows, 2, at::IntArrayRef{1}) + 1e-12;
}

}  // namespace

Result<void> settleEntry(LoraEntry& entry, const at::Tensor& mid) {
  if (entry.kind == LoraKind::LowRank) {
    if (!entry.down.defined() || !entry.up.defined()) {
      return corrupt(entry, "This LoRA lacks one half of a layer's pair");
    }
    const bool fits = entry.down.dim() >= 2 && entry.down.dim() == entry.up.dim() && entry.down.numel() > 0 &&
                      entry.up.numel() > 0 && entry.up.numel() == entry.up.size(0) * entry.up.size(1);
    if (!fits) return corrupt(entry, "The two halves of a layer of this LoRA do not fit each other");
    if (mid.defined()) {
      if (entry.down.dim() != 4 || entry.down.size(2) != 1 || entry.down.size(3) != 1 ||
          !isCore(mid, entry.down.size(0))) {
        return corrupt(entry, "The core of a layer of this LoRA does not fit its pair");
      }
      PLEINAIR_TRY(guarded("reading a LoRA", [&] {
        entry.down = at::einsum("ijkl,jr->irkl", {mid.to(at::kFloat), entry.down.to(at::kFloat).flatten(1)});
      }));
    }
    if (entry.down.size(0) != entry.up.size(1)) {
      return corrupt(entry, "The two halves of a layer of this LoRA do not fit each other");
    }
    return {};
  }
  const bool fits = entry.kind == LoraKind::Hadamard ? hadamardFits(entry)
                    : entry.kind == LoraKind::Kronecker
                        ? kroneckerFits(entry)
                        : factor(entry, "diff")->dim() >= 2 && factor(entry, "diff")->numel() > 0;
  if (!fits) return corrupt(entry, "The factors of a layer of this LoRA do not fit each other");
  return {};
}

bool entryFits(const LoraEntry& entry, const std::vector<std::int64_t>& shape) {
  if (shape.size() < 2 || entry.outSize() != shape[0] || changeSize(entry) != product(shape)) return false;
  const auto sameKernel = [&](const at::Tensor& t) {
    return t.dim() < 4 || shape.size() < 4 || (t.size(2) == shape[2] && t.size(3) == shape[3]);
  };
  if (entry.kind == LoraKind::LowRank && (entry.down.size(1) != shape[1] || !sameKernel(entry.down))) return false;
  for (const char* name : {"hada_t1", "hada_t2", "lokr_t2", "lokr_w2", "diff"}) {
    if (const at::Tensor* tensor = factor(entry, name); tensor != nullptr && !sameKernel(*tensor)) return false;
  }
  if (entry.kind == LoraKind::Hadamard && !halvesAgree(entry)) return false;
  if (entry.kind == LoraKind::Kronecker && shape[1] % firstColumns(entry) != 0) return false;
  const at::Tensor& m = entry.magnitude;
  return !m.defined() || m.numel() == shape[isRowLengths(m) ? 0 : 1];
}

at::Tensor loraChange(const LoraEntry& entry, const std::vector<std::int64_t>& shape, at::Device device) {
  const std::int64_t rank = entry.rank();
  const double scale = rank > 0 ? entry.alpha / static_cast<double>(rank) : 1.0;
  at::Tensor change;
  switch (entry.kind) {
    case LoraKind::LowRank:
      change = at::matmul(entry.up.to(device, at::kFloat).flatten(1), entry.down.to(device, at::kFloat).flatten(1));
      break;
    case LoraKind::Hadamard:
      change = hadamard(entry, device);
      break;
    case LoraKind::Kronecker:
      change = kronecker(entry, shape, device);
      break;
    case LoraKind::Full:
      change = onDevice(entry, "diff", device);
      break;
  }
  change = change.reshape(shape);
  return scale == 1.0 ? change : change * scale;
}

at::Tensor loraChangeOf(const LoraEntry& entry, const at::Tensor& weight) {
  const at::Tensor change = loraChange(entry, weight.sizes().vec(), weight.device());
  if (!entry.magnitude.defined()) return change;
  const at::Tensor base = weight.to(at::kFloat);
  const at::Tensor merged = base + change;
  const bool ofRows = isRowLengths(entry.magnitude);
  std::vector<std::int64_t> shape(static_cast<std::size_t>(weight.dim()), 1);
  shape[ofRows ? 0 : 1] = weight.size(ofRows ? 0 : 1);
  const at::Tensor scale = entry.magnitude.to(weight.device(), at::kFloat).flatten() / lengths(merged, ofRows);
  return merged * scale.reshape(shape) - base;
}

}  // namespace pleinair
