// The loops of flash attention (Dao et al. 2022) over vectors of whatever width the including file brings. That file
// is compiled for processors which may not be the one that runs the rest of the program: nothing here may be an
// inline function of the standard library, whose copy the linker could choose for everyone, and all of it is in an
// unnamed namespace.
//
// Queries lie across the lanes of vectors. A block of queries is carried through all keys, some at a time: their
// scores (a matrix product), the weights 2^(score - largest so far), and the weighted sum of values (a matrix product
// again). Where the largest score grows, what was summed up so far is scaled down (Milakov and Gimelshein 2018). With
// queries across lanes both products are the same loop, and the largest and the sum of a query never cross lanes.
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

constexpr std::int64_t quotientUp(std::int64_t x, std::int64_t by) { return (x + by - 1) / by; }

/// `Number` is what lies in memory. `Vector` brings
///   Word, kNumbers          a word and how many numbers it holds: 1 or 2
///   Floats, Words, kLanes   the vectors and how many lanes they have
///   kVectors, kColumns      the block of sums that stays in registers: vectors of queries x columns
///   kKeys                   how many keys have their scores in the first level cache; kColumns divides it
///   kLargestSize            of a head (FlashKernel::largestSize)
///   zero, fill, load, store, loadWords, fillWords, add, multiply, larger, multiplyAdd
///   dot(sum, a, b)          sum + the products of the numbers in the words a and b
///   storeWords(at, [numbers of the words, the first ones and the second ones])
///   power(x)                2^x for x <= 0; 0 for very small x
template <class Vector, class Number>
struct Flash {
  using Word = typename Vector::Word;
  using Floats = typename Vector::Floats;
  using Words = typename Vector::Words;
  static constexpr int kLanes = Vector::kLanes, kColumns = Vector::kColumns, kNumbers = Vector::kNumbers;
  static constexpr std::int64_t kQueries = std::int64_t{Vector::kVectors} * kLanes, kKeys = Vector::kKeys;
  static constexpr float kLowest = -1e30F;  // finite, so that its difference to itself is a number
  static_assert(kKeys % kColumns == 0 && kKeys % kNumbers == 0);

  /// Keys: panels of kColumns keys, in each word by word. Values: panels of kColumns of their columns, in each key by
  /// key (or pair by pair). What is beyond the end is zero.
  struct Layout {
    std::int64_t depth, keyPanels, rows, valuePanels;
    Layout(std::int64_t keys, std::int64_t size)
        : depth(quotientUp(size, kNumbers)),
          keyPanels(quotientUp(keys, kColumns)),
          rows(quotientUp(keys, kNumbers)),
          valuePanels(quotientUp(size, kColumns)) {}
    [[nodiscard]] std::int64_t keyWords() const { return quotientUp(keyPanels * depth * kColumns, 16) * 16; }
    [[nodiscard]] std::int64_t valueWords() const { return valuePanels * rows * kColumns; }
  };

  static std::int64_t packedWords(std::int64_t keys, std::int64_t size) {
    const Layout layout(keys, size);
    return layout.keyWords() + layout.valueWords();
  }

  static std::int64_t workWords(std::int64_t size) {
    return kQueries * (quotientUp(size, kNumbers) + kKeys + quotientUp(size, kColumns) * kColumns + 2);
  }

  static void pack(const AttentionHead& head, void* packed) {
    const Layout layout(head.keys, head.size);
    Word* const keys = static_cast<Word*>(packed);
    for (std::int64_t i = 0; i < layout.keyPanels; ++i) {
      const Number* const rows = static_cast<const Number*>(head.k) + i * kColumns * head.kStride;
      turn<kColumns>(rows, head.kStride, head.keys - i * kColumns, head.size, keys + i * layout.depth * kColumns);
    }
    Word* const values = keys + layout.keyWords();
    for (std::int64_t i = 0; i < layout.rows; ++i) {
      const Number* const row = static_cast<const Number*>(head.v) + i * kNumbers * head.vStride;
      const bool whole = i * kNumbers + kNumbers <= head.keys;
      const Number* const last = whole ? row + (kNumbers - 1) * head.vStride : nullptr;
      for (std::int64_t panel = 0; panel < layout.valuePanels; ++panel) {
        Word* const to = values + (panel * layout.rows + i) * kColumns;
        const std::int64_t from = panel * kColumns;
        if (whole && from + kColumns <= head.size) {
          for (int c = 0; c < kColumns; ++c) assignWord(to[c], row[from + c], last[from + c]);
        } else {
          for (int c = 0; c < kColumns; ++c) {
            const bool inside = from + c < head.size;
            assignWord(to[c], inside ? row[from + c] : Number{}, inside && whole ? last[from + c] : Number{});
          }
        }
      }
    }
  }

  static void attend(const AttentionHead& head, const void* packed, void* work, std::int64_t first) {
    const std::int64_t left = head.queries - first, count = left < kQueries ? left : kQueries;
    if (count <= kLanes) {
      Block<1>(head, packed, work).run(first, count);
    } else if (count <= 2 * kLanes && Vector::kVectors > 2) {
      Block<2>(head, packed, work).run(first, count);
    } else {
      Block<Vector::kVectors>(head, packed, work).run(first, count);
    }
  }

  static constexpr FlashKernel kernel(const char* name) {
    return {name, kQueries, Vector::kLargestSize, packedWords, workWords, pack, attend};
  }

 private:
  /// Word i of row j becomes to[i * kWidth + j]; there are `count` rows, zeros beyond.
  template <int kWidth>
  static void turn(const Number* rows, std::int64_t stride, std::int64_t count, std::int64_t size, Word* to) {
    const std::int64_t whole = size / kNumbers;
    if (count < kWidth) {
      for (std::int64_t i = 0; i < quotientUp(size, kNumbers) * kWidth; ++i) assignWord(to[i], Number{}, Number{});
    } else {
      count = kWidth;
    }
    for (std::int64_t i = 0; i < whole; ++i) {
      const Number* row = rows + i * kNumbers;
      for (std::int64_t j = 0; j < count; ++j, row += stride)
        assignWord(to[i * kWidth + j], row[0], row[kNumbers - 1]);
    }
    for (std::int64_t j = 0; j < count && whole * kNumbers < size; ++j) {
      assignWord(to[whole * kWidth + j], rows[j * stride + whole * kNumbers], Number{});
    }
  }

  /// kVectors vectors of queries with all keys.
  template <int kVectors>
  class Block {
   public:
    Block(const AttentionHead& head, const void* packed, void* work)
        : m_head(head),
          m_layout(head.keys, head.size),
          m_keys(static_cast<const Word*>(packed)),
          m_values(m_keys + m_layout.keyWords()),
          m_queries(static_cast<Word*>(work)),
          m_scores(reinterpret_cast<float*>(m_queries + m_layout.depth * kWidth)),
          m_sums(m_scores + kKeys * kWidth),
          m_factors(m_sums + m_layout.valuePanels * kColumns * kWidth) {}

    void run(std::int64_t first, std::int64_t count) {
      const Number* const queries = static_cast<const Number*>(m_head.q) + first * m_head.qStride;
      turn<kWidth>(queries, m_head.qStride, count, m_head.size, m_queries);
      for (std::int64_t i = 0; i < m_layout.valuePanels * kColumns * kWidth; ++i) m_sums[i] = 0;
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) {
        m_largest[r] = Vector::fill(kLowest);
        m_total[r] = Vector::zero();
      }
      for (std::int64_t key = 0; key < m_head.keys; key += kKeys) {
        const std::int64_t rest = m_head.keys - key, keys = rest < kKeys ? rest : kKeys;
        for (std::int64_t i = 0; i < keys; i += kColumns) {
          multiply<false>(m_queries, m_keys + (key + i) * m_layout.depth, m_layout.depth, m_scores + i * kWidth);
        }
        weigh(keys);
        const std::int64_t row = key / kNumbers, rows = quotientUp(keys, kNumbers);
        for (std::int64_t i = 0; i < m_layout.valuePanels; ++i) {
          multiply<true>(m_scores, m_values + (i * m_layout.rows + row) * kColumns, rows,
                         m_sums + i * kColumns * kWidth);
        }
      }
      write(first, count);
    }

   private:
    static constexpr int kWidth = kVectors * kLanes;

    /// The product [kColumns, depth] x [depth, kWidth] -> [kColumns, kWidth], where all time goes; `kOnTop` adds it
    /// to what is there times the factors of the queries.
    template <bool kOnTop>
    void multiply(const void* rows, const Word* columns, std::int64_t depth, float* product) const {
      Floats sums[kColumns][kVectors];
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c) {
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) {
          sums[c][r] = kOnTop ? Vector::multiply(Vector::load(product + c * kWidth + r * kLanes),
                                                 Vector::load(m_factors + r * kLanes))
                              : Vector::zero();
        }
      }
      const char* row = static_cast<const char*>(rows);
      for (std::int64_t i = 0; i < depth; ++i, row += kWidth * 4, columns += kColumns) {
        Words x[kVectors];
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) x[r] = Vector::loadWords(row + std::int64_t{r} * kLanes * 4);
#pragma GCC unroll 16
        for (int c = 0; c < kColumns; ++c) {
          const Words y = Vector::fillWords(columns + c);
#pragma GCC unroll 16
          for (int r = 0; r < kVectors; ++r) sums[c][r] = Vector::dot(sums[c][r], x[r], y);
        }
      }
#pragma GCC unroll 16
      for (int c = 0; c < kColumns; ++c) {
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) Vector::store(product + c * kWidth + r * kLanes, sums[c][r]);
      }
    }

    /// Scores become weights, in place; m_factors tells by how much earlier weights have become smaller.
    void weigh(std::int64_t keys) {
      Floats largest[kVectors], total[kVectors];
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) largest[r] = Vector::fill(kLowest);
      for (std::int64_t key = 0; key < keys; ++key) {
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) largest[r] = Vector::larger(scores(key, r), largest[r]);
      }
      const Floats scale = Vector::fill(m_head.scale), minus = Vector::fill(-1);
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) {
        const Floats now = Vector::larger(Vector::multiply(largest[r], scale), m_largest[r]);
        const Floats factor = Vector::power(Vector::multiplyAdd(now, minus, m_largest[r]));
        Vector::store(m_factors + r * kLanes, factor);
        m_largest[r] = now;
        largest[r] = Vector::multiply(now, minus);
        total[r] = Vector::multiply(m_total[r], factor);
      }
      const std::int64_t whole = keys / kNumbers * kNumbers;
      for (std::int64_t key = 0; key < whole; key += kNumbers) {
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) {
          Floats weights[kNumbers];
#pragma GCC unroll 16
          for (int i = 0; i < kNumbers; ++i) {
            weights[i] = Vector::power(Vector::multiplyAdd(scores(key + i, r), scale, largest[r]));
            total[r] = Vector::add(total[r], weights[i]);
          }
          Vector::storeWords(m_scores + key / kNumbers * kWidth + r * kLanes, weights);
        }
      }
#pragma GCC unroll 16
      for (int r = 0; r < kVectors && whole < keys; ++r) {
        Floats weights[2] = {Vector::power(Vector::multiplyAdd(scores(whole, r), scale, largest[r])), Vector::zero()};
        total[r] = Vector::add(total[r], weights[0]);
        Vector::storeWords(m_scores + whole / kNumbers * kWidth + r * kLanes, weights);
      }
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) m_total[r] = total[r];
    }

    [[nodiscard]] Floats scores(std::int64_t key, int r) const {
      return Vector::load(m_scores + key * kWidth + std::int64_t{r} * kLanes);
    }

    void write(std::int64_t first, std::int64_t count) {
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) Vector::store(m_factors + r * kLanes, m_total[r]);
      for (int i = 0; i < kWidth; ++i) m_factors[i] = 1 / m_factors[i];
      for (std::int64_t c = 0; c < m_head.size; c += kNumbers) {  // in place: words lie where sums were read
        for (int r = 0; r < kVectors; ++r) {
          Floats means[kNumbers];
#pragma GCC unroll 16
          for (int i = 0; i < kNumbers; ++i) {
            means[i] = Vector::multiply(Vector::load(m_sums + (c + i) * kWidth + r * kLanes),
                                        Vector::load(m_factors + r * kLanes));
          }
          Vector::storeWords(m_sums + c / kNumbers * kWidth + r * kLanes, means);
        }
      }
      for (std::int64_t i = 0; i < count; ++i) {
        Number* const row = static_cast<Number*>(m_head.out) + (first + i) * m_head.outStride;
        const Word* const words = reinterpret_cast<const Word*>(m_sums) + i;
        const std::int64_t whole = m_head.size / kNumbers;
        for (std::int64_t c = 0; c < whole; ++c) assignNumbers(row + c * kNumbers, words[c * kWidth]);
        if (whole * kNumbers < m_head.size) assignNumber(row[whole * kNumbers], words[whole * kWidth]);
      }
    }

    const AttentionHead& m_head;
    Layout m_layout;
    const Word *m_keys, *m_values;
    Word* m_queries;   // [depth, kWidth]
    float* m_scores;   // [kKeys, kWidth], later the weights [kKeys / kNumbers, kWidth]
    float* m_sums;     // [size, kWidth], of values times weights
    float* m_factors;  // [kWidth]
    Floats m_largest[kVectors], m_total[kVectors];
  };
};

}  // namespace
}  // namespace pleinair::nn
