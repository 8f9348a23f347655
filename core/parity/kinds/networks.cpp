#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "core/parity/parity_case.h"

namespace pleinair::parity {

Result<void> runTokenize(Case& test) {
  PLEINAIR_ASSIGN(const ClipTokenizer* tokenizer, test.folder().tokenizer(test.params().value("encoder", 1)));
  std::vector<at::Tensor> rows;
  for (const auto& prompt : test.params().at("prompts")) {
    rows.push_back(at::tensor(tokenizer->encodePadded(prompt.get<std::string>()), at::kLong));
  }
  test.compare("ids", at::stack(rows));
  return {};
}

Result<void> runTextEncoder(Case& test) {
  const at::NoGradGuard noGradients;
  PLEINAIR_ASSIGN(const ClipText* encoder, test.folder().textEncoder(test.params().value("encoder", 1)));
  PLEINAIR_ASSIGN(const at::Tensor ids, test.networkInput("ids"));
  const TextEncoding encoding = encoder->forward(ids.to(at::kLong));
  test.compare("last_hidden_state", encoding.lastHidden);
  test.compare("penultimate", encoding.penultimate);
  test.compare("pooled", encoding.pooled);
  return {};
}

Result<void> runUNet(Case& test) {
  const at::NoGradGuard noGradients;
  PLEINAIR_ASSIGN(const UNet* unet, test.folder().unet());
  PLEINAIR_ASSIGN(const at::Tensor sample, test.networkInput("sample"));
  PLEINAIR_ASSIGN(const at::Tensor context, test.networkInput("encoder_hidden_states"));
  TextTimeConditions conditions;
  if (test.hasInput("text_embeds")) {
    PLEINAIR_ASSIGN(conditions.textEmbeds, test.networkInput("text_embeds"));
    PLEINAIR_ASSIGN(conditions.timeIds, test.networkInput("time_ids"));
  }
  const at::Tensor timestep = at::full({1}, test.params().at("timestep").get<double>(), at::kFloat);
  test.compare("sample", unet->forward(sample, timestep, context, conditions));
  return {};
}

Result<void> runVaeEncode(Case& test) {
  const at::NoGradGuard noGradients;
  PLEINAIR_ASSIGN(const Vae* vae, test.folder().vae());
  PLEINAIR_ASSIGN(const at::Tensor image, test.networkInput("image"));
  const LatentDistribution latents = vae->encode(image);
  test.compare("mean", latents.mean);
  test.compare("std", latents.std);
  return {};
}

Result<void> runVaeDecode(Case& test) {
  const at::NoGradGuard noGradients;
  PLEINAIR_ASSIGN(const Vae* vae, test.folder().vae());
  PLEINAIR_ASSIGN(const at::Tensor latents, test.networkInput("latents"));
  test.compare("image", vae->decode(latents));
  return {};
}

}  // namespace pleinair::parity
