#include "core/diffusion/sampler.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>

#include "core/diffusion/samplers/samplers.h"

namespace pleinair {

namespace {

using Maker = std::unique_ptr<Sampler> (*)(const ScheduleConfig&, int);
struct Entry {
  std::string_view name;
  Maker make;
  TimestepSpacing customary;
  int mostSteps;        ///< 0: as many as the schedule has
  bool zeroSnr = true;  ///< heeds a schedule that ends in pure noise; diffusers' own of these names do not
};

/// LCM models are distilled on 50 fixed timesteps; a walk is a selection of these.
constexpr int kLcmSteps = 50;

constexpr std::array<Entry, 13> kSamplers{{
    {"ddim", samplers::makeDdim, TimestepSpacing::Leading, 0},
    {"ddpm", samplers::makeDdpm, TimestepSpacing::Leading, 0},
    {"pndm", samplers::makePndm, TimestepSpacing::Leading, 0, false},
    {"euler", samplers::makeEuler, TimestepSpacing::Linspace, 0},
    {"euler_karras", samplers::makeEulerKarras, TimestepSpacing::Linspace, 0},
    {"euler_a", samplers::makeEulerAncestral, TimestepSpacing::Linspace, 0},
    {"heun", samplers::makeHeun, TimestepSpacing::Linspace, 0, false},
    {"dpmpp_2m", samplers::makeDpmpp2m, TimestepSpacing::Linspace, 0},
    {"dpmpp_2m_karras", samplers::makeDpmpp2mKarras, TimestepSpacing::Linspace, 0},
    {"dpmpp_2m_sde_karras", samplers::makeDpmpp2mSdeKarras, TimestepSpacing::Linspace, 0},
    {"unipc", samplers::makeUnipc, TimestepSpacing::Linspace, 0},
    {"lcm", samplers::makeLcm, TimestepSpacing::Leading, kLcmSteps},
    {"lms", samplers::makeLms, TimestepSpacing::Linspace, 0, false},
}};

}  // namespace

at::Tensor Sampler::scaleInput(const at::Tensor& sample, std::size_t) const { return sample; }

Result<std::unique_ptr<Sampler>> createSampler(std::string_view name, const ScheduleConfig& config, int steps) {
  const auto found = std::ranges::find(kSamplers, name, &Entry::name);
  if (found == kSamplers.end()) {
    std::string known;
    for (const Entry& entry : kSamplers) known += (known.empty() ? "" : ", ") + std::string(entry.name);
    return Error{
        ErrorCode::BadArgument, "There is no sampler \"" + std::string(name) + "\"", {}, "Known: " + known + "."};
  }
  // Multistep solvers with leading spacing divide the schedule into one interval more than there are steps.
  const int most = found->mostSteps > 0 ? found->mostSteps : config.trainTimesteps - 1;
  if (steps < 1 || steps > most) {
    return Error{ErrorCode::BadArgument,
                 std::string(name) + " cannot walk in " + std::to_string(steps) + " steps",
                 {},
                 "Choose 1 to " + std::to_string(most) + " steps."};
  }
  ScheduleConfig walked = config;
  walked.rescaleZeroSnr = config.rescaleZeroSnr && found->zeroSnr;
  if (walked.rescaleZeroSnr && config.prediction == PredictionType::Epsilon) {
    return Error{ErrorCode::BadArgument, "A schedule that ends in pure noise needs a model that predicts velocity",
                 std::string(name),
                 "Leave zero terminal SNR off, or set the prediction to velocity if the model was trained so."};
  }
  if (config.customarySpacing) walked.spacing = found->customary;
  return found->make(walked, steps);
}

std::size_t beginIndex(const Sampler& sampler, int steps, double strength) {
  const int walked = std::min(static_cast<int>(steps * strength), steps);
  return static_cast<std::size_t>(steps - std::max(walked, 0)) * sampler.callsPerStep();
}

bool heedsZeroSnr(std::string_view name) {
  const auto found = std::ranges::find(kSamplers, name, &Entry::name);
  return found != kSamplers.end() && found->zeroSnr;
}

std::vector<std::string> samplerNames() {
  std::vector<std::string> names;
  for (const Entry& entry : kSamplers) names.emplace_back(entry.name);
  return names;
}

}  // namespace pleinair
