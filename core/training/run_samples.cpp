#include "core/training/run_samples.h"

#include <algorithm>

#include "core/base/atomic_file.h"
#include "core/config/recipe_text.h"
#include "core/image/png.h"
#include "core/pipeline/text_to_image.h"
#include "core/training/run_schedule.h"

namespace pleinair {

namespace {

/// Keeps each sample in the run's folder the moment it is made.
class SampleKeeper final : public GenerationListener {
 public:
  SampleKeeper(const RunFolder& run, int step, TrainingListener& listener)
      : m_run(run), m_step(step), m_listener(listener) {}

  void onBegan(int totalSteps) override { m_listener.onStage(training::stage::kSampling, totalSteps); }
  void onStep(int done) override { m_listener.onProgress(done); }

  Result<void> onPicture(int index, int, const Image& image, const PictureRecipe& recipe) override {
    const std::filesystem::path file = m_run.sampleFile(m_step, index, recipe.seed);
    std::error_code problem;
    std::filesystem::create_directories(file.parent_path(), problem);
    if (problem) return systemError(problem.value(), "Cannot create the folder", file.parent_path());
    PictureRecipe kept = recipe;
    if (m_step > 0) kept.loras.push_back({m_run.checkpointFile(m_step), 1.0});
    PLEINAIR_TRY(writePng(file, image, formatRecipe(kept)));
    m_listener.onSample({m_step, index, recipe.prompt, file});
    return {};
  }

 private:
  const RunFolder& m_run;
  int m_step;
  TrainingListener& m_listener;
};

}  // namespace

BucketSize commonSize(const std::vector<BucketSize>& sizes) {
  BucketSize common;
  std::ptrdiff_t most = 0;
  for (const BucketSize& size : sizes) {
    const std::ptrdiff_t count = std::count(sizes.begin(), sizes.end(), size);
    if (count <= most) continue;
    most = count;
    common = size;
  }
  return common;
}

Result<void> drawSamples(const StableDiffusion& model, const RunFolder& run, int step, BucketSize size,
                         TrainingListener& listener, const std::stop_token& stop) {
  const TrainingConfig& config = run.config();
  if (config.samplePrompts.empty()) return {};
  const auto scale = static_cast<int>(model.vae->config().scale());
  // The UNet halves its latents at each block but the last; sizes that divide evenly avoid odd edges in samples.
  const int multiple = scale << (model.unet->config().blockOutChannels.size() - 1);
  GenerationRequest request;
  request.model = config.model;
  request.prompts = config.samplePrompts;
  request.negativePrompt = config.sampleNegativePrompt;
  request.sampler = config.sampleSampler;
  request.steps = config.sampleSteps;
  request.guidanceScale = config.sampleGuidance;
  request.seed = config.sampleSeed;
  const auto side = [&](int pixels) {
    return std::max(64, (pixels > 0 ? pixels : config.resolution) / multiple * multiple);
  };
  request.width = side(size.width);
  request.height = side(size.height);
  request.count = 1;
  request.sampling = runSampling(config);
  SampleKeeper keeper(run, step, listener);
  const auto made = textToImage(model, request, keeper, stop);
  if (!made && made.error().code == ErrorCode::NotANumber) {
    run.note("Sample at step " + std::to_string(step) + ": " + made.error().text());
    return {};
  }
  if (!made) return made.error();
  return {};
}

}  // namespace pleinair
