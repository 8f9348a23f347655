#include "core/diffusion/guidance.h"

#include <ATen/ATen.h>

namespace pleinair {

at::Tensor guided(const at::Tensor& unconditional, const at::Tensor& conditional, double scale) {
  return unconditional + scale * (conditional - unconditional);
}

at::Tensor rescaled(const at::Tensor& guidedOutput, const at::Tensor& conditional, double amount) {
  const auto spread = [](const at::Tensor& x) {
    return x.flatten(1).std(1, /*unbiased=*/true, /*keepdim=*/false).view({-1, 1, 1, 1});
  };
  const at::Tensor corrected = guidedOutput * (spread(conditional) / spread(guidedOutput));
  return amount * corrected + (1 - amount) * guidedOutput;
}

}  // namespace pleinair
