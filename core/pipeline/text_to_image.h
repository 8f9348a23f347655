#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/generation_request.h"
#include "core/image/image.h"
#include "core/pipeline/stable_diffusion.h"

namespace pleinair {

/// Hears what a generation does, on the thread that runs it.
class GenerationListener {
 public:
  virtual ~GenerationListener() = default;
  /// How many calls of the model all pictures take together.
  virtual void onBegan(int /*totalSteps*/) {}
  /// `done` steps of all are complete.
  virtual void onStep(int /*done*/) {}
  /// A LoRA of the request acts without these of its layers and tensors, which have no place in the model.
  virtual void onLoraPartlyUsed(const std::filesystem::path& /*file*/, const std::vector<std::string>& /*unused*/) {}
  /// A picture is ready; an error returned here (a full disk) ends the generation with it.
  virtual Result<void> onPicture(int index, int total, const Image& image, const PictureRecipe& recipe) = 0;
};

/// Says in a sentence what of a request cannot be done with this model: unknown sampler, sizes, counts, weights.
Result<void> validateRequest(const StableDiffusion& model, const GenerationRequest& request);

/// Makes prompts x count pictures (from a start image where the request has one), request.batch at a time, with the
/// request's LoRAs acting beside the model while it runs. request.model is not read: the loaded model counts. Returns
/// how many pictures were handed to the listener: fewer than asked for only when `stop` asked, which is heard within
/// one block of the network.
Result<int> textToImage(const StableDiffusion& model, const GenerationRequest& request, GenerationListener& listener,
                        const std::stop_token& stop);

}  // namespace pleinair
