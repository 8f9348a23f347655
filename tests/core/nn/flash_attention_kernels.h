#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "core/nn/flash_attention.h"

namespace pleinair::nn {

constexpr std::array kFlashTypes = {at::kFloat, at::kBFloat16};

/// [B, N, heads*d] -> [B, heads, N, d]
inline at::Tensor headsOf(const at::Tensor& x, std::int64_t heads) {
  return x.reshape({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

/// Calls check(type, kernel) with every kernel that this processor runs; failures name both.
template <class Check>
void forEachKernel(Check&& check) {
  for (const at::ScalarType type : kFlashTypes) {
    for (const FlashKernel* kernel : runnableFlashKernels(type)) {
      SCOPED_TRACE(std::string(kernel->name) + (type == at::kFloat ? " float32" : " bfloat16"));
      check(type, *kernel);
    }
  }
}

}  // namespace pleinair::nn
