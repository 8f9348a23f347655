#pragma once

#include <memory>

#include "core/diffusion/sampler.h"

/// The makers of each sampler, for createSampler alone. The step count was checked.
namespace pleinair::samplers {

std::unique_ptr<Sampler> makeDdim(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeDdpm(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makePndm(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeEuler(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeEulerKarras(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeEulerAncestral(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeHeun(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeDpmpp2m(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeDpmpp2mKarras(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeDpmpp2mSdeKarras(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeUnipc(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeLcm(const ScheduleConfig& config, int steps);
std::unique_ptr<Sampler> makeLms(const ScheduleConfig& config, int steps);

}  // namespace pleinair::samplers
