// The loops on plain arrays: for tests of what all kernels share, on any processor.
#include "core/nn/flash_attention_backward_loops.h"
#include "core/nn/flash_attention_loops.h"

namespace pleinair::nn {
namespace {

struct PlainFloats {
  float lane[4];
};

struct Plain {
  using Floats = PlainFloats;
  static constexpr int kLanes = 4;
  static constexpr std::int64_t kKeys = 24, kRows = 16, kLargestSize = 0;

  static Floats fill(float x) { return {{x, x, x, x}}; }
  static Floats zero() { return fill(0); }
  static Floats load(const float* x) { return {{x[0], x[1], x[2], x[3]}}; }
  static void store(float* to, Floats x) { __builtin_memcpy(to, x.lane, sizeof x.lane); }
  static Floats add(Floats a, Floats b) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] += b.lane[i];
    return a;
  }
  static Floats multiply(Floats a, Floats b) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] *= b.lane[i];
    return a;
  }
  static Floats multiplyAdd(Floats a, Floats b, Floats c) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] = __builtin_fmaf(a.lane[i], b.lane[i], c.lane[i]);
    return a;
  }
  static Floats larger(Floats a, Floats b) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] = a.lane[i] > b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
  }
  static Floats smaller(Floats a, Floats b) {
    for (int i = 0; i < kLanes; ++i) a.lane[i] = a.lane[i] < b.lane[i] ? a.lane[i] : b.lane[i];
    return a;
  }
  static Floats power(Floats x) {
    for (int i = 0; i < kLanes; ++i) x.lane[i] = __builtin_exp2f(x.lane[i]);
    return x;
  }
};

struct PlainFloat : Plain {
  using Word = float;
  using Words = PlainFloats;
  static constexpr int kNumbers = 1, kVectors = 3, kColumns = 4;
  static Words loadWords(const void* x) {
    Words words;
    __builtin_memcpy(words.lane, x, sizeof words.lane);
    return words;
  }
  static Words fillWords(const float* x) { return fill(*x); }
  static Floats dot(Floats sum, Words a, Words b) { return multiplyAdd(a, b, sum); }
  static void storeWords(float* to, const Floats* numbers) { store(to, *numbers); }
  static void storeNumbers(float* to, Floats x) { store(to, x); }
};

struct PlainWords {
  std::uint32_t lane[4];
};

struct PlainBFloat16 : Plain {
  using Word = std::uint32_t;
  using Words = PlainWords;
  static constexpr int kNumbers = 2, kVectors = 3, kColumns = 8;

  static Words loadWords(const void* x) {
    Words words;
    __builtin_memcpy(words.lane, x, sizeof words.lane);
    return words;
  }
  static Words fillWords(const std::uint32_t* x) { return {{*x, *x, *x, *x}}; }
  static float half(std::uint32_t word, int which) {
    return numberOf(BFloat16{static_cast<std::uint16_t>(word >> (16 * which))});
  }
  static Floats dot(Floats sum, Words a, Words b) {
    for (int i = 0; i < kLanes; ++i) {
      for (int which = 0; which < 2; ++which) sum.lane[i] += half(a.lane[i], which) * half(b.lane[i], which);
    }
    return sum;
  }
  static void storeWords(float* to, const Floats* numbers) {
    std::uint32_t words[kLanes];
    for (int i = 0; i < kLanes; ++i) {
      assignWord(words[i], rounded(numbers[0].lane[i]), rounded(numbers[1].lane[i]));
    }
    __builtin_memcpy(to, words, sizeof words);
  }
  static void storeNumbers(std::uint32_t* to, Floats x) {
    for (int i = 0; i < kLanes; i += 2) assignWord(to[i / 2], rounded(x.lane[i]), rounded(x.lane[i + 1]));
  }
};

}  // namespace

const FlashKernel* portableFlashKernel(float) {
  static constexpr FlashKernel kernel =
      Flash<PlainFloat, float>::kernel("portable", FlashBackwardLoops<PlainFloat, float>::kernel(0));
  return &kernel;
}
const FlashKernel* portableFlashKernel(BFloat16) {
  static constexpr FlashKernel kernel =
      Flash<PlainBFloat16, BFloat16>::kernel("portable", FlashBackwardLoops<PlainBFloat16, BFloat16>::kernel(0));
  return &kernel;
}

}  // namespace pleinair::nn
