#include "core/pipeline/declared_networks.h"

namespace pleinair {

DeclaredNetworks::DeclaredNetworks(const ModelSource& source) : unet(source.unet), vae(source.vae) {
  for (const ClipTextConfig& text : source.texts) texts.push_back(std::make_unique<ClipText>(text));
}

std::vector<std::pair<ModelPart, nn::Module*>> DeclaredNetworks::parts() {
  std::vector<std::pair<ModelPart, nn::Module*>> all{{ModelPart::UNet, &unet}, {ModelPart::Vae, &vae}};
  for (std::size_t i = 0; i < texts.size(); ++i) all.emplace_back(textPart(i), texts[i].get());
  return all;
}

LoraHosts DeclaredNetworks::hosts() {
  return {&unet, texts.front().get(), texts.size() > 1 ? texts[1].get() : nullptr};
}

std::int64_t DeclaredNetworks::textParameterCount() {
  std::int64_t count = 0;
  for (const auto& text : texts) count += text->parameterCount();
  return count;
}

std::int64_t DeclaredNetworks::parameterCount() {
  return unet.parameterCount() + vae.parameterCount() + textParameterCount();
}

}  // namespace pleinair
