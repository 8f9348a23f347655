#include "core/weights/foreign_models.h"

#include <array>
#include <string>
#include <string_view>

namespace pleinair {
namespace {

constexpr std::string_view kUNet = "model.diffusion_model.";

using Entries = std::map<std::string, TensorEntry>;

bool anyBegins(const Entries& entries, const std::string& prefix) {
  const auto found = entries.lower_bound(prefix);
  return found != entries.end() && found->first.starts_with(prefix);
}

bool anyContains(const Entries& entries, std::string_view part) {
  for (const auto& [name, entry] : entries) {
    if (name.find(part) != std::string::npos) return true;
  }
  return false;
}

Error unsupported(const std::string& what, const SafetensorsFile& file, const std::string& hint) {
  return {ErrorCode::UnsupportedModel, "This is " + what + ", which cannot be run", file.path().string(), hint};
}

constexpr const char* kHint = "Choose a Stable Diffusion 1.x, 2.x or SDXL model.";

/// Transformer models, by a part of their keys that no UNet has.
Result<void> refuseTransformers(const SafetensorsFile& file) {
  struct Sign {
    const char* key;
    const char* name;
  };
  constexpr std::array<Sign, 7> kSigns{{{"joint_blocks.0.", "a Stable Diffusion 3 model"},
                                        {"double_blocks.0.", "a Flux model"},
                                        {"single_transformer_blocks.0.", "a Flux model"},
                                        {"double_layers.0.", "an AuraFlow model"},
                                        {"cap_embedder.", "a Lumina model"},
                                        {"scale_shift_table", "a PixArt or other diffusion transformer"},
                                        {"transformer_blocks.0.norm1.linear.", "a diffusion transformer"}}};
  for (const Sign& sign : kSigns) {
    if (anyContains(file.entries(), sign.key)) return unsupported(sign.name, file, kHint);
  }
  return {};
}

Result<void> refuseAdapters(const SafetensorsFile& file) {
  constexpr std::array<std::string_view, 8> kSigns{".lora_down.", ".lora_up.", ".lora_A.", ".lora.down.",
                                                   ".hada_w1_",   ".lokr_w",   ".lora_B.", "lora_linear_layer."};
  for (const std::string_view sign : kSigns) {
    if (anyContains(file.entries(), sign)) {
      return Error{ErrorCode::UnsupportedModel, "This is a LoRA, not a model", file.path().string(),
                   "Choose the model first, then add this file to it as a LoRA."};
    }
  }
  return {};
}

Result<void> refuseParts(const SafetensorsFile& file) {
  const Entries& entries = file.entries();
  const char* part = nullptr;
  if (entries.contains("down_blocks.0.resnets.0.conv1.weight")) part = "only the UNet of a model";
  if (entries.contains("encoder.conv_in.weight") || entries.contains("decoder.conv_in.weight")) {
    part = "only the VAE of a model";
  }
  if (anyBegins(entries, "text_model.encoder.layers.0.")) part = "only the text encoder of a model";
  if (anyBegins(entries, "control_model.") || anyContains(entries, "controlnet_")) part = "a ControlNet";
  if (part != nullptr) {
    return Error{ErrorCode::UnsupportedModel, "This is " + std::string(part), file.path().string(),
                 "Choose the whole model: its folder with model_index.json, or its checkpoint file."};
  }
  return Error{ErrorCode::UnsupportedFormat, "This file holds no Stable Diffusion model", file.path().string(),
               kHint};
}

Result<void> refuseOtherUNets(const SafetensorsFile& file) {
  const Entries& entries = file.entries();
  const auto first = entries.find(std::string(kUNet) + "input_blocks.0.0.weight");
  if (first == entries.end() || first->second.shape.size() != 4) return refuseParts(file);
  const std::int64_t channels = first->second.shape[1];
  if (channels == 9) return unsupported("an inpainting model", file, "Choose the model it was made from.");
  if (channels == 8) return unsupported("an editing model (InstructPix2Pix)", file, kHint);
  if (channels == 5) return unsupported("a depth model", file, kHint);
  if (channels != 4) return unsupported("a model of " + std::to_string(channels) + " latent channels", file, kHint);
  // The refiner has OpenCLIP alone, where the base model has it second.
  if (anyBegins(entries, "conditioner.embedders.0.model.") && !anyBegins(entries, "conditioner.embedders.1.")) {
    return unsupported("an SDXL refiner", file, "Choose the SDXL base model.");
  }
  return {};
}

Result<void> requireParts(const SafetensorsFile& file) {
  const Entries& entries = file.entries();
  const bool vae = anyBegins(entries, "first_stage_model.");
  const bool text = anyBegins(entries, "cond_stage_model.") || anyBegins(entries, "conditioner.");
  if (vae && text) return {};
  return Error{ErrorCode::UnsupportedModel,
               std::string("This checkpoint comes without its ") + (vae ? "text encoder" : "VAE"),
               file.path().string(), "Get the complete version of this model."};
}

}  // namespace

Result<void> refuseForeignModel(const SafetensorsFile& file) {
  PLEINAIR_TRY(refuseAdapters(file));
  PLEINAIR_TRY(refuseTransformers(file));
  PLEINAIR_TRY(refuseOtherUNets(file));
  return requireParts(file);
}

}  // namespace pleinair
