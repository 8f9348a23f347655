#include "core/lora/model_weights.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/atomic_file.h"
#include "core/lora/ldm_names.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kWeight = ".weight";
constexpr std::string_view kUNet = "model.diffusion_model.";
constexpr std::size_t kMaxIndexBytes = std::size_t{1} << 20;

struct TextPrefix {
  std::string_view text;
  LoraPart part;
  bool openClip;
};

// How single files begin the keys of their text encoders: SD 1.x, SD 2.x, SDXL's two. Longer ones first.
constexpr std::array kTextPrefixes = std::to_array<TextPrefix>({
    {"cond_stage_model.transformer.text_model.", LoraPart::TextEncoder, false},
    {"cond_stage_model.transformer.", LoraPart::TextEncoder, false},
    {"cond_stage_model.model.transformer.", LoraPart::TextEncoder, true},
    {"cond_stage_model.model.", LoraPart::TextEncoder, true},
    {"conditioner.embedders.0.transformer.text_model.", LoraPart::TextEncoder, false},
    {"conditioner.embedders.1.model.transformer.", LoraPart::TextEncoder2, true},
    {"conditioner.embedders.1.model.", LoraPart::TextEncoder2, true},
    {"conditioner.embedders.0.model.transformer.", LoraPart::TextEncoder2, true},
});

std::optional<std::string> withoutWeight(const std::string& key) {
  if (!key.ends_with(kWeight)) return std::nullopt;
  return key.substr(0, key.size() - kWeight.size());
}

/// "resblocks.3.attn.out_proj" -> "encoder.layers.3.self_attn.out_proj"; empty for names that are no layer.
std::string clipName(std::string_view openClip) {
  constexpr std::array kNames = std::to_array<std::pair<std::string_view, std::string_view>>(
      {{"attn.out_proj", "self_attn.out_proj"}, {"mlp.c_fc", "mlp.fc1"}, {"mlp.c_proj", "mlp.fc2"}});
  constexpr std::string_view kBlocks = "resblocks.";
  if (!openClip.starts_with(kBlocks)) return {};
  openClip.remove_prefix(kBlocks.size());
  const auto dot = openClip.find('.');
  if (dot == std::string_view::npos) return {};
  for (const auto& [name, clip] : kNames) {
    if (openClip.substr(dot + 1) == name) {
      return "encoder.layers." + std::string(openClip.substr(0, dot)) + "." + std::string(clip);
    }
  }
  return {};
}

/// The layer number of "resblocks.N.attn.in_proj_weight".
std::optional<std::string> fusedLayer(std::string_view key) {
  constexpr std::string_view kBlocks = "resblocks.", kFused = ".attn.in_proj_weight";
  if (!key.starts_with(kBlocks) || !key.ends_with(kFused)) return std::nullopt;
  return std::string(key.substr(kBlocks.size(), key.size() - kBlocks.size() - kFused.size()));
}

/// Steps of the way down between its first convolution and its first downsampler.
int layersPerBlock(const std::vector<std::string>& keys) {
  for (int index = 1; index < 64; ++index) {
    const std::string key = std::string(kUNet) + "input_blocks." + std::to_string(index) + ".0.op.weight";
    if (std::ranges::find(keys, key) != keys.end()) return index - 1;
  }
  return 2;
}

/// Weights in any program's format, and the lists of their shards.
bool isWeightFile(const fs::path& file) {
  constexpr std::array kEndings = std::to_array<std::string_view>(
      {".safetensors", ".bin", ".ckpt", ".pt", ".pth", ".msgpack", ".onnx", ".onnx_data", ".h5", ".gguf"});
  const std::string name = file.filename().string();
  return std::ranges::find(kEndings, file.extension().string()) != kEndings.end() ||
         (name.ends_with(".json") && (name.find(".safetensors.index") != std::string::npos ||
                                      name.find(".bin.index") != std::string::npos));
}

/// The folders that a model's index names, or those of the families where there is none.
std::vector<std::string> partFolders(const fs::path& model) {
  std::vector<std::string> folders;
  const auto text = readFile(model / "model_index.json", kMaxIndexBytes);
  const auto index = nlohmann::json::parse(text ? *text : "", nullptr, false);
  if (index.is_object()) {
    for (const auto& [name, value] : index.items()) {
      if (value.is_array()) folders.push_back(name);
    }
  }
  if (folders.empty()) {
    folders = {"unet", "vae", "text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2", "scheduler"};
  }
  return folders;
}

/// Copies a diffusers folder: its parts and the texts beside them. What else lies in it (the model once more as a
/// single file, LoRAs, pictures) is no part of the model, and its weights would be those from before.
Result<void> copyModel(const fs::path& from, const fs::path& to, const std::vector<std::string>& withoutWeightsIn) {
  const std::vector<std::string> parts = partFolders(from);
  std::error_code problem;
  for (const auto& entry : fs::recursive_directory_iterator(from, problem)) {
    const fs::path relative = entry.path().lexically_relative(from);
    const std::string folder = relative.has_parent_path() ? relative.begin()->string() : std::string();
    if (entry.is_regular_file()) {
      if (!folder.empty() && std::ranges::find(parts, folder) == parts.end()) continue;
      const bool rewritten = std::ranges::find(withoutWeightsIn, folder) != withoutWeightsIn.end();
      if ((folder.empty() || rewritten) && isWeightFile(relative)) continue;
      fs::create_directories((to / relative).parent_path(), problem);
      if (!problem) fs::copy_file(entry.path(), to / relative, fs::copy_options::overwrite_existing, problem);
    }
    if (problem) return systemError(problem.value(), "Cannot copy the file to", to / relative);
  }
  if (problem) return systemError(problem.value(), "Cannot read the folder", from);
  return {};
}

}  // namespace

Result<ModelWeights> ModelWeights::open(const fs::path& folderOrFile) {
  ModelWeights model;
  model.m_path = folderOrFile;
  std::error_code ignored;
  model.m_single = fs::is_regular_file(folderOrFile, ignored);
  PLEINAIR_TRY(model.m_single ? model.openSingle() : model.openFolder());
  if (model.m_slots.empty()) {
    return Error{ErrorCode::UnsupportedModel, "No Stable Diffusion network is in it", folderOrFile.string(),
                 "Choose a diffusers folder or a single file of SD 1.x, SD 2.x or SDXL."};
  }
  return model;
}

void ModelWeights::addSlot(LoraPart part, const std::string& path, Slot slot) {
  if (slot.shape.size() != 2 && slot.shape.size() != 4) return;
  m_slots[{part, neutralLoraPath(part, path)}] = std::move(slot);
}

Result<void> ModelWeights::openFolder() {
  if (!fs::exists(m_path / "unet")) {
    return Error{ErrorCode::NotFound, "This folder is no diffusers model: it holds no UNet", m_path.string(),
                 "Choose the folder that holds unet, vae and text_encoder."};
  }
  for (const auto& [folder, part] : {std::pair{"unet", LoraPart::UNet},
                                     {"text_encoder", LoraPart::TextEncoder},
                                     {"text_encoder_2", LoraPart::TextEncoder2}}) {
    if (!fs::exists(m_path / folder)) continue;
    PLEINAIR_ASSIGN(ComponentWeights weights, ComponentWeights::open(m_path / folder));
    std::vector<std::string> paths;
    for (const std::string& key : weights.names()) {
      const auto path = withoutWeight(key);
      if (!path) continue;
      PLEINAIR_ASSIGN(const at::Tensor tensor, weights.tensor(key));
      addSlot(part, *path, {m_components.size(), key, 0, tensor.sizes().vec()});
      paths.push_back(*path);
    }
    if (part == LoraPart::UNet) {
      const LdmLayout layout = ldmLayoutOf(paths);
      if (!layout.downLayers.empty()) m_layersPerBlock = layout.downLayers.front();
      m_sdxl = m_slots.contains({part, "add_embedding_linear_1"});
    }
    m_components.push_back({folder, std::move(weights)});
  }
  return {};
}

Result<void> ModelWeights::openSingle() {
  PLEINAIR_ASSIGN(ComponentWeights weights, ComponentWeights::openFile(m_path));
  const std::vector<std::string> keys = weights.names();
  m_layersPerBlock = layersPerBlock(keys);
  for (const std::string& key : keys) {
    PLEINAIR_ASSIGN(const at::Tensor tensor, weights.tensor(key));
    Slot slot{0, key, 0, tensor.sizes().vec()};
    if (key.starts_with(kUNet)) {
      const auto path = withoutWeight(key.substr(kUNet.size()));
      const auto name =
          path ? neutralPathOfLdm(neutralLoraPath(LoraPart::UNet, *path), m_layersPerBlock) : std::nullopt;
      if (name) addSlot(LoraPart::UNet, *name, std::move(slot));
      continue;
    }
    const auto prefix =
        std::ranges::find_if(kTextPrefixes, [&k = key](const TextPrefix& p) { return k.starts_with(p.text); });
    if (prefix == kTextPrefixes.end()) continue;
    const std::string rest = key.substr(prefix->text.size());
    if (!prefix->openClip) {
      if (const auto path = withoutWeight(rest)) addSlot(prefix->part, *path, std::move(slot));
    } else if (const auto layer = fusedLayer(rest); layer && slot.shape.size() == 2 && slot.shape[0] % 3 == 0) {
      slot.shape[0] /= 3;
      for (const char* name : {"q_proj", "k_proj", "v_proj"}) {
        addSlot(prefix->part, "encoder.layers." + *layer + ".self_attn." + name, slot);
        slot.firstRow += slot.shape[0];
      }
    } else if (const auto path = withoutWeight(rest); path && !clipName(*path).empty()) {
      addSlot(prefix->part, clipName(*path), std::move(slot));
    }
  }
  m_sdxl = m_slots.contains({LoraPart::UNet, "add_embedding_linear_1"});
  m_components.push_back({"", std::move(weights)});
  return {};
}

const ModelWeights::Slot* ModelWeights::find(LoraPart part, const std::string& neutralPath) const {
  auto found = m_slots.find({part, neutralPath});
  if (found == m_slots.end() && part == LoraPart::UNet) {
    if (const auto path = neutralPathOfLdm(neutralPath, m_layersPerBlock)) found = m_slots.find({part, *path});
  }
  return found == m_slots.end() ? nullptr : &found->second;
}

Result<at::Tensor> ModelWeights::weight(const Slot& slot) const {
  PLEINAIR_ASSIGN(const at::Tensor whole, m_components[slot.component].weights.tensor(slot.key));
  return whole.size(0) == slot.shape[0] ? whole : whole.narrow(0, slot.firstRow, slot.shape[0]);
}

std::string ModelWeights::family() const {
  if (m_sdxl) return "SDXL";
  for (const auto& [name, slot] : m_slots) {
    if (name.first == LoraPart::UNet && name.second.ends_with("_proj_in")) return familyOfProjection(slot.shape);
  }
  return "an unknown model";
}

Result<TensorMap> ModelWeights::tensorsWith(std::size_t component,
                                            const std::map<SlotName, at::Tensor>& changed) const {
  const ComponentWeights& weights = m_components[component].weights;
  TensorMap tensors;
  for (const std::string& key : weights.names()) {
    PLEINAIR_ASSIGN(tensors[key], weights.tensor(key));
  }
  std::map<std::string, bool> copied;
  for (const auto& [name, value] : changed) {
    const Slot& slot = m_slots.at(name);
    if (slot.component != component) continue;
    at::Tensor& whole = tensors[slot.key];
    PLEINAIR_TRY(guarded("changing a weight", [&] {
      if (!std::exchange(copied[slot.key], true)) whole = whole.clone();
      whole.narrow(0, slot.firstRow, slot.shape[0]).copy_(value);
    }));
  }
  return tensors;
}

Result<void> ModelWeights::checkTarget(const fs::path& target) const {
  std::error_code ignored;
  if (fs::equivalent(m_path, target, ignored)) {
    return Error{ErrorCode::BadArgument, "The model would be written over itself", target.string(),
                 "Choose another name; originals stay as they are."};
  }
  if (m_single != (target.extension() == ".safetensors")) {
    return Error{ErrorCode::BadArgument,
                 m_single ? "A model in one file is written as one file" : "A model's folder is written as a folder",
                 target.string(),
                 m_single ? "Choose a name that ends in .safetensors." : "Choose a name without .safetensors."};
  }
  if (fs::exists(target, ignored) && !fs::is_empty(target, ignored)) {
    return Error{ErrorCode::BadArgument, "There is something of this name already", target.string(),
                 "Choose another name."};
  }
  return {};
}

Result<void> ModelWeights::saveWith(const fs::path& target, const std::map<SlotName, at::Tensor>& changed) const {
  PLEINAIR_TRY(checkTarget(target));
  if (m_single) {
    PLEINAIR_ASSIGN(const SafetensorsFile file, SafetensorsFile::open(m_path));
    PLEINAIR_ASSIGN(const TensorMap tensors, tensorsWith(0, changed));
    return writeSafetensors(target, tensors, file.metadata());
  }
  std::vector<std::string> rewritten;
  for (std::size_t i = 0; i < m_components.size(); ++i) {
    const bool touched =
        std::ranges::any_of(changed, [&](const auto& item) { return m_slots.at(item.first).component == i; });
    if (touched) rewritten.push_back(m_components[i].folder);
  }
  PLEINAIR_TRY(copyModel(m_path, target, rewritten));
  for (std::size_t i = 0; i < m_components.size(); ++i) {
    const std::string& folder = m_components[i].folder;
    if (std::ranges::find(rewritten, folder) == rewritten.end()) continue;
    PLEINAIR_ASSIGN(const TensorMap tensors, tensorsWith(i, changed));
    const char* name = folder == "unet" ? "diffusion_pytorch_model.safetensors" : "model.safetensors";
    PLEINAIR_TRY(writeSafetensors(target / folder / name, tensors, {{"format", "pt"}}));
  }
  return {};
}

}  // namespace pleinair
