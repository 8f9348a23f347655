// Compiled with -mavx512f, for processors that have it.
#include "core/nn/flash_attention_backward_loops.h"
#include "core/nn/flash_attention_loops.h"

#ifdef __AVX512F__
#include <immintrin.h>

namespace pleinair::nn {
namespace {

struct Avx512 {
  using Word = float;
  using Floats = __m512;
  using Words = __m512;
  static constexpr int kNumbers = 1, kLanes = 16, kVectors = 3, kColumns = 8;  // 24 of 32 registers hold sums
  static constexpr std::int64_t kKeys = 128, kRows = 64, kLargestSize = 512;

  static Floats zero() { return _mm512_setzero_ps(); }
  static Floats fill(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float* x) { return _mm512_loadu_ps(x); }
  static void store(float* to, Floats x) { _mm512_storeu_ps(to, x); }
  static Words loadWords(const void* x) { return _mm512_loadu_ps(x); }
  static Words fillWords(const float* x) { return _mm512_set1_ps(*x); }
  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats multiply(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats larger(Floats a, Floats b) { return _mm512_max_ps(a, b); }
  static Floats smaller(Floats a, Floats b) { return _mm512_min_ps(a, b); }
  static Floats multiplyAdd(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats dot(Floats sum, Words a, Words b) { return _mm512_fmadd_ps(a, b, sum); }
  static void storeWords(float* to, const Floats* numbers) { store(to, *numbers); }
  static void storeNumbers(float* to, Floats x) { store(to, x); }

  /// The rest beyond the nearest whole number is within half a one; its power is a polynomial with an error of 8e-8
  /// (minimax).
  static Floats power(Floats x) {
    const Floats whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const Floats rest = _mm512_sub_ps(x, whole);
    Floats y = multiplyAdd(fill(1.3276471993e-3F), rest, fill(9.6755413344e-3F));
    y = multiplyAdd(y, rest, fill(5.5507132735e-2F));
    y = multiplyAdd(y, rest, fill(2.4022119724e-1F));
    y = multiplyAdd(y, rest, fill(6.9314696706e-1F));
    y = multiplyAdd(y, rest, fill(1.0000000717F));
    return _mm512_scalef_ps(y, whole);
  }
};

}  // namespace

const FlashKernel* avx512FlashKernel(float) {
  static constexpr FlashKernel kernel =
      Flash<Avx512, float>::kernel("AVX512", FlashBackwardLoops<Avx512, float>::kernel(256));
  return &kernel;
}
const FlashKernel* avx512FlashKernel(BFloat16) {
  static constexpr FlashKernel kernel =
      Flash<Avx512, BFloat16>::kernel("AVX512", FlashBackwardLoops<Avx512, BFloat16>::kernel(256));
  return &kernel;
}

}  // namespace pleinair::nn

#else

namespace pleinair::nn {
const FlashKernel* avx512FlashKernel(float) { return nullptr; }
const FlashKernel* avx512FlashKernel(BFloat16) { return nullptr; }
}  // namespace pleinair::nn

#endif
