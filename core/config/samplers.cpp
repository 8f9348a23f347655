#include "core/config/samplers.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace pleinair {

namespace {

constexpr std::array<SamplerInfo, 13> kSamplers{{
    {"dpmpp_2m_karras", "DPM++ 2M", "Karras"},
    {"dpmpp_2m", "DPM++ 2M", ""},
    {"dpmpp_2m_sde_karras", "DPM++ 2M SDE", "Karras"},
    {"euler", "Euler", ""},
    {"euler_karras", "Euler", "Karras"},
    {"euler_a", "Euler a", ""},
    {"ddim", "DDIM", ""},
    {"unipc", "UniPC", ""},
    {"heun", "Heun", ""},
    {"lms", "LMS", ""},
    {"pndm", "PLMS", ""},
    {"ddpm", "DDPM", ""},
    {"lcm", "LCM", ""},
}};

bool sameWord(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b,
                            [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

std::span<const SamplerInfo> samplers() { return kSamplers; }

const SamplerInfo* findSampler(std::string_view id) {
  const auto found = std::ranges::find(kSamplers, id, &SamplerInfo::id);
  return found == kSamplers.end() ? nullptr : &*found;
}

std::string_view samplerIdFor(std::string_view name, std::string_view schedule) {
  // Older pictures carry both in one word: "DPM++ 2M Karras".
  constexpr std::string_view kKarras = " Karras";
  if (schedule.empty() && name.size() > kKarras.size() &&
      sameWord(name.substr(name.size() - kKarras.size()), kKarras)) {
    return samplerIdFor(name.substr(0, name.size() - kKarras.size()), "Karras");
  }
  std::string_view sameName;
  for (const SamplerInfo& info : kSamplers) {
    if (!sameWord(info.name, name)) continue;
    if (sameWord(info.schedule, schedule)) return info.id;
    // "Automatic", "Uniform" and the like: the sampler without a schedule of its own, or else its only form.
    if (sameName.empty() || info.schedule.empty()) sameName = info.id;
  }
  return sameName;
}

}  // namespace pleinair
