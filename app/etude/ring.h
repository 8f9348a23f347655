#pragma once

#include <ATen/core/Tensor.h>

namespace pleinair::etude {

/// Which rows of tensors are filled. They are written round and round, so that the oldest give way once all are.
class Ring {
 public:
  /// Writes `rows` into `stores`, tensor by tensor, without waiting for a device. All stores have as many rows as one
  /// another, and so have all `rows`, be they more than the stores hold.
  void add(at::TensorList stores, at::TensorList rows);
  [[nodiscard]] std::int64_t filled() const { return m_filled; }
  /// How many rows were ever added.
  [[nodiscard]] std::int64_t added() const { return m_added; }

 private:
  std::int64_t m_next = 0, m_filled = 0, m_added = 0;
};

}  // namespace pleinair::etude
