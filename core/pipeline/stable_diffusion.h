#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <stop_token>
#include <string>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/diffusion/schedule.h"
#include "core/lora/lora_hosts.h"
#include "core/models/clip_text.h"
#include "core/models/unet.h"
#include "core/models/vae.h"
#include "core/tensor/device.h"
#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair {

/// A whole Stable Diffusion in memory, on one device and in one precision. Owned and used by one thread.
struct StableDiffusion {
  std::filesystem::path folder;
  std::string name;    ///< the folder's name, or the one the model gives itself
  std::string family;  ///< "SD 1.x"
  std::shared_ptr<const ClipTokenizer> tokenizer;
  std::unique_ptr<ClipText> textEncoder;
  std::unique_ptr<UNet> unet;
  std::unique_ptr<Vae> vae;
  ScheduleConfig schedule;
  DeviceSpec device;

  /// Loads a diffusers folder. A folder that is missing or incomplete, holds only pickles, or is of a family that
  /// cannot be run is refused with what it is. Throws CancelledException when `stop` asks.
  static Result<std::unique_ptr<StableDiffusion>> load(const std::filesystem::path& folder, const DeviceSpec& device,
                                                       ProgressSink& progress, const std::stop_token& stop = {});

  /// Where a LoRA can act. Valid as long as this object.
  [[nodiscard]] LoraHosts loraHosts() const { return {unet.get(), textEncoder.get(), nullptr}; }
  [[nodiscard]] std::int64_t parameterCount() const;
  /// Pixels a side that the model was trained at.
  [[nodiscard]] std::int64_t nativeSize() const { return unet->config().sampleSize * vae->config().scale(); }

  /// int64 [B, 77] on the CPU, begun, ended and padded.
  [[nodiscard]] at::Tensor tokenIds(std::span<const std::string> prompts) const;
  /// The text encoder's last hidden state, without recording gradients.  [B, 77, C] in the model's precision
  [[nodiscard]] at::Tensor encodePrompts(std::span<const std::string> prompts) const;
};

/// What model_index.json says a folder is; NotFound, UnsafeFile and UnsupportedModel say in words why it cannot be
/// used. Reads no weights.
struct ModelIndex {
  std::string className;
  std::string name;
};
Result<ModelIndex> readModelIndex(const std::filesystem::path& folder);

/// "SD 1.x" or "SD 2.x", told from the shape of the UNet.
std::string familyOf(const UNetConfig& unet);

}  // namespace pleinair
