#pragma once

#include <ATen/ATen.h>

#include <barrier>
#include <bit>
#include <cmath>
#include <functional>
#include <thread>
#include <vector>

/// Kernels for GPUs run here by threads of the processor: one for each of a block's, block after block. A test
/// includes this, then gpu_common.cu and the kernels in a namespace for every type of numbers.
namespace pleinair::gpu_threads {

struct Index {
  int x = 0, y = 0;
};
inline thread_local Index threadIdx, blockIdx;
inline std::barrier<> blockBarrier(256);

inline float __uint_as_float(unsigned bits) { return std::bit_cast<float>(bits); }
inline unsigned __float_as_uint(float number) { return std::bit_cast<unsigned>(number); }
inline float rsqrtf(float number) { return 1.0F / std::sqrt(number); }

inline void onGrid(int wide, int high, const std::function<void()>& kernel) {
  std::vector<std::jthread> threads;
  for (int thread = 0; thread < 256; ++thread) {
    threads.emplace_back([=, &kernel] {
      threadIdx = {thread, 0};
      for (int x = 0; x < wide; ++x) {
        for (int y = 0; y < high; ++y) {
          blockIdx = {x, y};
          kernel();
          blockBarrier.arrive_and_wait();
        }
      }
    });
  }
}

inline at::Tensor ramp(at::IntArrayRef sizes, double step, double from) {
  return (at::arange(c10::multiply_integers(sizes), at::kFloat) * step).sin().add(from).view(sizes);
}

inline double distance(const at::Tensor& ours, const at::Tensor& theirs) {
  return ((ours.to(at::kDouble) - theirs).norm() / theirs.norm()).item<double>();
}

/// A tensor's numbers as kernels read and write them.
template <typename Value>
const Value* values(const at::Tensor& tensor) {
  return static_cast<const Value*>(tensor.const_data_ptr());
}
template <typename Value>
Value* written(const at::Tensor& tensor) {
  return static_cast<Value*>(tensor.mutable_data_ptr());
}

}  // namespace pleinair::gpu_threads

#define KERNEL inline
#define __device__
#define __shared__ static
#define __syncthreads blockBarrier.arrive_and_wait

namespace pleinair::gpu_threads {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
namespace floats {
#define VALUE 0
#include "core/nn/gpu_common.cu"
#include GPU_KERNELS
#undef VALUE
}  // namespace floats
namespace halves {
#define VALUE 2
#include "core/nn/gpu_common.cu"
#include GPU_KERNELS
#undef VALUE
}  // namespace halves
#pragma GCC diagnostic pop

}  // namespace
}  // namespace pleinair::gpu_threads
