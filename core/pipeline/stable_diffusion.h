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
#include "core/models/text_conditioning.h"
#include "core/models/unet.h"
#include "core/models/vae.h"
#include "core/pipeline/model_source.h"
#include "core/tensor/device.h"
#include "core/tokenizer/clip_tokenizer.h"

namespace pleinair {

/// A whole Stable Diffusion in memory, on one device and in one precision. Owned and used by one thread.
struct StableDiffusion {
  ModelSource source;            ///< where it came from
  std::filesystem::path folder;  ///< or the checkpoint's file
  std::string name;              ///< the folder's name, or the one the model gives itself
  std::string family;            ///< "SD 1.x"
  std::shared_ptr<const ClipTokenizer> tokenizer, tokenizer2;  ///< the second only where there are two encoders
  std::unique_ptr<ClipText> textEncoder, textEncoder2;
  std::unique_ptr<UNet> unet;
  std::unique_ptr<Vae> vae;
  ScheduleConfig schedule;
  DeviceSpec device;

  /// Loads a diffusers folder or a checkpoint in one file. What is missing or incomplete, a pickle, or of a family
  /// that cannot be run is refused with what it is. Throws CancelledException when `stop` asks.
  static Result<std::unique_ptr<StableDiffusion>> load(const std::filesystem::path& path, const DeviceSpec& device,
                                                       ProgressSink& progress, const std::stop_token& stop = {});
  /// The same for a model that was looked at before. One network is read at a time, straight into the wanted precision.
  static Result<std::unique_ptr<StableDiffusion>> load(const ModelSource& source, const DeviceSpec& device,
                                                       ProgressSink& progress, const std::stop_token& stop = {});

  /// Where a LoRA can act. Valid as long as this object.
  [[nodiscard]] LoraHosts loraHosts() const { return {unet.get(), textEncoder.get(), textEncoder2.get()}; }
  [[nodiscard]] TextEncoders textEncoders() const {
    return {textEncoder.get(), textEncoder2.get(), &source.traits()};
  }
  [[nodiscard]] std::int64_t parameterCount() const;
  /// Pixels a side that the model was trained at.
  [[nodiscard]] std::int64_t nativeSize() const { return unet->config().sampleSize * vae->config().scale(); }

  /// int64 [B, 77] on the CPU for each encoder, begun, ended and padded; what is longer is cut.
  [[nodiscard]] PromptTokens tokenIds(std::span<const std::string> prompts) const;
  /// What the text encoders make of prompts without reading weights or more than 75 tokens, without recording
  /// gradients, in the model's precision.
  [[nodiscard]] PromptEncoding encodePrompts(std::span<const std::string> prompts) const;
  /// One prompt with its weights, BREAKs and any length; `clipSkip` as in encodeTokens.  -> context [1, 77 n, C]
  [[nodiscard]] PromptEncoding encodeWeightedPrompt(const std::string& prompt, int clipSkip = 0) const;
  /// What stands for no negative prompt at all: zeros for families that were trained so, else the empty prompt.
  [[nodiscard]] PromptEncoding encodeNothing(int clipSkip = 0) const;
};

/// Brings two encodings to one length, the shorter filled with what the model makes of an empty prompt.
void padTogether(const StableDiffusion& model, PromptEncoding& a, PromptEncoding& b, int clipSkip = 0);

}  // namespace pleinair
