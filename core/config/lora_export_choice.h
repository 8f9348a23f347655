#pragma once

namespace pleinair {

/// How a LoRA is written for other programs.
struct LoraExportChoice {
  enum class Keys { Kohya, Diffusers, Peft };  ///< kohya's are read by nearly everything
  enum class Numbers { Float16, Float32 };
  Keys keys = Keys::Kohya;
  Numbers numbers = Numbers::Float16;
  bool overwrite = false;  ///< a file that is there already may go
  friend bool operator==(const LoraExportChoice&, const LoraExportChoice&) = default;
};

enum class LoraExportOutcome { Written, FileExists };

}  // namespace pleinair
