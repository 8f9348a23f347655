#pragma once

#include <span>
#include <string_view>

namespace pleinair {

/// A sampler as people know it. `id` is what configs and the command line use; `name` and `schedule` are the words
/// other programs write into a picture's parameters ("DPM++ 2M", "Karras"; schedule is empty for the sampler's own).
struct SamplerInfo {
  std::string_view id;
  std::string_view name;
  std::string_view schedule;
};

/// All samplers, in the order a list shows them.
std::span<const SamplerInfo> samplers();

/// The sampler with this id, or null.
const SamplerInfo* findSampler(std::string_view id);

/// The id that another program's words stand for ("Euler a", "Automatic"), or empty. Case does not matter.
std::string_view samplerIdFor(std::string_view name, std::string_view schedule);

}  // namespace pleinair
