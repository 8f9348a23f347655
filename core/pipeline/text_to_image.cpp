#include "core/pipeline/text_to_image.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/cancellation.h"
#include "core/config/recipe.h"
#include "core/config/samplers.h"
#include "core/diffusion/sampler.h"
#include "core/image/codec.h"
#include "core/lora/applied_lora.h"
#include "core/lora/lora_file.h"
#include "core/nn/packed_convolutions.h"
#include "core/pipeline/denoise.h"
#include "core/tensor/image_tensor.h"
#include "core/tensor/torch_error.h"

namespace pleinair {
namespace {

constexpr int kMinSize = 64;
constexpr int kMaxSize = 4096;
constexpr int kMaxSteps = 1000;
constexpr int kMaxPictures = 10'000;
constexpr int kMaxBatch = 64;

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
                                            const std::vector<LoraReference>& references,
                                            GenerationListener& listener) {
  std::vector<AppliedLora> applied;
  for (const LoraReference& reference : references) {
    PLEINAIR_ASSIGN(const LoraFile file, readLora(reference.file));
    const LoraWeights weights{reference.weight, reference.onTextEncoders()};
    PLEINAIR_ASSIGN(AppliedLora lora, AppliedLora::apply(model.loraHosts(), file, weights));
    if (!lora.unusedKeys().empty()) listener.onLoraPartlyUsed(reference.file, lora.unusedKeys());
    applied.push_back(std::move(lora));
  }
  return applied;
}

Result<void> checkSampling(const StableDiffusion& model, const GenerationRequest& request) {
  const SamplingOptions& sampling = request.sampling;
  if (!(sampling.guidanceRescale >= 0 && sampling.guidanceRescale <= 1)) {
    return badArgument("The guidance rescale must lie between 0 and 1", "guidance rescale");
  }
  const std::int64_t layers = model.textEncoder->config().layers;
  if (sampling.clipSkip < 0 || sampling.clipSkip > layers) {
    return badArgument("The clip skip must lie between 0 and the text encoder's " + std::to_string(layers) + " layers",
                       "clip skip " + std::to_string(sampling.clipSkip));
  }
  if (request.batch < 1 || request.batch > kMaxBatch) {
    return badArgument("A batch must hold between 1 and " + std::to_string(kMaxBatch) + " pictures",
                       "batch " + std::to_string(request.batch));
  }
  if (!request.startImage.empty() &&
      (!(request.strength > 0 && request.strength <= 1) || static_cast<int>(request.steps * request.strength) < 1)) {
    return badArgument("The strength must lie between 0 and 1 and leave at least one step to walk",
                       "strength " + std::to_string(request.strength),
                       "Choose a strength between 0 and 1; where it leaves no step, take more of either.");
  }
  // A step count or schedule that the sampler does not have is better said before the model has worked.
  PLEINAIR_ASSIGN(const auto sampler, samplerFor(model, request.sampler, sampling, request.steps));
  return {};
}

/// A request's recipe with what only the loaded model knows.
PictureRecipe recipeOf(const StableDiffusion& model, const GenerationRequest& request, const std::string& prompt,
                       std::uint64_t seed) {
  PictureRecipe recipe = recipeOf(request, prompt, seed);
  recipe.modelName = model.name;
  if (!model.textEncoder2) recipe.sizes = {};
  // What every machine can draw on is not written: float32 on a CPU.
  if (model.device.isGpu() || model.device.dtype != at::kFloat) {
    recipe.device = model.device.isGpu() ? DeviceChoice::Cuda : DeviceChoice::Cpu;
    recipe.precision = precisionOf(model.device);
  }
  return recipe;
}

/// The start image, cut to the size that was asked for and encoded; undefined for text to image.
Result<LatentDistribution> startOf(const StableDiffusion& model, const GenerationRequest& request) {
  if (request.startImage.empty()) return LatentDistribution{};
  PLEINAIR_ASSIGN(const Image image, decodeCover(request.startImage, request.width, request.height));
  return encodeStart(model, imageToTensor(image));
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
    PLEINAIR_ASSIGN(m_start, startOf(m_model, m_request));
    m_listener.onBegan(m_total * plannedSteps(m_model, options({}, {}, {m_request.seed})));
    PLEINAIR_ASSIGN(const std::vector<AppliedLora> loras, applyLoras(m_model, m_request.loras, m_listener));
    const nn::PackedConvolutions packed(*m_model.unet);  // ends before the LoRAs do
    PLEINAIR_TRY(guarded("reading the negative prompt", [&] { encodeUnwanted(); }));
    for (const std::string& prompt : m_request.prompts) {
      PromptEncoding wanted, unwanted = m_unwanted;
      PLEINAIR_TRY(guarded("reading the prompt", [&] { encode(prompt, wanted, unwanted); }));
      for (int i = 0; i < m_request.count; i += m_request.batch) {
        std::vector<std::uint64_t> seeds;
        for (int j = i; j < std::min(i + m_request.batch, m_request.count); ++j) {
          seeds.push_back(m_request.seed + static_cast<std::uint64_t>(j));
        }
        PLEINAIR_TRY(pictures(prompt, options(wanted, unwanted, std::move(seeds))));
      }
    }
    return {};
  }

  [[nodiscard]] int made() const { return m_made; }

 private:
  void encodeUnwanted() {
    const int clipSkip = m_request.sampling.clipSkip;
    m_unwanted = m_request.negativePrompt.empty() ? m_model.encodeNothing(clipSkip)
                                                  : m_model.encodeWeightedPrompt(m_request.negativePrompt, clipSkip);
  }

  void encode(const std::string& prompt, PromptEncoding& wanted, PromptEncoding& unwanted) const {
    const int clipSkip = m_request.sampling.clipSkip;
    wanted = m_model.encodeWeightedPrompt(prompt, clipSkip);
    padTogether(m_model, wanted, unwanted, clipSkip);
  }

  DenoiseOptions options(PromptEncoding wanted, PromptEncoding unwanted, std::vector<std::uint64_t> seeds) {
    return {.wanted = std::move(wanted),
            .unwanted = std::move(unwanted),
            .sampler = m_request.sampler,
            .steps = m_request.steps,
            .guidanceScale = m_request.guidanceScale,
            .seeds = std::move(seeds),
            .width = m_request.width,
            .height = m_request.height,
            .sampling = m_request.sampling,
            .sizes = m_request.sizes,
            .start = m_start,
            .strength = m_request.strength,
            .onStep = [this] { m_listener.onStep(m_steps += m_walking); }};
  }

  Result<void> pictures(const std::string& prompt, const DenoiseOptions& options) {
    m_walking = static_cast<int>(options.seeds.size());
    PLEINAIR_ASSIGN(const at::Tensor latents, denoise(m_model, options));
    for (std::size_t i = 0; i < options.seeds.size(); ++i) {
      checkCancelled();
      const at::Tensor one = latents.narrow(0, static_cast<std::int64_t>(i), 1);
      PLEINAIR_ASSIGN(const at::Tensor pixels, guarded("decoding a picture", [&] {
                        return decodeLatents(m_model, one, m_request.tiledVae);
                      }));
      PLEINAIR_ASSIGN(const Image image, tensorToImage(pixels));
      PLEINAIR_TRY(m_listener.onPicture(m_made, m_total, image,
                                        recipeOf(m_model, m_request, prompt, options.seeds[i])));
      ++m_made;
    }
    return {};
  }

  const StableDiffusion& m_model;
  const GenerationRequest& m_request;
  GenerationListener& m_listener;
  LatentDistribution m_start;
  PromptEncoding m_unwanted;  // alone; padded anew beside each prompt
  int m_total, m_made = 0, m_steps = 0, m_walking = 1;
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
                       "guidance " + std::to_string(request.guidanceScale), "5 to 9 suits most models.");
  }
  PLEINAIR_TRY(checkSampling(model, request));
  for (const LoraReference& lora : request.loras) {
    if (!(std::abs(lora.weight) <= 100) || !(std::abs(lora.onTextEncoders()) <= 100)) {
      return badArgument("The LoRA's weight is out of range", lora.file.string(), "Choose one between 0 and 1.5.");
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
