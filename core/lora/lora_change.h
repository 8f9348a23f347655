#pragma once

#include <ATen/core/Tensor.h>

#include "core/base/result.h"
#include "core/lora/lora_file.h"

namespace pleinair {

/// Checks that the tensors of an entry fit each other, so that the maths below cannot fail. Mends what only formats
/// spell differently: a Tucker core is multiplied into `down`. CorruptFile names the layer.
Result<void> settleEntry(LoraEntry& entry, const at::Tensor& mid);

/// Whether the entry changes a weight of this shape ([out, in] or [out, in, k, k]). 1x1 convolutions and linear
/// layers are the same thing here; old and new models differ in which they use.
bool entryFits(const LoraEntry& entry, const std::vector<std::int64_t>& shape);

/// The change of a weight of this shape at full strength, alpha / rank included, DoRA left out: float32 on `device`.
/// The entry must fit. Throws what torch throws.
at::Tensor loraChange(const LoraEntry& entry, const std::vector<std::int64_t>& shape, at::Device device);

/// The change of `weight` at full strength with DoRA's lengths: (W + D) * m / |W + D| - W. Same as above where the
/// entry has no lengths. [shape of weight], float32
at::Tensor loraChangeOf(const LoraEntry& entry, const at::Tensor& weight);

}  // namespace pleinair
