// Compiled with -mavx2 -mfma, for processors that have both.
#include "core/nn/flash_attention_backward_loops.h"
#include "core/nn/flash_attention_loops.h"

#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

namespace pleinair::nn {
namespace {

struct Avx2 {
  using Word = float;
  using Floats = __m256;
  using Words = __m256;
  static constexpr int kNumbers = 1, kLanes = 8, kVectors = 3, kColumns = 4;  // 12 of 16 registers hold sums
  static constexpr std::int64_t kKeys = 128, kRows = 64, kLargestSize = 128;

  static Floats zero() { return _mm256_setzero_ps(); }
  static Floats fill(float x) { return _mm256_set1_ps(x); }
  static Floats load(const float* x) { return _mm256_loadu_ps(x); }
  static void store(float* to, Floats x) { _mm256_storeu_ps(to, x); }
  static Words loadWords(const void* x) { return _mm256_loadu_ps(static_cast<const float*>(x)); }
  static Words fillWords(const float* x) { return _mm256_broadcast_ss(x); }
  static Floats add(Floats a, Floats b) { return _mm256_add_ps(a, b); }
  static Floats multiply(Floats a, Floats b) { return _mm256_mul_ps(a, b); }
  static Floats larger(Floats a, Floats b) { return _mm256_max_ps(a, b); }
  static Floats smaller(Floats a, Floats b) { return _mm256_min_ps(a, b); }
  static Floats multiplyAdd(Floats a, Floats b, Floats c) { return _mm256_fmadd_ps(a, b, c); }
  static Floats dot(Floats sum, Words a, Words b) { return _mm256_fmadd_ps(a, b, sum); }
  static void storeWords(float* to, const Floats* numbers) { store(to, *numbers); }
  static void storeNumbers(float* to, Floats x) { store(to, x); }

  /// Added to x, 1.5 * 2^23 + 127 rounds it to a whole number and leaves the exponent of its power in the lowest
  /// bits. The rest is within half a one; its power is a polynomial with an error of 8e-8 (minimax).
  static Floats power(Floats x) {
    x = _mm256_max_ps(fill(-127), x);  // in this order what is no number stays none
    const Floats shifted = add(x, fill(12582912.0F + 127));
    const Floats rest = _mm256_sub_ps(x, _mm256_sub_ps(shifted, fill(12582912.0F + 127)));
    const Floats whole = _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(shifted), 23));
    Floats y = multiplyAdd(fill(1.3276471993e-3F), rest, fill(9.6755413344e-3F));
    y = multiplyAdd(y, rest, fill(5.5507132735e-2F));
    y = multiplyAdd(y, rest, fill(2.4022119724e-1F));
    y = multiplyAdd(y, rest, fill(6.9314696706e-1F));
    y = multiplyAdd(y, rest, fill(1.0000000717F));
    return multiply(y, whole);
  }
};

}  // namespace

const FlashKernel* avx2FlashKernel(float) {
  static constexpr FlashKernel kernel =
      Flash<Avx2, float>::kernel("AVX2", FlashBackwardLoops<Avx2, float>::kernel(80));
  return &kernel;
}
const FlashKernel* avx2FlashKernel(BFloat16) {
  static constexpr FlashKernel kernel =
      Flash<Avx2, BFloat16>::kernel("AVX2", FlashBackwardLoops<Avx2, BFloat16>::kernel(256));
  return &kernel;
}

}  // namespace pleinair::nn

#else

namespace pleinair::nn {
const FlashKernel* avx2FlashKernel(float) { return nullptr; }
const FlashKernel* avx2FlashKernel(BFloat16) { return nullptr; }
}  // namespace pleinair::nn

#endif
