#pragma once

#include <cstdint>

namespace pleinair::nn {

/// A bfloat16 number as it lies in memory: the upper half of a float.
struct BFloat16 {
  std::uint16_t bits;
};

/// One head of one picture. Rows lie `...Stride` numbers apart, the numbers of a row side by side.
struct AttentionHead {
  const void* q;               ///< [queries, size]
  const void* k;               ///< [keys, size]
  const void* v;               ///< [keys, size]
  void* out;                   ///< [queries, size]
  float* logSumExp = nullptr;  ///< [queries], of the scaled scores, natural logarithm; null: not wanted
  std::int64_t qStride, kStride, vStride, outStride;
  std::int64_t queries, keys, size;
  float scale;  ///< of the scores, times log2(e): the weights are powers of two
};

/// One head of one picture on the way back. The head's `out` and `logSumExp` are what `attend` wrote; rows of all
/// gradients lie as those of a head do. Gradients that are null are not wanted.
struct AttentionHeadGradients {
  AttentionHead head;
  const void* gradOut;  ///< [queries, size]
  void* gradQ;          ///< [queries, size]
  void* gradK;          ///< [keys, size]
  void* gradV;          ///< [keys, size]
  std::int64_t gradOutStride, gradQStride, gradKStride, gradVStride;
};

/// The backward pass. The keys of a head may be parted; gradients of keys and values are written by their part,
/// gradients of queries are summed by each part and written when all parts have been.
struct FlashBackward {
  std::int64_t keys;         ///< parts begin at multiples of it
  std::int64_t largestSize;  ///< of a head that both passes are faster with than torch

  /// How many words of 4 bytes `pack` writes for one head, a part has for its sums, and `part` needs to work in; all
  /// aligned to 64 bytes.
  std::int64_t (*packedWords)(std::int64_t queries, std::int64_t size);
  std::int64_t (*sumWords)(std::int64_t queries, std::int64_t size);
  std::int64_t (*workWords)(std::int64_t size);

  /// Queries and gradients of results in the orders in which `part` reads them.
  void (*pack)(const AttentionHeadGradients& head, void* packed);

  /// Gradients of the keys and values [first, last), and what these keys add to those of the queries.
  void (*part)(const AttentionHeadGradients& head, const void* packed, void* work, float* sums, std::int64_t first,
               std::int64_t last);

  /// Gradients of the queries; the sums of the parts lie one after another.
  void (*writeQueries)(const AttentionHeadGradients& head, const float* sums, std::int64_t parts);
};

/// Attention compiled for one generation of processors and one type of numbers. No function throws, allocates or
/// knows of threads; all work on disjoint heads, queries or parts from any number of threads at once.
struct FlashKernel {
  const char* name;
  std::int64_t queries;      ///< that one call of `attend` takes
  std::int64_t largestSize;  ///< of a head that it is faster with than torch, whose products are as fast as ours

  /// How many words of 4 bytes `pack` writes for one head, and `attend` needs to work in; both aligned to 64 bytes.
  std::int64_t (*packedWords)(std::int64_t keys, std::int64_t size);
  std::int64_t (*workWords)(std::int64_t size);

  /// Keys and values of a head in the order in which `attend` reads them.
  void (*pack)(const AttentionHead& head, void* packed);

  /// The rows of `head.out` from query `first` on, at most `queries` of them.
  void (*attend)(const AttentionHead& head, const void* packed, void* work, std::int64_t first);

  FlashBackward backward;
};

/// The kernels of a generation for numbers in memory of either type; null where this program holds none. They may be
/// called only on processors that have the instructions (runnableFlashKernels() knows).
const FlashKernel* portableFlashKernel(BFloat16);    // adds products of pairs, as AVX512-BF16 does
const FlashKernel* portableFlashKernel(float);       //
const FlashKernel* avx2FlashKernel(BFloat16);        // AVX2 and FMA, computing in float
const FlashKernel* avx2FlashKernel(float);           //
const FlashKernel* avx512FlashKernel(BFloat16);      // AVX512F, computing in float
const FlashKernel* avx512FlashKernel(float);         //
const FlashKernel* avx512Bf16FlashKernel(BFloat16);  // AVX512F, BW and BF16

}  // namespace pleinair::nn
