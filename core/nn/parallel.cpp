#include "core/nn/parallel.h"

#include <ATen/ATen.h>
#include <ATen/TensorIterator.h>

#include "core/base/cancellation.h"

namespace pleinair::nn {

void inParallel(std::int64_t count, c10::function_ref<void(std::int64_t begin, std::int64_t end)> work) {
  at::Tensor places = at::arange(count, at::kLong);
  at::TensorIterator iterator = at::TensorIterator::nullary_op(places);
  iterator.for_each(
      [&](char** data, const std::int64_t* /*strides*/, std::int64_t size, std::int64_t rows) {
        const std::int64_t begin = *reinterpret_cast<const std::int64_t*>(data[0]);
        work(begin, begin + size * rows);
      },
      1);
}

bool SharedCancelPoint::reached() {
  if (m_reached) return true;
  try {
    checkCancelled();
  } catch (const CancelledException&) {
    m_reached = true;
    throw;
  }
  return false;
}

}  // namespace pleinair::nn
