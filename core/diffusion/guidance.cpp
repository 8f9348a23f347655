#include "core/diffusion/guidance.h"

#include <ATen/ATen.h>

namespace pleinair {

at::Tensor guided(const at::Tensor& unconditional, const at::Tensor& conditional, double scale) {
  return unconditional + scale * (conditional - unconditional);
}

}  // namespace pleinair
