#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <optional>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/nn/module.h"
#include "core/tensor/device.h"
#include "core/weights/component_weights.h"

namespace pleinair {

/// Fills every parameter of `module` from a component's weights, converted to the device and dtype. Older spellings
/// of the same parameters are understood. The error names what is missing, left over or of another shape, and how
/// many; nothing is changed then. `progress` hears of each parameter.
Result<void> loadModule(nn::Module& module, const ComponentWeights& weights, const DeviceSpec& spec,
                        ProgressSink* progress = nullptr);

/// What loadModule() would say, from the files' headers alone: nothing is read or loaded.
Result<void> checkWeights(nn::Module& module, const ComponentWeights& weights);

/// The module's parameters by name, sharing storage.
TensorMap parametersOf(nn::Module& module);

}  // namespace pleinair
