#include "core/engine/lora_page.h"

#include "core/lora/lora_info.h"
#include "core/tensor/torch_error.h"

namespace pleinair {

Result<LoraDescription> describeLoraFile(const std::filesystem::path& file) {
  auto read = guarded("reading the LoRA's header", [&] { return loraInfo(file); });
  return read ? std::move(*read) : Result<LoraDescription>(std::move(read).error());
}

}  // namespace pleinair
