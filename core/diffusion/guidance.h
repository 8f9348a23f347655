#pragma once

#include <ATen/core/Tensor.h>

namespace pleinair {

/// Classifier-free guidance (Ho and Salimans 2022): unconditional + scale * (conditional - unconditional).
at::Tensor guided(const at::Tensor& unconditional, const at::Tensor& conditional, double scale);

/// Brings the spread of a guided prediction back towards the conditional one's, row by row (Lin et al. 2023, 3.4):
/// `amount` 0 leaves it, 1 takes the whole correction.
at::Tensor rescaled(const at::Tensor& guidedOutput, const at::Tensor& conditional, double amount);

/// Whether this scale needs the second, unconditional pass at all.
constexpr bool needsUnconditional(double scale) { return scale != 1.0; }

}  // namespace pleinair
