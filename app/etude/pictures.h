#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "app/etude/models.h"
#include "core/base/result.h"
#include "core/tensor/device.h"

namespace pleinair::etude {

/// Pictures side by side as a PNG, or a JPEG where the file is called .jpg.  pictures [B, 3, H, W] in [0, 1], any
/// device
Result<void> writeSheet(const at::Tensor& pictures, std::int64_t columns, const std::filesystem::path& file);

/// Dead leaves (overlapping discs of every size in random colours) and coloured noise: pictures that are no skies,
/// for an autoencoder that must carry any photo.  -> [B, 3, size, size] in [0, 1]
at::Tensor drawTextures(std::uint64_t seed, std::int64_t count, std::int64_t size, at::Device device);

struct SampleOptions {
  int steps = 20;
  double guidance = 5.0;
  std::uint64_t seed = 1;
  std::string sampler = "dpmpp_2m";
};

/// Pictures for prompts with the models as they are.  -> [N, 3, 256, 256] in [0, 1]
Result<at::Tensor> samplePictures(const Models& models, const std::vector<std::string>& prompts,
                                  const SampleOptions& options, const DeviceSpec& device);

/// Prompts over hours, weathers, places, colours and manners, for contact sheets.
const std::vector<std::string>& sheetPrompts();

/// A few of them, that training is followed by.
const std::vector<std::string>& evolutionPrompts();

}  // namespace pleinair::etude
