#include "core/nn/cancel_point.h"

#include <ATen/core/grad_mode.h>

#include "core/base/cancellation.h"

namespace pleinair::nn {

void cancelPoint(const at::Tensor& x) {
  checkCancelled();
  if (!at::GradMode::is_enabled() || !x.requires_grad()) return;
  // A CPU's backward pass runs on the thread that asked for it, where the scope of the token is. A GPU's runs on a
  // thread without one: there the check finds nothing, and a step takes milliseconds.
  x.register_hook([](const at::Tensor&) { checkCancelled(); });
}

}  // namespace pleinair::nn
