#include "core/engine/lora_page.h"

#include <system_error>

#include "core/lora/lora_export.h"
#include "core/lora/lora_info.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

LoraFormat formatOf(LoraExportChoice::Keys keys) {
  switch (keys) {
    case LoraExportChoice::Keys::Kohya:
      return LoraFormat::Kohya;
    case LoraExportChoice::Keys::Diffusers:
      return LoraFormat::Diffusers;
    case LoraExportChoice::Keys::Peft:
      return LoraFormat::Peft;
  }
  return LoraFormat::Kohya;
}

Result<void> convert(const std::filesystem::path& lora, const std::filesystem::path& target,
                     const LoraExportChoice& choice) {
  PLEINAIR_ASSIGN(const LoraFile file, readLora(lora));
  const bool half = choice.numbers == LoraExportChoice::Numbers::Float16;
  return saveLora(target, file, {formatOf(choice.keys), half ? at::ScalarType::Half : at::ScalarType::Float});
}

}  // namespace

Result<LoraDescription> describeLoraFile(const std::filesystem::path& file) {
  auto read = guarded("reading the LoRA's header", [&] { return loraInfo(file); });
  return read ? std::move(*read) : Result<LoraDescription>(std::move(read).error());
}

Result<LoraExportOutcome> exportLoraFile(const std::filesystem::path& lora, const std::filesystem::path& target,
                                         const LoraExportChoice& choice) {
  PLEINAIR_TRY(refuseOwnFile(lora, target));
  std::error_code ignored;
  if (!choice.overwrite && std::filesystem::exists(target, ignored)) return LoraExportOutcome::FileExists;
  auto written = guarded("writing the LoRA", [&] { return convert(lora, target, choice); });
  if (!written) return std::move(written).error();
  if (!*written) return std::move(*written).error();
  return LoraExportOutcome::Written;
}

}  // namespace pleinair
