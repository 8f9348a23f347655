// What the loops of flash attention share: words, the two orders in which rows are laid out for products, and the
// product itself, over vectors of whatever width the including file brings. That file is compiled for processors
// which may not be the one that runs the rest of the program: nothing here may be an inline function of the standard
// library, whose copy the linker could choose for everyone, and all of it is in an unnamed namespace.
#pragma once

#include <cstdint>

#include "core/nn/flash_attention_kernel.h"

namespace pleinair::nn {
namespace {

inline float numberOf(float x) { return x; }

inline float numberOf(BFloat16 x) {
  const std::uint32_t bits = std::uint32_t{x.bits} << 16;
  float number;
  __builtin_memcpy(&number, &bits, sizeof number);
  return number;
}

/// To the nearest, halves to even; what is no number stays none.
inline BFloat16 rounded(float x) {
  std::uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const std::uint32_t up = (bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16;
  return {static_cast<std::uint16_t>(x == x ? up : 0x7FC0U)};
}

// A word is what a product takes at once in a lane: a float, or two numbers of bfloat16.
inline void assignWord(float& word, float number, float) { word = number; }
inline void assignWord(float& word, BFloat16 number, BFloat16) { word = numberOf(number); }
inline void assignWord(std::uint32_t& word, BFloat16 first, BFloat16 second) {
  word = first.bits | std::uint32_t{second.bits} << 16;
}
inline void assignNumber(float& to, float word) { to = word; }
inline void assignNumber(BFloat16& to, float word) { to = rounded(word); }
inline void assignNumber(BFloat16& to, std::uint32_t word) { to.bits = static_cast<std::uint16_t>(word); }
inline void assignNumbers(float* to, float word) { assignNumber(*to, word); }
inline void assignNumbers(BFloat16* to, float word) { assignNumber(*to, word); }
inline void assignNumbers(BFloat16* to, std::uint32_t word) {
  to[0].bits = static_cast<std::uint16_t>(word);
  to[1].bits = static_cast<std::uint16_t>(word >> 16);
}

constexpr float kLogOfTwo = 0.693147181F, kLog2OfE = 1.44269504F;

constexpr std::int64_t quotientUp(std::int64_t x, std::int64_t by) { return (x + by - 1) / by; }

/// Words are counted so that whatever follows them is aligned to 64 bytes.
constexpr std::int64_t alignedWords(std::int64_t words) { return quotientUp(words, 16) * 16; }

/// `Number` is what lies in memory. `Vector` brings
///   Word, kNumbers          a word and how many numbers it holds: 1 or 2
///   Floats, Words, kLanes   the vectors and how many lanes they have
///   kVectors, kColumns      the block of sums that stays in registers: vectors x columns
///   kKeys                   how many keys have their scores in the first level cache; kColumns divides it
///   kRows                   how many queries the backward pass takes at once, for two such matrices; likewise
///   kLargestSize            of a head (FlashKernel::largestSize)
///   zero, fill, load, store, loadWords, fillWords, add, multiply, larger, smaller, multiplyAdd
///   dot(sum, a, b)          sum + the products of the numbers in the words a and b
///   storeWords(at, [numbers of the words, the first ones and the second ones])
///   storeNumbers(at, x)     the lanes of x as numbers side by side, kNumbers of them in a word
///   power(x)                2^x for x <= 0; 0 for very small x
template <class Vector, class Number>
struct FlashProducts {
  using Word = typename Vector::Word;
  using Floats = typename Vector::Floats;
  using Words = typename Vector::Words;
  static constexpr int kLanes = Vector::kLanes, kColumns = Vector::kColumns, kNumbers = Vector::kNumbers;

  /// Rows in panels of kWidth rows, each word by word: word i of row j becomes to[i * kWidth + j]. There are `count`
  /// rows for this panel, zeros beyond.
  template <int kWidth>
  static void turn(const Number* rows, std::int64_t stride, std::int64_t count, std::int64_t size, Word* to) {
    const std::int64_t whole = size / kNumbers;
    if (count >= kWidth) {
      count = kWidth;
      for (std::int64_t i = 0; i < whole; ++i) {
        const Number* const row = rows + i * kNumbers;
#pragma GCC unroll 16
        for (int j = 0; j < kWidth; ++j) {
          assignWord(to[i * kWidth + j], row[j * stride], row[j * stride + kNumbers - 1]);
        }
      }
    } else {
      for (std::int64_t i = 0; i < quotientUp(size, kNumbers) * kWidth; ++i) assignWord(to[i], Number{}, Number{});
      for (std::int64_t j = 0; j < count; ++j) {
        const Number* const row = rows + j * stride;
        for (std::int64_t i = 0; i < whole; ++i) {
          assignWord(to[i * kWidth + j], row[i * kNumbers], row[i * kNumbers + kNumbers - 1]);
        }
      }
    }
    for (std::int64_t j = 0; j < count && whole * kNumbers < size; ++j) {
      assignWord(to[whole * kWidth + j], rows[j * stride + whole * kNumbers], Number{});
    }
  }

  /// Rows in panels of kWidth of their columns, each row by row, or pair of rows by pair; the panels lie panelWords
  /// apart. Zeros beyond the last row and the last column.
  template <int kWidth>
  static void interleave(const Number* rows, std::int64_t stride, std::int64_t count, std::int64_t size, Word* to,
                         std::int64_t panelWords) {
    for (std::int64_t i = 0; i * kNumbers < count; ++i) {
      const Number* const row = rows + i * kNumbers * stride;
      const bool whole = i * kNumbers + kNumbers <= count;
      const Number* const last = whole ? row + (kNumbers - 1) * stride : nullptr;
      for (std::int64_t from = 0; from < size; from += kWidth) {
        Word* const words = to + from / kWidth * panelWords + i * kWidth;
        if (whole && from + kWidth <= size) {
          for (int c = 0; c < kWidth; ++c) assignWord(words[c], row[from + c], last[from + c]);
        } else {
          for (int c = 0; c < kWidth; ++c) {
            const bool inside = from + c < size;
            assignWord(words[c], inside ? row[from + c] : Number{}, inside && whole ? last[from + c] : Number{});
          }
        }
      }
    }
  }

  /// The sums of a product before anything is added.
  enum class Start { kZero, kProduct, kScaledProduct };

  /// The product [kColumns, depth] x [depth, kVectors * kLanes] -> [kColumns, kVectors * kLanes], where all time
  /// goes. Rows of the second factor lie rowWords apart, columns of the first columnWords and its depth depthWords,
  /// rows of the product sumWords. Inlined, as most of these are constants. `factors` scale what is there
  /// (kScaledProduct).
  template <int kVectors, Start kStart>
  [[gnu::always_inline]] static inline void multiply(const void* rows, std::int64_t rowWords, const Word* columns,
                                                     std::int64_t columnWords, std::int64_t depthWords,
                                                     std::int64_t depth, const float* factors, float* product,
                                                     std::int64_t sumWords) {
    Floats sums[kColumns][kVectors];
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) {
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) {
        if constexpr (kStart == Start::kZero) {
          sums[c][r] = Vector::zero();
        } else {
          sums[c][r] = Vector::load(product + c * sumWords + r * kLanes);
          if constexpr (kStart == Start::kScaledProduct) {
            sums[c][r] = Vector::multiply(sums[c][r], Vector::load(factors + r * kLanes));
          }
        }
      }
    }
    const char* row = static_cast<const char*>(rows);
    for (std::int64_t i = 0; i < depth; ++i, row += rowWords * 4, columns += depthWords) {
      Words x[kVectors];
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) x[r] = Vector::loadWords(row + std::int64_t{r} * kLanes * 4);
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c) {
        const Words y = Vector::fillWords(columns + c * columnWords);
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) sums[c][r] = Vector::dot(sums[c][r], x[r], y);
      }
    }
#pragma GCC unroll 16
    for (int c = 0; c < kColumns; ++c) {
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) Vector::store(product + c * sumWords + r * kLanes, sums[c][r]);
    }
  }
};

}  // namespace
}  // namespace pleinair::nn
