#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/base/result.h"

namespace pleinair {

/// Inside a catch block: the exception in flight as an Error. Running out of memory, on a device or not, is
/// its own code; torch's messages lose their stack traces. `doing` completes "… failed while <doing>".
/// CancelledException is no error and passes through.
Error errorFromException(std::string_view doing);

/// Runs `work` and turns whatever torch or the library throws into an Error.
template <typename Work>
auto guarded(std::string_view doing, Work&& work) {
  using Value = std::invoke_result_t<Work>;
  if constexpr (std::is_void_v<Value>) {
    try {
      std::forward<Work>(work)();
      return Result<void>();
    } catch (...) {
      return Result<void>(errorFromException(doing));
    }
  } else {
    try {
      return Result<Value>(std::forward<Work>(work)());
    } catch (...) {
      return Result<Value>(errorFromException(doing));
    }
  }
}

}  // namespace pleinair
