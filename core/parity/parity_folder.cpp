#include <ATen/core/Tensor.h>

#include "core/models/load_module.h"
#include "core/parity/parity_case.h"

namespace pleinair::parity {
namespace {

namespace fs = std::filesystem;

/// Loads one network once.
template <typename Network, typename Config>
Result<Network*> loadOnce(std::unique_ptr<Network>& slot, const Config& config, const ModelSource& source,
                          ModelPart part, const DeviceSpec& device) {
  if (slot) return slot.get();
  PLEINAIR_ASSIGN(const ComponentWeights weights, source.weights(part));
  auto network = std::make_unique<Network>(config);
  PLEINAIR_TRY(loadModule(*network, weights, device));
  slot = std::move(network);
  return slot.get();
}

Error noEncoder(const fs::path& path, int which) {
  return {ErrorCode::NotFound, "The model has no text encoder " + std::to_string(which), path.string(), ""};
}

}  // namespace

Result<Folder> Folder::open(const fs::path& path, const DeviceSpec& device, bool singleFile) {
  Folder folder;
  folder.m_path = path;
  folder.m_device = device;
  PLEINAIR_ASSIGN(ModelSource source, singleFile
                                          ? ModelSource::openWithSettings(path / "single_file.safetensors", path)
                                          : ModelSource::open(path));
  folder.m_source = std::make_shared<const ModelSource>(std::move(source));
  PLEINAIR_ASSIGN(SafetensorsFile tensors, SafetensorsFile::open(path / "cases.safetensors"));
  folder.m_tensors = std::make_shared<const SafetensorsFile>(std::move(tensors));
  return folder;
}

Result<UNet*> Folder::unet() { return loadOnce(m_unet, m_source->unet, *m_source, ModelPart::UNet, m_device); }

Result<Vae*> Folder::vae() { return loadOnce(m_vae, m_source->vae, *m_source, ModelPart::Vae, m_device); }

Result<ClipText*> Folder::textEncoder(int which) {
  const auto index = static_cast<std::size_t>(which - 1);
  if (which < 1 || index >= m_source->texts.size()) return noEncoder(m_path, which);
  return loadOnce(m_textEncoders[which], m_source->texts[index], *m_source, textPart(index), m_device);
}

Result<LoraHosts> Folder::loraHosts() {
  LoraHosts hosts;
  PLEINAIR_ASSIGN(hosts.unet, unet());
  PLEINAIR_ASSIGN(hosts.textEncoder, textEncoder(1));
  if (m_source->texts.size() > 1) {
    PLEINAIR_ASSIGN(hosts.textEncoder2, textEncoder(2));
  }
  return hosts;
}

Result<const ClipTokenizer*> Folder::tokenizer(int which) {
  if (which < 1 || static_cast<std::size_t>(which) > m_source->texts.size()) return noEncoder(m_path, which);
  auto& slot = m_tokenizers[which];
  if (!slot) {
    PLEINAIR_ASSIGN(ClipTokenizer loaded, m_source->tokenizer(static_cast<std::size_t>(which - 1)));
    slot = std::make_unique<ClipTokenizer>(std::move(loaded));
  }
  return const_cast<const ClipTokenizer*>(slot.get());
}

Result<StableDiffusion*> Folder::model() {
  if (!m_model) {
    NullProgress progress;
    PLEINAIR_ASSIGN(m_model, StableDiffusion::load(*m_source, m_device, progress));
  }
  return m_model.get();
}

}  // namespace pleinair::parity
