#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pleinair {

/// How a LoRA file names its tensors.
enum class LoraFormat { Kohya, Peft, Diffusers };

/// "kohya", "PEFT" or "diffusers".
const char* loraFormatName(LoraFormat format) noexcept;

/// Which network of a model an adapter layer belongs to.
enum class LoraPart { UNet, TextEncoder, TextEncoder2 };

/// What one tensor of a LoRA file is. `path` is the neutral spelling of the layer's module path (LoraEntry::path);
/// `tensor` says which of the layer's tensors this is: "down", "up", "mid", "alpha", "magnitude" (DoRA), "diff", or
/// LyCORIS' own names ("hada_w1_a", "lokr_t2").
struct LoraKey {
  LoraPart part = LoraPart::UNet;
  std::string path;
  std::string layer;  ///< the key without the tensor's own name
  std::string_view tensor;
  std::optional<LoraFormat> format;  ///< none: several formats name this tensor so
};

/// Reads a key of kohya's, PEFT's, diffusers' (new and old), LyCORIS', ai-toolkit's or OneTrainer's spelling; nothing
/// when it is no part of an adapter that this program knows.
std::optional<LoraKey> parseLoraKey(std::string_view key);

/// The name of an adapter that this program does not know ("OFT"), told from one of its keys; empty for others.
std::string_view unknownAdapterName(std::string_view key);

/// The neutral spelling of a module path ("a.b.0.to_q" -> "a_b_0_to_q"), see LoraEntry::path.
std::string neutralLoraPath(LoraPart part, const std::string& modulePath);

/// The module path that a neutral spelling stands for, with its dots; nothing when a name in it is not known. Text
/// encoders' paths begin with "text_model.".
std::optional<std::string> dottedLoraPath(LoraPart part, std::string_view neutralPath);

}  // namespace pleinair
