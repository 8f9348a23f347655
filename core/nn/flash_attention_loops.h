// The loops of flash attention (Dao et al. 2022); how they may be included: flash_attention_products.h.
//
// Queries lie across the lanes of vectors. A block of queries is carried through all keys, some at a time: their
// scores (a matrix product), the weights 2^(score - largest so far), and the weighted sum of values (a matrix product
// again). Where the largest score grows, what was summed up so far is scaled down (Milakov and Gimelshein 2018). With
// queries across lanes both products are the same loop, and the largest and the sum of a query never cross lanes.
#pragma once

#include <cstdint>

#include "core/nn/flash_attention_products.h"

namespace pleinair::nn {
namespace {

template <class Vector, class Number>
struct Flash : FlashProducts<Vector, Number> {
  using Products = FlashProducts<Vector, Number>;
  using typename Products::Start;
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
    [[nodiscard]] std::int64_t keyWords() const { return alignedWords(keyPanels * depth * kColumns); }
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
      Products::template turn<kColumns>(rows, head.kStride, head.keys - i * kColumns, head.size,
                                        keys + i * layout.depth * kColumns);
    }
    Products::template interleave<kColumns>(static_cast<const Number*>(head.v), head.vStride, head.keys, head.size,
                                            keys + layout.keyWords(), layout.rows * kColumns);
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

  static constexpr FlashKernel kernel(const char* name, const FlashBackward& backward) {
    return {name, kQueries, Vector::kLargestSize, packedWords, workWords, pack, attend, backward};
  }

 private:
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
      Products::template turn<kWidth>(queries, m_head.qStride, count, m_head.size, m_queries);
      for (std::int64_t i = 0; i < m_layout.valuePanels * kColumns * kWidth; ++i) m_sums[i] = 0;
#pragma GCC unroll 16
      for (int r = 0; r < kVectors; ++r) {
        m_largest[r] = Vector::fill(kLowest);
        m_total[r] = Vector::zero();
      }
      for (std::int64_t key = 0; key < m_head.keys; key += kKeys) {
        const std::int64_t rest = m_head.keys - key, keys = rest < kKeys ? rest : kKeys;
        for (std::int64_t i = 0; i < keys; i += kColumns) {
          multiply<Start::kZero>(m_queries, m_keys + (key + i) * m_layout.depth, m_layout.depth,
                                 m_scores + i * kWidth);
        }
        weigh(keys);
        const std::int64_t row = key / kNumbers, rows = quotientUp(keys, kNumbers);
        for (std::int64_t i = 0; i < m_layout.valuePanels; ++i) {
          multiply<Start::kScaledProduct>(m_scores, m_values + (i * m_layout.rows + row) * kColumns, rows,
                                          m_sums + i * kColumns * kWidth);
        }
      }
      write(first, count);
    }

   private:
    static constexpr int kWidth = kVectors * kLanes;

    /// [kColumns, depth] x [depth, kWidth] -> [kColumns, kWidth]
    template <Start kStart>
    void multiply(const void* rows, const Word* columns, std::int64_t depth, float* product) const {
      Products::template multiply<kVectors, kStart>(rows, kWidth, columns, 1, kColumns, depth, m_factors, product,
                                                    kWidth);
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
      if (m_head.logSumExp != nullptr) writeLogSumExp(first, count);
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

    /// m_factors hold the sums of the weights, which are powers of two.
    void writeLogSumExp(std::int64_t first, std::int64_t count) const {
      float largest[kWidth];
      for (int r = 0; r < kVectors; ++r) Vector::store(largest + r * kLanes, m_largest[r]);
      for (std::int64_t i = 0; i < count; ++i) {
        m_head.logSumExp[first + i] = kLogOfTwo * (largest[i] + __builtin_log2f(m_factors[i]));
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
