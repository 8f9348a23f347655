#pragma once

#include <ATen/core/Tensor.h>

namespace pleinair::nn {

/// checkCancelled() now and, where a gradient will flow back through `x`, again at that place of the backward pass
/// (which throws out of it), so that a training step ends within one block in both directions.
void cancelPoint(const at::Tensor& x);

}  // namespace pleinair::nn
