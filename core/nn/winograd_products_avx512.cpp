// Compiled with -mavx512f, for processors that have it; what it may include: flash_attention_products.h.
#include "core/nn/flash_attention_products.h"
#include "core/nn/winograd_products.h"

#ifdef __AVX512F__
#include <immintrin.h>

namespace pleinair::nn {
namespace {

struct Avx512Panel {
  using Word = float;
  using Floats = __m512;
  using Words = __m512;
  static constexpr int kNumbers = 1, kLanes = 16, kVectors = kPanelChannels / kLanes, kColumns = kTilesTogether;

  static Floats zero() { return _mm512_setzero_ps(); }
  static void store(float* to, Floats x) { _mm512_storeu_ps(to, x); }
  static Words loadWords(const void* x) { return _mm512_loadu_ps(x); }
  static Words fillWords(const float* x) { return _mm512_set1_ps(*x); }
  static Floats dot(Floats sum, Words a, Words b) { return _mm512_fmadd_ps(a, b, sum); }
};

constexpr std::int64_t kDepth = 64;  // sums of this many products are summed: rounding grows with the length of a sum

void product(const float* tiles, std::int64_t count, std::int64_t in, const float* panel, float* products,
             std::int64_t apart) {
  using Products = FlashProducts<Avx512Panel, float>;
  constexpr int kVectors = Avx512Panel::kVectors, kLanes = Avx512Panel::kLanes;
  alignas(64) float part[kTilesTogether * kPanelChannels];
  for (std::int64_t i = 0; i < count; i += kTilesTogether) {
    float* const rows = products + i * apart;
    for (std::int64_t from = 0; from < in; from += kDepth) {
      const std::int64_t depth = in - from < kDepth ? in - from : kDepth;
      Products::multiply<kVectors, Products::Start::kZero>(
          panel + from * kPanelChannels, kPanelChannels, tiles + i * in + from, in, 1, depth, nullptr,
          from == 0 ? rows : part, from == 0 ? apart : kPanelChannels);
      for (std::int64_t j = 0; j < kTilesTogether && from > 0; ++j) {
        for (std::int64_t c = 0; c < kPanelChannels; c += kLanes) {
          float* const sum = rows + j * apart + c;
          _mm512_storeu_ps(sum, _mm512_add_ps(_mm512_loadu_ps(sum), _mm512_load_ps(part + j * kPanelChannels + c)));
        }
      }
    }
  }
}

}  // namespace

WinogradProduct avx512WinogradProduct() { return &product; }

}  // namespace pleinair::nn

#else

namespace pleinair::nn {
WinogradProduct avx512WinogradProduct() { return nullptr; }
}  // namespace pleinair::nn

#endif
