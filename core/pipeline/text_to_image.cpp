#include "core/pipeline/text_to_image.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>
#include <vector>

#include "core/base/cancellation.h"
#include "core/config/samplers.h"
#include "core/lora/applied_lora.h"
#include "core/lora/lora_file.h"
#include "core/pipeline/denoise.h"
#include "core/tensor/image_tensor.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

constexpr int kMinSize = 64;
constexpr int kMaxSize = 4096;
constexpr int kMaxSteps = 1000;
constexpr int kMaxPictures = 10'000;

Error badArgument(const std::string& message, const std::string& context, const std::string& hint = {}) {
  return {ErrorCode::BadArgument, message, context, hint};
}

Result<void> checkSize(const char* name, int value, std::int64_t multiple) {
  if (value >= kMinSize && value <= kMaxSize && value % multiple == 0) return {};
  return badArgument("The " + std::string(name) + " must lie between " + std::to_string(kMinSize) + " and " +
                         std::to_string(kMaxSize) + " pixels and be a multiple of " + std::to_string(multiple),
                     std::string(name) + " " + std::to_string(value));
}

Result<std::vector<AppliedLora>> applyLoras(const StableDiffusion& model,
                                            const std::vector<LoraReference>& references) {
  std::vector<AppliedLora> applied;
  for (const LoraReference& reference : references) {
    PLEINAIR_ASSIGN(const LoraFile file, readLora(reference.file));
    PLEINAIR_ASSIGN(AppliedLora lora, AppliedLora::apply(model.loraHosts(), file, {reference.weight, reference.onTextEncoders()}));
    applied.push_back(std::move(lora));
  }
  return applied;
}

PictureRecipe recipeOf(const StableDiffusion& model, const GenerationRequest& request, const std::string& prompt,
                       std::uint64_t seed) {
  return {.prompt = prompt,
          .negativePrompt = request.negativePrompt,
          .sampler = request.sampler,
          .steps = request.steps,
          .guidanceScale = request.guidanceScale,
          .seed = seed,
          .width = request.width,
          .height = request.height,
          .modelName = model.name,
          .loras = request.loras};
}

/// Makes the pictures of one request and counts what is done, so that a cancel in their midst loses none.
class Session {
 public:
  Session(const StableDiffusion& model, const GenerationRequest& request, GenerationListener& listener)
      : m_model(model),
        m_request(request),
        m_listener(listener),
        m_total(static_cast<int>(request.prompts.size()) * request.count) {}

  Result<void> run() {
    m_listener.onBegan(m_total * m_request.steps);
    PLEINAIR_ASSIGN(const std::vector<AppliedLora> loras, applyLoras(m_model, m_request.loras));
    const std::array<std::string, 1> negative{m_request.negativePrompt};
    PLEINAIR_ASSIGN(const at::Tensor unwanted,
                    guarded("reading the prompt", [&] { return m_model.encodePrompts(negative); }));
    for (const std::string& prompt : m_request.prompts) {
      const std::array<std::string, 1> wanted{prompt};
      PLEINAIR_ASSIGN(const at::Tensor context,
                      guarded("reading the prompt", [&] { return m_model.encodePrompts(wanted); }));
      for (int i = 0; i < m_request.count; ++i) {
        PLEINAIR_TRY(picture(context, unwanted,
                             recipeOf(m_model, m_request, prompt, m_request.seed + static_cast<std::uint64_t>(i))));
      }
    }
    return {};
  }

  [[nodiscard]] int made() const { return m_made; }

 private:
  Result<void> picture(const at::Tensor& context, const at::Tensor& unwanted, const PictureRecipe& recipe) {
    const DenoiseOptions options{.context = context,
                                 .unwanted = unwanted,
                                 .sampler = recipe.sampler,
                                 .steps = recipe.steps,
                                 .guidanceScale = recipe.guidanceScale,
                                 .seed = recipe.seed,
                                 .width = recipe.width,
                                 .height = recipe.height,
                                 .onStep = [this] { m_listener.onStep(++m_steps); }};
    PLEINAIR_ASSIGN(const at::Tensor latents, denoise(m_model, options));
    checkCancelled();
    PLEINAIR_ASSIGN(const at::Tensor pixels,
                    guarded("decoding a picture", [&] { return decodeLatents(m_model, latents); }));
    PLEINAIR_ASSIGN(const Image image, tensorToImage(pixels));
    PLEINAIR_TRY(m_listener.onPicture(m_made, m_total, image, recipe));
    ++m_made;
    return {};
  }

  const StableDiffusion& m_model;
  const GenerationRequest& m_request;
  GenerationListener& m_listener;
  int m_total, m_made = 0, m_steps = 0;
};

}  // namespace

Result<void> validateRequest(const StableDiffusion& model, const GenerationRequest& request) {
  if (findSampler(request.sampler) == nullptr) {
    std::string known;
    for (const SamplerInfo& sampler : samplers()) known += (known.empty() ? "" : ", ") + std::string(sampler.id);
    return badArgument("There is no sampler of that name", request.sampler, "Choose one of: " + known + ".");
  }
  const std::int64_t scale = model.vae->config().scale();
  PLEINAIR_TRY(checkSize("width", request.width, scale));
  PLEINAIR_TRY(checkSize("height", request.height, scale));
  if (request.steps < 1 || request.steps > kMaxSteps) {
    return badArgument("The number of steps must lie between 1 and 1000", "steps " + std::to_string(request.steps));
  }
  if (request.prompts.empty() || request.count < 1 ||
      request.prompts.size() * static_cast<std::size_t>(request.count) > kMaxPictures) {
    return badArgument("The number of pictures must lie between 1 and 10000",
                       "count " + std::to_string(request.count));
  }
  if (!std::isfinite(request.guidanceScale) || request.guidanceScale < 0 || request.guidanceScale > 100) {
    return badArgument("The guidance must lie between 0 and 100",
                       "guidance " + std::to_string(request.guidanceScale));
  }
  for (const LoraReference& lora : request.loras) {
    if (!(std::abs(lora.weight) <= 100) || !(std::abs(lora.onTextEncoders()) <= 100)) {
      return badArgument("The LoRA's weight is out of range", lora.file.string());
    }
  }
  return {};
}

Result<int> textToImage(const StableDiffusion& model, const GenerationRequest& request, GenerationListener& listener,
                        const std::stop_token& stop) {
  PLEINAIR_TRY(validateRequest(model, request));
  Session session(model, request, listener);
  try {
    const CancellationScope scope(stop);
    PLEINAIR_TRY(session.run());
  } catch (const CancelledException&) {
    return session.made();
  }
  return session.made();
}

}  // namespace pleinair
