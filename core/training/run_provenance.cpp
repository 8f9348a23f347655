#include "core/training/run_provenance.h"

#include <ctime>
#include <sstream>

#include "core/pipeline/stable_diffusion.h"
#include "core/tensor/device.h"
#include "core/training/run_schedule.h"

namespace pleinair {

namespace {

/// The comma-separated parts of a caption, as other programs count tags.
void countTags(const std::string& caption, std::map<std::string, int>& counts) {
  std::istringstream stream(caption);
  for (std::string tag; std::getline(stream, tag, ',');) {
    const std::size_t first = tag.find_first_not_of(" \t\n");
    if (first == std::string::npos) continue;
    ++counts[tag.substr(first, tag.find_last_not_of(" \t\n") - first + 1)];
  }
}

}  // namespace

LoraProvenance runProvenance(const StableDiffusion& model, const TrainingConfig& config, const TrainingSet& set,
                             const BatchPlan& plan, int step, std::int64_t startedAt, const std::string& sessionId) {
  LoraProvenance p;
  p.config = config;
  p.family = model.family;
  p.velocity = runSchedule(model, config).prediction == PredictionType::Velocity;
  p.trigger = set.trigger;
  p.modelName = model.name;
  p.sessionId = sessionId;
  p.startedAt = startedAt;
  p.finishedAt = std::time(nullptr);
  p.step = step;
  const std::int64_t accumulate = config.accumulate > 1 ? config.accumulate : 1;
  p.epoch = static_cast<int>(plan.epochOf(std::max<std::int64_t>(0, step * accumulate - 1))) + 1;
  p.epochs = static_cast<int>(plan.epochOf(std::max<std::int64_t>(0, config.steps * accumulate - 1))) + 1;
  p.photos = static_cast<int>(set.photos.size());
  p.precision = precisionName(model.device);
  for (const TrainingPhoto& photo : set.photos) {
    ++p.buckets[std::to_string(photo.bucket.width) + "x" + std::to_string(photo.bucket.height)];
    ++p.groups[photo.photo.group];
    countTags(photo.caption, p.tags[photo.photo.group]);
  }
  return p;
}

}  // namespace pleinair
