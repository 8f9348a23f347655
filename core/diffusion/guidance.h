#pragma once

#include <ATen/core/Tensor.h>

namespace pleinair {

/// Classifier-free guidance (Ho and Salimans 2022): unconditional + scale * (conditional - unconditional).
at::Tensor guided(const at::Tensor& unconditional, const at::Tensor& conditional, double scale);

/// Whether this scale needs the second, unconditional pass at all.
constexpr bool needsUnconditional(double scale) { return scale != 1.0; }

}  // namespace pleinair
