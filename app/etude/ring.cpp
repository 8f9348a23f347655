#include "app/etude/ring.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace pleinair::etude {

void Ring::add(at::TensorList stores, at::TensorList rows) {
  const std::int64_t count = rows.front().size(0);
  const std::int64_t capacity = stores.front().size(0);
  std::int64_t done = 0;
  while (done < count) {
    const std::int64_t part = std::min(count - done, capacity - m_next);
    for (std::size_t i = 0; i < stores.size(); ++i) {
      stores[i].slice(0, m_next, m_next + part).copy_(rows[i].slice(0, done, done + part), true);
    }
    done += part;
    m_next = (m_next + part) % capacity;
    m_filled = std::max(m_filled, m_next == 0 ? capacity : m_next);
  }
  m_added += count;
}

}  // namespace pleinair::etude
