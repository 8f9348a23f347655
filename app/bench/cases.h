#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/device_config.h"

namespace pleinair::bench {

/// One measured figure of a case; ratios in one run are what counts, absolute times belong to the machine.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
};

using Figures = std::vector<Figure>;

/// Seconds to load, a guided step, from the last step to the saved picture, and a whole picture, on a diffusers folder.
Result<Figures> measureGeneration(const std::filesystem::path& model, int size, int steps,
                                  const DeviceConfig& device);

/// Seconds to decode the latents of one picture, without saving it.
Result<Figures> measureDecoding(const std::filesystem::path& model, int size, const DeviceConfig& device);

/// Seconds a LoRA step (rank 16, attention), caches filled before, on photos made on the spot.
Result<Figures> measureTraining(const std::filesystem::path& model, int resolution, int steps,
                                const DeviceConfig& device);

/// Thumbnails a second for `count` JPEGs of 1600x1067, decoded and then from the disk cache.
Result<Figures> measureThumbnails(int count);

/// What loading takes: seconds, the weights' files, the memory that stays, and the most that was held beyond it.
Result<Figures> measureLoading(const std::filesystem::path& model, const DeviceConfig& device);

/// Writes a Stable Diffusion 1.5 of its real size with random weights (fp16) as a diffusers folder.
Result<void> writeRandomSd15(const std::filesystem::path& folder);
/// The same for SDXL: 6.9 GB.
Result<void> writeRandomSdxl(const std::filesystem::path& folder);

}  // namespace pleinair::bench
