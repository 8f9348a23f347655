#include "core/nn/flash_attention.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#endif

#include "core/nn/flash_attention_heads.h"
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

}  // namespace

std::vector<const FlashKernel*> runnableFlashKernels(at::ScalarType type) {
  if (type == at::kFloat) return runnable<float>(nullptr);
  if (type == at::kBFloat16) return runnable<BFloat16>(avx512Bf16FlashKernel(BFloat16{}));
  return {};
}

bool worthFlashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  const FlashKernel* const kernel = q.device().is_cpu() ? fastestKernel(q.scalar_type()) : nullptr;
  if (kernel == nullptr || k.scalar_type() != q.scalar_type() || v.scalar_type() != q.scalar_type()) return false;
  const bool recorded = at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad());
  const std::int64_t largestSize = recorded ? kernel->backward.largestSize : kernel->largestSize;
  constexpr std::int64_t kFewestQueries = 64, kFewestKeys = 32;
  return q.size(1) >= kFewestQueries && k.size(1) >= kFewestKeys && q.size(2) <= largestSize * heads;
}

at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads) {
  return flashAttention(q, k, v, heads, *fastestKernel(q.scalar_type()));
}

FlashAttended flashAttentionForward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                                    bool logSumExp, const FlashKernel& kernel) {
  const AttentionHeads all(
      q, k, v, at::empty({q.size(0), q.size(1), q.size(2)}, q.options()),
      logSumExp ? at::empty({q.size(0), heads, q.size(1)}, q.options().dtype(at::kFloat)) : at::Tensor(), heads);
  const at::Tensor packed = wordsFor(all.count(), kernel.packedWords(k.size(1), all.size()));
  inParallel(all.count(), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) kernel.pack(all.head(i), wordsOf(packed, i));
  });

  const std::int64_t blocks = (q.size(1) + kernel.queries - 1) / kernel.queries;
  SharedCancelPoint cancel;
  inParallel(all.count() * blocks, [&](std::int64_t begin, std::int64_t end) {
    const at::Tensor work = wordsFor(1, kernel.workWords(all.size()));
    for (std::int64_t i = begin; i < end && !cancel.reached(); ++i) {
      kernel.attend(all.head(i / blocks), wordsOf(packed, i / blocks), work.data_ptr(), i % blocks * kernel.queries);
    }
  });
  return {all.out(), all.logSumExp()};
}

}  // namespace pleinair::nn
