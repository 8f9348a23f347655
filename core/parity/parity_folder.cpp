#include <ATen/core/Tensor.h>

#include "core/models/load_module.h"
#include "core/parity/parity_case.h"

namespace pleinair::parity {
namespace {

namespace fs = std::filesystem;

/// Loads one network with its own config, once.
template <typename Network, typename Config>
Result<Network*> loadOnce(std::unique_ptr<Network>& slot, const fs::path& folder, const DeviceSpec& device) {
  if (slot) return slot.get();
  PLEINAIR_ASSIGN(const Config config, Config::load(folder / "config.json"));
  PLEINAIR_ASSIGN(const ComponentWeights weights, ComponentWeights::open(folder));
  auto network = std::make_unique<Network>(config);
  PLEINAIR_TRY(loadModule(*network, weights, device));
  slot = std::move(network);
  return slot.get();
}

std::string numbered(const char* name, int which) {
  return which == 1 ? name : std::string(name) + "_" + std::to_string(which);
}

}  // namespace

Result<Folder> Folder::open(const fs::path& path, const DeviceSpec& device) {
  Folder folder;
  folder.m_path = path;
  folder.m_device = device;
  PLEINAIR_ASSIGN(SafetensorsFile tensors, SafetensorsFile::open(path / "cases.safetensors"));
  folder.m_tensors = std::make_shared<const SafetensorsFile>(std::move(tensors));
  return folder;
}

Result<UNet*> Folder::unet() { return loadOnce<UNet, UNetConfig>(m_unet, m_path / "unet", m_device); }

Result<Vae*> Folder::vae() { return loadOnce<Vae, VaeConfig>(m_vae, m_path / "vae", m_device); }

Result<ClipText*> Folder::textEncoder(int which) {
  return loadOnce<ClipText, ClipTextConfig>(m_textEncoders[which], m_path / numbered("text_encoder", which),
                                            m_device);
}

Result<const ClipTokenizer*> Folder::tokenizer(int which) {
  auto& slot = m_tokenizers[which];
  if (!slot) {
    PLEINAIR_ASSIGN(ClipTokenizer loaded, ClipTokenizer::load(m_path / numbered("tokenizer", which)));
    slot = std::make_unique<ClipTokenizer>(std::move(loaded));
  }
  return const_cast<const ClipTokenizer*>(slot.get());
}

Result<StableDiffusion*> Folder::model() {
  if (!m_model) {
    NullProgress progress;
    PLEINAIR_ASSIGN(m_model, StableDiffusion::load(m_path, m_device, progress));
  }
  return m_model.get();
}

}  // namespace pleinair::parity
