// Compiled with -mavx512f -mavx512bw -mavx512bf16, for processors that have them.
#include "core/nn/flash_attention_backward_loops.h"
#include "core/nn/flash_attention_loops.h"

#if defined(__AVX512BF16__) && defined(__AVX512BW__)
#include <immintrin.h>

namespace pleinair::nn {
namespace {

struct Avx512Bf16 {
  using Word = std::uint32_t;
  using Floats = __m512;
  using Words = __m512i;
  static constexpr int kNumbers = 2, kLanes = 16, kVectors = 3, kColumns = 8;  // 24 of 32 registers hold sums
  static constexpr std::int64_t kKeys = 128, kRows = 64, kLargestSize = 512;

  static Floats zero() { return _mm512_setzero_ps(); }
  static Floats fill(float x) { return _mm512_set1_ps(x); }
  static Floats load(const float* x) { return _mm512_loadu_ps(x); }
  static void store(float* to, Floats x) { _mm512_storeu_ps(to, x); }
  static Words loadWords(const void* x) { return _mm512_loadu_si512(x); }
  static Words fillWords(const std::uint32_t* x) { return _mm512_set1_epi32(static_cast<int>(*x)); }
  static Floats add(Floats a, Floats b) { return _mm512_add_ps(a, b); }
  static Floats multiply(Floats a, Floats b) { return _mm512_mul_ps(a, b); }
  static Floats larger(Floats a, Floats b) { return _mm512_max_ps(a, b); }
  static Floats smaller(Floats a, Floats b) { return _mm512_min_ps(a, b); }
  static Floats multiplyAdd(Floats a, Floats b, Floats c) { return _mm512_fmadd_ps(a, b, c); }
  static Floats dot(Floats sum, Words a, Words b) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(a), reinterpret_cast<__m512bh>(b));
  }

  /// Rounded, each number of the first vector beside its one of the second.
  static void storeWords(float* to, const Floats* numbers) {
    const auto rounded = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(numbers[1], numbers[0]));
    const __m512i order = _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                                           21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    _mm512_storeu_si512(to, _mm512_permutexvar_epi16(order, rounded));
  }

  static void storeNumbers(std::uint32_t* to, Floats x) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(x)));
  }

  /// The rest beyond the nearest whole number is within half a one; its power is a polynomial with an error of 1e-4
  /// (minimax), a fortieth of what rounding to bfloat16 costs. The power of zero is one: the sums of earlier keys are
  /// scaled by it as often as the largest score stays what it is.
  static Floats power(Floats x) {
    const Floats whole = _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
    const Floats rest = _mm512_sub_ps(x, whole);
    Floats y = multiplyAdd(fill(5.5008946203e-2F), rest, fill(2.4221099709e-1F));
    y = multiplyAdd(y, rest, fill(6.9328292963e-1F));
    y = multiplyAdd(y, rest, fill(1));
    return _mm512_scalef_ps(y, whole);
  }
};

}  // namespace

const FlashKernel* avx512Bf16FlashKernel(BFloat16) {
  static constexpr FlashKernel kernel =
      Flash<Avx512Bf16, BFloat16>::kernel("AVX512-BF16", FlashBackwardLoops<Avx512Bf16, BFloat16>::kernel(256));
  return &kernel;
}

}  // namespace pleinair::nn

#else

namespace pleinair::nn {
const FlashKernel* avx512Bf16FlashKernel(BFloat16) { return nullptr; }
}  // namespace pleinair::nn

#endif
