#include "core/nn/flash_attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <atomic>
#include <cmath>
#include <numbers>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

#include "core/base/cancellation.h"
#include "core/nn/parallel.h"

namespace pleinair::nn {
namespace {

struct Processor {
  bool avx2 = false, avx512 = false, avx512Bf16 = false;
  bool matrixUnits = false;  ///< AMX, for products of bfloat16
};

Processor thisProcessor() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  Processor processor;
  processor.avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  processor.avx512 = processor.avx2 && __builtin_cpu_supports("avx512f") != 0;
  processor.avx512Bf16 =
      processor.avx512 && __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512bf16") != 0;
  unsigned int a = 0, b = 0, c = 0, d = 0;  // compilers of today do not know AMX by name
  processor.matrixUnits = __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (d >> 22 & 1) != 0;
  return processor;
#else
  return {};
#endif
}

template <class Number>
std::vector<const FlashKernel*> runnable(const FlashKernel* fastest) {
  const Processor processor = thisProcessor();
  std::vector<const FlashKernel*> kernels;
  const auto add = [&](bool runs, const FlashKernel* kernel) {
    if (runs && kernel != nullptr) kernels.push_back(kernel);
  };
  add(processor.avx512Bf16, fastest);
  add(processor.avx512, avx512FlashKernel(Number{}));
  add(processor.avx2, avx2FlashKernel(Number{}));
  kernels.push_back(portableFlashKernel(Number{}));
  return kernels;
}

/// Null where torch is faster. With AMX it is in bfloat16: torch's attention uses these units, and the same
/// processors are slow at the vectors' products of bfloat16 (94 GFLOP/s against 159 computing in float, and torch
/// 247, on two cores of a Xeon; float32 there 246 against torch's 148).
const FlashKernel* fastestKernel(at::ScalarType type) {
  const auto fastest = [](at::ScalarType of) -> const FlashKernel* {
    const std::vector<const FlashKernel*> kernels = runnableFlashKernels(of);
    return kernels.size() > 1 ? kernels.front() : nullptr;
  };
  static const FlashKernel* const ofFloat = fastest(at::kFloat);
  static const FlashKernel* const ofBFloat16 = thisProcessor().matrixUnits ? nullptr : fastest(at::kBFloat16);
  return type == at::kFloat ? ofFloat : type == at::kBFloat16 ? ofBFloat16 : nullptr;
}

at::Tensor rowsInPlace(const at::Tensor& x) { return x.stride(2) == 1 ? x : x.contiguous(); }

/// Number `at` of a tensor of either type.
char* numberOf(const at::Tensor& x, std::int64_t at) {
  return static_cast<char*>(x.data_ptr()) + at * static_cast<std::int64_t>(x.element_size());
}

}  // namespace

std::vector<const FlashKernel*> runnableFlashKernels(at::ScalarType type) {
  if (type == at::kFloat) return runnable<float>(nullptr);
  if (type == at::kBFloat16) return runnable<BFloat16>(avx512Bf16FlashKernel(BFloat16{}));
  return {};
}

bool worthFlashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  const FlashKernel* const kernel = q.device().is_cpu() ? fastestKernel(q.scalar_type()) : nullptr;
  if (kernel == nullptr || k.scalar_type() != q.scalar_type() || v.scalar_type() != q.scalar_type()) return false;
  if (at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad())) return false;
  constexpr std::int64_t kFewestQueries = 64, kFewestKeys = 32;
  return q.size(1) >= kFewestQueries && k.size(1) >= kFewestKeys && q.size(2) <= kernel->largestSize * heads;
}

at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  return flashAttention(q, k, v, heads, *fastestKernel(q.scalar_type()));
}

at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                          const FlashKernel& kernel) {
  const at::Tensor queries = rowsInPlace(q), keys = rowsInPlace(k), values = rowsInPlace(v);
  at::Tensor out = at::empty({q.size(0), q.size(1), q.size(2)}, q.options());
  const std::int64_t size = q.size(2) / heads;
  const auto scale = static_cast<float>(std::numbers::log2e / std::sqrt(static_cast<double>(size)));
  const auto head = [&](std::int64_t i) {
    const std::int64_t batch = i / heads, column = i % heads * size;
    return AttentionHead{.q = numberOf(queries, batch * queries.stride(0) + column),
                         .k = numberOf(keys, batch * keys.stride(0) + column),
                         .v = numberOf(values, batch * values.stride(0) + column),
                         .out = numberOf(out, batch * out.stride(0) + column),
                         .qStride = queries.stride(1),
                         .kStride = keys.stride(1),
                         .vStride = values.stride(1),
                         .outStride = out.stride(1),
                         .queries = q.size(1),
                         .keys = k.size(1),
                         .size = size,
                         .scale = scale};
  };

  const std::int64_t count = q.size(0) * heads, words = kernel.packedWords(k.size(1), size);
  const at::Tensor packed = at::empty({count, (words + 15) / 16 * 16}, at::kFloat);
  const auto packedOf = [&](std::int64_t i) { return numberOf(packed, i * packed.stride(0)); };
  inParallel(count, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) kernel.pack(head(i), packedOf(i));
  });

  const std::int64_t blocks = (q.size(1) + kernel.queries - 1) / kernel.queries;
  std::atomic<bool> cancelled = false;  // only the calling thread learns of it
  inParallel(count * blocks, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor work = at::empty({kernel.workWords(size)}, at::kFloat);
    for (std::int64_t i = begin; i < end && !cancelled; ++i) {
      try {
        checkCancelled();
      } catch (const CancelledException&) {
        cancelled = true;
        throw;
      }
      kernel.attend(head(i / blocks), packedOf(i / blocks), work.data_ptr(), i % blocks * kernel.queries);
    }
  });
  return out;
}

}  // namespace pleinair::nn
