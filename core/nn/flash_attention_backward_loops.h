// The backward loops of flash attention (Dao et al. 2022 and 2023); how they may be included:
// flash_attention_products.h.
//
// Keys lie across the lanes of vectors. A panel of keys meets the queries some at a time. Five matrix products:
//   scores S = Q K^T and gradients of the weights dP = dO V^T;
//   with P = exp(S - logSumExp) and dS = P (dP - delta), where delta is the sum of the products of a result and its
//   gradient: dV = P^T dO, dK = dS^T Q, summed over the queries, and dQ = dS K, summed over the panels.
// The scale of the scores is left out of dS and meets the sums. Some panels go through the queries together, which
// are then read from a nearer cache. No sum depends on which thread does what.
#pragma once

#include <cstdint>

#include "core/nn/flash_attention_products.h"

namespace pleinair::nn {
namespace {

template <class Vector, class Number>
struct FlashBackwardLoops : FlashProducts<Vector, Number> {
  using Products = FlashProducts<Vector, Number>;
  using typename Products::Start;
  using Word = typename Vector::Word;
  using Floats = typename Vector::Floats;
  static constexpr int kLanes = Vector::kLanes, kColumns = Vector::kColumns, kNumbers = Vector::kNumbers;
  static constexpr int kMostKeys = Vector::kVectors * kLanes;              // of a panel
  static constexpr std::int64_t kRows = Vector::kRows, kPanelsAtOnce = 4;  // queries, and panels that meet them
  static_assert(kRows % kColumns == 0 && kColumns % kNumbers == 0 && kLanes % kNumbers == 0);

  /// Queries and gradients of results, each twice: turned in panels of kColumns rows, and interleaved in panels of
  /// kColumns columns. Then for each query, minus logSumExp in powers of two and minus delta. Zeros beyond the end.
  struct Layout {
    std::int64_t depth, rowPanels, rowWords, columnPanels;
    Layout(std::int64_t queries, std::int64_t size)
        : depth(quotientUp(size, kNumbers)),
          rowPanels(quotientUp(queries, kColumns)),
          rowWords(quotientUp(queries, kNumbers)),
          columnPanels(quotientUp(size, kColumns)) {}
    [[nodiscard]] std::int64_t turnedWords() const { return alignedWords(rowPanels * depth * kColumns); }
    [[nodiscard]] std::int64_t interleavedWords() const { return alignedWords(columnPanels * rowWords * kColumns); }
    [[nodiscard]] std::int64_t rowNumbers() const { return alignedWords(rowPanels * kColumns); }
  };

  struct Packed {
    Word *turnedQ, *turnedGradOut, *interleavedQ, *interleavedGradOut;
    float *minusLogSumExp, *minusDelta;
    Packed(const Layout& layout, void* packed)
        : turnedQ(static_cast<Word*>(packed)),
          turnedGradOut(turnedQ + layout.turnedWords()),
          interleavedQ(turnedGradOut + layout.turnedWords()),
          interleavedGradOut(interleavedQ + layout.interleavedWords()),
          minusLogSumExp(reinterpret_cast<float*>(interleavedGradOut + layout.interleavedWords())),
          minusDelta(minusLogSumExp + layout.rowNumbers()) {}
  };

  static std::int64_t packedWords(std::int64_t queries, std::int64_t size) {
    const Layout layout(queries, size);
    return 2 * (layout.turnedWords() + layout.interleavedWords() + layout.rowNumbers());
  }

  static std::int64_t sumsInRow(std::int64_t size) { return quotientUp(size, kLanes) * kLanes; }

  static std::int64_t sumWords(std::int64_t queries, std::int64_t size) {
    return alignedWords(quotientUp(queries, kColumns) * kColumns * sumsInRow(size));
  }

  static std::int64_t workWords(std::int64_t size) {
    return alignedWords(kPanelsAtOnce * panelWords(size) + 3 * kRows * kMostKeys);
  }

  static void pack(const AttentionHeadGradients& gradients, void* packed) {
    const AttentionHead& head = gradients.head;
    const Layout layout(head.queries, head.size);
    const Packed to(layout, packed);
    turnAll(layout, static_cast<const Number*>(head.q), head.qStride, head.queries, head.size, to.turnedQ);
    const auto* const gradOut = static_cast<const Number*>(gradients.gradOut);
    if (wantsScores(gradients)) {
      turnAll(layout, gradOut, gradients.gradOutStride, head.queries, head.size, to.turnedGradOut);
    }
    const std::int64_t apart = layout.rowWords * kColumns;
    if (gradients.gradK != nullptr) {
      Products::template interleave<kColumns>(static_cast<const Number*>(head.q), head.qStride, head.queries,
                                              head.size, to.interleavedQ, apart);
    }
    if (gradients.gradV != nullptr) {
      Products::template interleave<kColumns>(gradOut, gradients.gradOutStride, head.queries, head.size,
                                              to.interleavedGradOut, apart);
    }
    for (std::int64_t i = 0; i < layout.rowPanels * kColumns; ++i) {
      const bool inside = i < head.queries;
      to.minusLogSumExp[i] = inside ? -kLog2OfE * head.logSumExp[i] : 0.0F;
      to.minusDelta[i] = inside ? -sumOfProducts(static_cast<const Number*>(head.out) + i * head.outStride,
                                                 gradOut + i * gradients.gradOutStride, head.size)
                                : 0.0F;
    }
  }

  static void part(const AttentionHeadGradients& gradients, const void* packed, void* work, float* sums,
                   std::int64_t first, std::int64_t last) {
    const AttentionHead& head = gradients.head;
    const Layout layout(head.queries, head.size);
    const Task task{gradients, layout, Packed(layout, const_cast<void*>(packed)), sums, work};
    if (gradients.gradQ != nullptr) {
      const std::int64_t words = sumWords(head.queries, head.size);
      for (std::int64_t i = 0; i < words; ++i) sums[i] = 0;
    }
    for (std::int64_t group = first; group < last; group += kPanelsAtOnce * kMostKeys) {
      const std::int64_t end = group + kPanelsAtOnce * kMostKeys < last ? group + kPanelsAtOnce * kMostKeys : last;
      forEachPanel(task, group, end, [](const auto& panel) { panel.begin(); });
      for (std::int64_t row = 0; row < head.queries; row += kRows) {
        const std::int64_t rest = head.queries - row;
        forEachPanel(task, group, end, [&](const auto& panel) { panel.meet(row, rest < kRows ? rest : kRows); });
      }
      forEachPanel(task, group, end, [](const auto& panel) { panel.write(); });
    }
  }

  static void writeQueries(const AttentionHeadGradients& gradients, const float* sums, std::int64_t parts) {
    const AttentionHead& head = gradients.head;
    const std::int64_t apart = sumWords(head.queries, head.size), row = sumsInRow(head.size);
    const float scale = kLogOfTwo * head.scale;
    for (std::int64_t i = 0; i < head.queries; ++i) {
      Number* const to = static_cast<Number*>(gradients.gradQ) + i * gradients.gradQStride;
      const float* const from = sums + i * row;
      for (std::int64_t c = 0; c < head.size; ++c) {
        float sum = from[c];
        for (std::int64_t p = 1; p < parts; ++p) sum += from[p * apart + c];
        assignNumber(to[c], scale * sum);
      }
    }
  }

  static constexpr FlashBackward kernel(std::int64_t largestSize) {
    return {kMostKeys, largestSize, packedWords, sumWords, workWords, pack, part, writeQueries};
  }

 private:
  struct Task {
    const AttentionHeadGradients& gradients;
    const Layout& layout;
    Packed packed;
    float* sumsOfQ;  // [queries, sumsInRow]
    void* work;
  };

  static bool wantsScores(const AttentionHeadGradients& gradients) {
    return gradients.gradQ != nullptr || gradients.gradK != nullptr;
  }

  static void turnAll(const Layout& layout, const Number* rows, std::int64_t stride, std::int64_t count,
                      std::int64_t size, Word* to) {
    for (std::int64_t i = 0; i < layout.rowPanels; ++i) {
      Products::template turn<kColumns>(rows + i * kColumns * stride, stride, count - i * kColumns, size,
                                        to + i * layout.depth * kColumns);
    }
  }

  static float sumOfProducts(const Number* a, const Number* b, std::int64_t size) {
    float sums[8] = {};
    const std::int64_t whole = size / 8 * 8;
    for (std::int64_t i = 0; i < whole; i += 8) {
      for (int j = 0; j < 8; ++j) sums[j] += numberOf(a[i + j]) * numberOf(b[i + j]);
    }
    for (std::int64_t i = whole; i < size; ++i) sums[0] += numberOf(a[i]) * numberOf(b[i]);
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) + ((sums[4] + sums[5]) + (sums[6] + sums[7]));
  }

  /// Of one panel: keys and values turned, keys interleaved, the sums of their gradients.
  static std::int64_t panelWords(std::int64_t size) {
    const std::int64_t interleaved = quotientUp(size, kMostKeys) * kMostKeys * (kMostKeys / kNumbers);
    return kMostKeys * (2 * quotientUp(size, kNumbers) + 2 * quotientUp(size, kColumns) * kColumns) + interleaved;
  }

  /// Panels of the keys [first, last); the last one may have fewer vectors.
  template <class Visit>
  static void forEachPanel(const Task& task, std::int64_t first, std::int64_t last, Visit&& visit) {
    Word* memory = static_cast<Word*>(task.work) + 3 * kRows * kMostKeys;
    for (std::int64_t key = first; key < last; key += kMostKeys, memory += panelWords(task.gradients.head.size)) {
      const std::int64_t keys = last - key < kMostKeys ? last - key : kMostKeys;
      if (keys <= kLanes) {
        visit(Panel<1>(task, memory, key, keys));
      } else if (keys <= 2 * kLanes && Vector::kVectors > 2) {
        visit(Panel<2>(task, memory, key, keys));
      } else {
        visit(Panel<Vector::kVectors>(task, memory, key, keys));
      }
    }
  }

  template <int kAcross>
  static void addProduct(const Word* keys, const Word* rows, std::int64_t depth, float* sums, std::int64_t inRow) {
    Products::template multiply<kAcross, Start::kProduct>(keys, kMostKeys, rows, kMostKeys / kNumbers, 1, depth,
                                                          nullptr, sums, inRow);
  }

  /// kVectors vectors of keys. Matrices of weights have kMostKeys numbers or words in a row.
  template <int kVectors>
  class Panel {
   public:
    Panel(const Task& task, Word* memory, std::int64_t first, std::int64_t keys)
        : m_task(task),
          m_head(task.gradients.head),
          m_first(first),
          m_keys(keys),
          m_weights(static_cast<float*>(task.work)),
          m_gradScores(m_weights + kRows * kMostKeys),
          m_gradScoreRows(reinterpret_cast<Word*>(m_gradScores + kRows * kMostKeys)),
          m_turnedK(memory),
          m_turnedV(m_turnedK + task.layout.depth * kWidth),
          m_interleavedK(m_turnedV + task.layout.depth * kWidth),
          m_gradK(reinterpret_cast<float*>(m_interleavedK + quotientUp(m_head.size, kMostKeys) * kInterleavedWords)),
          m_gradV(m_gradK + task.layout.columnPanels * kColumns * kWidth) {}

    void begin() const {
      const Number* const keys = static_cast<const Number*>(m_head.k) + m_first * m_head.kStride;
      const Number* const values = static_cast<const Number*>(m_head.v) + m_first * m_head.vStride;
      Products::template turn<kWidth>(keys, m_head.kStride, m_keys, m_head.size, m_turnedK);
      Products::template turn<kWidth>(values, m_head.vStride, m_keys, m_head.size, m_turnedV);
      if (m_task.gradients.gradQ != nullptr) {
        const std::int64_t words = quotientUp(m_head.size, kMostKeys) * kInterleavedWords;
        for (std::int64_t i = 0; i < words; ++i) assignWord(m_interleavedK[i], Number{}, Number{});
        Products::template interleave<kMostKeys>(keys, m_head.kStride, m_keys, m_head.size, m_interleavedK,
                                                 kInterleavedWords);
      }
      const std::int64_t sums = m_task.layout.columnPanels * kColumns * kWidth;
      for (std::int64_t i = 0; i < sums; ++i) m_gradK[i] = m_gradV[i] = 0;
    }

    /// The queries from `row` on, `count` of them.
    void meet(std::int64_t row, std::int64_t count) const {
      const AttentionHeadGradients& gradients = m_task.gradients;
      multiplyRows(m_turnedK, m_task.packed.turnedQ, row, count, m_weights);
      if (wantsScores(gradients)) {
        multiplyRows(m_turnedV, m_task.packed.turnedGradOut, row, count, m_gradScores);
        weigh<true>(row, count);
      } else {
        weigh<false>(row, count);
      }
      if (gradients.gradV != nullptr) sumOverRows(m_weights, m_task.packed.interleavedGradOut, row, count, m_gradV);
      if (gradients.gradK != nullptr) sumOverRows(m_gradScores, m_task.packed.interleavedQ, row, count, m_gradK);
      if (gradients.gradQ != nullptr) sumOverKeys(row, count);
    }

    void write() const {
      const AttentionHeadGradients& gradients = m_task.gradients;
      if (gradients.gradK != nullptr) {
        write(m_gradK, kLogOfTwo * m_head.scale, gradients.gradK, gradients.gradKStride);
      }
      if (gradients.gradV != nullptr) write(m_gradV, 1, gradients.gradV, gradients.gradVStride);
    }

   private:
    static constexpr int kWidth = kVectors * kLanes;
    static constexpr std::int64_t kInterleavedWords = std::int64_t{kWidth / kNumbers} * kMostKeys;

    /// Products of queries (or gradients of results) with the keys (or values) of the panel -> rows of the matrix.
    void multiplyRows(const Word* keys, const Word* rows, std::int64_t row, std::int64_t count,
                      float* product) const {
      const std::int64_t depth = m_task.layout.depth;
      for (std::int64_t i = 0; i < count; i += kColumns) {
        Products::template multiply<kVectors, Start::kZero>(keys, kWidth, rows + (row + i) * depth, 1, kColumns,
                                                            depth, nullptr, product + i * kMostKeys, kMostKeys);
      }
    }

    /// The transposed matrix of weights or of their gradients times rows, added to sums [size, kWidth].
    void sumOverRows(const float* matrix, const Word* rows, std::int64_t row, std::int64_t count, float* sums) const {
      const Word* const columns = rows + row / kNumbers * kColumns;
      for (std::int64_t i = 0; i < m_task.layout.columnPanels; ++i) {
        Products::template multiply<kVectors, Start::kProduct>(
            matrix, kMostKeys, columns + i * m_task.layout.rowWords * kColumns, 1, kColumns,
            quotientUp(count, kNumbers), nullptr, sums + i * kColumns * kWidth, kWidth);
      }
    }

    /// Gradients of the scores times keys, added to the sums of the queries; columns of keys lie across lanes.
    void sumOverKeys(std::int64_t row, std::int64_t count) const {
      const std::int64_t inRow = sumsInRow(m_head.size);
      for (std::int64_t i = 0; i < count; i += kColumns) {
        const Word* const rows = gradScoreRows() + i * (kMostKeys / kNumbers);
        for (std::int64_t c = 0; c < inRow; c += kMostKeys) {
          const Word* const keys = m_interleavedK + c / kMostKeys * kInterleavedWords;
          float* const sums = m_task.sumsOfQ + (row + i) * inRow + c;
          const std::int64_t vectors = (inRow - c) / kLanes;
          if (vectors == 1) {
            addProduct<1>(keys, rows, kWidth / kNumbers, sums, inRow);
          } else if (vectors == 2 && Vector::kVectors > 2) {
            addProduct<2>(keys, rows, kWidth / kNumbers, sums, inRow);
          } else {
            addProduct<Vector::kVectors>(keys, rows, kWidth / kNumbers, sums, inRow);
          }
        }
      }
    }

    /// Scores become weights and gradients of weights those of scores, in place; the latter also row by row.
    /// No weight is above one: lanes beyond the last key hold a score of zero, which may be above logSumExp by far.
    template <bool kGradScores>
    void weigh(std::int64_t row, std::int64_t count) const {
      const Floats scale = Vector::fill(m_head.scale), zero = Vector::zero();
      const float* const minusLogSumExp = m_task.packed.minusLogSumExp + row;
      const float* const minusDelta = m_task.packed.minusDelta + row;
      for (std::int64_t i = 0; i < count; i += kNumbers) {
#pragma GCC unroll 16
        for (int r = 0; r < kVectors; ++r) {
          Floats weights[kNumbers], gradScores[kNumbers];
#pragma GCC unroll 16
          for (int j = 0; j < kNumbers; ++j) {
            const std::int64_t at = (i + j) * kMostKeys + r * kLanes;
            const Floats power =
                Vector::multiplyAdd(Vector::load(m_weights + at), scale, Vector::fill(minusLogSumExp[i + j]));
            weights[j] = Vector::power(Vector::smaller(zero, power));
            if constexpr (kGradScores) {
              gradScores[j] = Vector::multiply(
                  weights[j], Vector::add(Vector::load(m_gradScores + at), Vector::fill(minusDelta[i + j])));
              if constexpr (kNumbers > 1) {
                Vector::storeNumbers(m_gradScoreRows + at / kNumbers, gradScores[j]);
              }
            }
          }
          const std::int64_t at = i / kNumbers * kMostKeys + r * kLanes;
          Vector::storeWords(m_weights + at, weights);
          if constexpr (kGradScores) Vector::storeWords(m_gradScores + at, gradScores);
        }
      }
    }

    /// Where a word holds one number, the matrix lies row by row already.
    [[nodiscard]] const Word* gradScoreRows() const {
      return kNumbers > 1 ? m_gradScoreRows : reinterpret_cast<const Word*>(m_gradScores);
    }

    void write(float* sums, float scale, void* gradients, std::int64_t stride) const {
      const Floats factor = Vector::fill(scale);
      for (std::int64_t c = 0; c < m_head.size; c += kNumbers) {  // in place: words lie where sums were read
        for (int r = 0; r < kVectors; ++r) {
          Floats numbers[kNumbers];
#pragma GCC unroll 16
          for (int i = 0; i < kNumbers; ++i) {
            numbers[i] = Vector::multiply(Vector::load(sums + (c + i) * kWidth + r * kLanes), factor);
          }
          Vector::storeWords(sums + c / kNumbers * kWidth + r * kLanes, numbers);
        }
      }
      const std::int64_t whole = m_head.size / kNumbers;
      for (std::int64_t i = 0; i < m_keys; ++i) {
        Number* const row = static_cast<Number*>(gradients) + (m_first + i) * stride;
        const Word* const words = reinterpret_cast<const Word*>(sums) + i;
        for (std::int64_t c = 0; c < whole; ++c) assignNumbers(row + c * kNumbers, words[c * kWidth]);
        if (whole * kNumbers < m_head.size) assignNumber(row[whole * kNumbers], words[whole * kWidth]);
      }
    }

    const Task& m_task;
    const AttentionHead& m_head;
    std::int64_t m_first, m_keys;
    float* m_weights;       // [kRows, kMostKeys], first the scores, later [kRows / kNumbers, kMostKeys]
    float* m_gradScores;    // likewise, first the gradients of the weights
    Word* m_gradScoreRows;  // [kRows, kMostKeys / kNumbers]
    Word *m_turnedK, *m_turnedV, *m_interleavedK;
    float *m_gradK, *m_gradV;  // [size, kWidth], sums
  };
};

}  // namespace
}  // namespace pleinair::nn
