// The transportation problem by shortest augmenting paths: each round sends as much as fits along the cheapest way
// from a colour that has some left to one that lacks some, where what was sent before can be sent back.
#include <algorithm>
#include <limits>

#include "core/image/color.h"

namespace pleinair {
namespace {

constexpr double kNothing = 1e-12;  // of a palette whose shares are 1 together
constexpr double kFar = std::numeric_limits<double>::infinity();

std::vector<double> sharesOf(const std::vector<PaletteColor>& palette) {
  double total = 0;
  for (const PaletteColor& entry : palette) total += entry.share;
  std::vector<double> shares;
  for (const PaletteColor& entry : palette) shares.push_back(total > 0 ? entry.share / total : 0);
  return shares;
}

class Transport {
 public:
  Transport(const std::vector<PaletteColor>& from, const std::vector<PaletteColor>& to)
      : m_left(sharesOf(from)), m_lacking(sharesOf(to)) {
    for (const PaletteColor& a : from) {
      m_sent.emplace_back(to.size(), 0.0);
      m_cost.emplace_back();
      for (const PaletteColor& b : to) m_cost.back().push_back(ciede2000(a.color, b.color));
    }
  }

  double cost() {
    while (augment()) {
    }
    double sum = 0;
    for (std::size_t i = 0; i < m_sent.size(); ++i) {
      for (std::size_t j = 0; j < m_lacking.size(); ++j) sum += m_sent[i][j] * m_cost[i][j];
    }
    return sum;
  }

 private:
  /// Cheapest ways to every colour over what may still be sent (Bellman and Ford); false once nothing is lacking.
  bool augment() {
    const std::size_t n = m_left.size(), m = m_lacking.size();
    std::vector<double> toFirst(n, kFar), toSecond(m, kFar);
    std::vector<std::size_t> firstFrom(n, m), secondFrom(m, n);
    for (std::size_t i = 0; i < n; ++i) {
      if (m_left[i] > kNothing) toFirst[i] = 0;
    }
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < m; ++j) {
          if (toFirst[i] + m_cost[i][j] < toSecond[j] - kNothing) {
            toSecond[j] = toFirst[i] + m_cost[i][j];
            secondFrom[j] = i;
            changed = true;
          }
          if (m_sent[i][j] > kNothing && toSecond[j] - m_cost[i][j] < toFirst[i] - kNothing) {
            toFirst[i] = toSecond[j] - m_cost[i][j];
            firstFrom[i] = j;
            changed = true;
          }
        }
      }
    }
    std::size_t end = m;
    for (std::size_t j = 0; j < m; ++j) {
      if (m_lacking[j] > kNothing && toSecond[j] < kFar && (end == m || toSecond[j] < toSecond[end])) end = j;
    }
    if (end == m) return false;
    send(end, firstFrom, secondFrom);
    return true;
  }

  void send(std::size_t end, const std::vector<std::size_t>& firstFrom, const std::vector<std::size_t>& secondFrom) {
    const std::size_t none = m_lacking.size();
    double amount = m_lacking[end];
    std::size_t i = secondFrom[end];
    for (; firstFrom[i] != none; i = secondFrom[firstFrom[i]]) amount = std::min(amount, m_sent[i][firstFrom[i]]);
    amount = std::min(amount, m_left[i]);
    m_left[i] -= amount;
    m_lacking[end] -= amount;
    std::size_t j = end;
    for (i = secondFrom[j];; i = secondFrom[j]) {
      m_sent[i][j] += amount;
      j = firstFrom[i];
      if (j == none) break;
      m_sent[i][j] -= amount;
    }
  }

  std::vector<double> m_left, m_lacking;
  std::vector<std::vector<double>> m_sent, m_cost;
};

}  // namespace

double paletteTransport(const std::vector<PaletteColor>& first, const std::vector<PaletteColor>& second) {
  if (first.empty() || second.empty()) return std::numeric_limits<double>::quiet_NaN();
  return Transport(first, second).cost();
}

}  // namespace pleinair
