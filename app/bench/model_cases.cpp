#include <ATen/ATen.h>

#include <chrono>
#include <fstream>

#include "app/bench/cases.h"
#include "core/base/clock.h"
#include "core/pipeline/denoise.h"
#include "core/pipeline/stable_diffusion.h"

namespace pleinair::bench {
namespace {

/// A line of /proc/self/status, in MiB.
double statusMiB(const std::string& wanted) {
  std::ifstream file("/proc/self/status");
  std::string word;
  double kib = 0;
  while (file >> word) {
    if (word == wanted + ":" && file >> kib) break;
  }
  return kib / 1024;
}

double filesMiB(const std::filesystem::path& model) {
  if (!std::filesystem::is_directory(model))
    return static_cast<double>(std::filesystem::file_size(model)) / (1 << 20);
  double bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(model)) {
    if (entry.path().extension() == ".safetensors") bytes += static_cast<double>(entry.file_size());
  }
  return bytes / (1 << 20);
}

}  // namespace

Result<Figures> measureDecoding(const std::filesystem::path& model, int size, const DeviceConfig& device) {
  PLEINAIR_ASSIGN(const DeviceSpec spec, resolveDevice(device));
  NullProgress quiet;
  PLEINAIR_ASSIGN(const auto loaded, StableDiffusion::load(model, spec, quiet));
  const std::int64_t side = size / loaded->vae->config().scale();
  const at::Tensor latents = at::randn({1, 4, side, side}, at::TensorOptions().device(spec.device));
  constexpr int kPasses = 2;
  std::chrono::steady_clock::time_point began;
  for (int pass = 0; pass <= kPasses; ++pass) {
    if (pass == 1) began = std::chrono::steady_clock::now();  // pass 0 warms up
    decodeLatents(*loaded, latents, false);
    synchronize(spec);
  }
  return Figures{{"decode", secondsSince(began) / kPasses, "s"}};
}

Result<Figures> measureLoading(const std::filesystem::path& model, const DeviceConfig& device) {
  PLEINAIR_ASSIGN(const DeviceSpec spec, resolveDevice(device));
  NullProgress quiet;
  const double before = statusMiB("RssAnon");
  const auto began = std::chrono::steady_clock::now();
  PLEINAIR_ASSIGN(const auto loaded, StableDiffusion::load(model, spec, quiet));
  synchronize(spec);
  const double seconds = secondsSince(began);
  const double files = filesMiB(model), resident = statusMiB("RssAnon") - before;
  return Figures{{"load", seconds, "s"},
                 {"files", files, "MiB"},
                 {"resident", resident, "MiB"},
                 {"peak beyond resident / files", (statusMiB("VmHWM") - before - resident) / files, ""},
                 {"peak / files", (statusMiB("VmHWM") - before) / files, ""}};
}

}  // namespace pleinair::bench
