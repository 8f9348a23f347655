#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <vector>

#include "app/etude/models.h"
#include "core/base/result.h"
#include "core/tensor/device.h"

namespace pleinair::etude {

struct TrainOptions {
  std::filesystem::path folder;  ///< checkpoint in and out
  double minutes = 5.0;          ///< ends cleanly then
  std::int64_t steps = 0;        ///< > 0: ends after so many instead
  std::int64_t batch = 64;
  std::int64_t pool = 16384;  ///< pictures kept drawn at a time
  std::int64_t fresh = 64;    ///< drawn in one go: each step on a CPU, all the time beside a GPU
  std::int64_t warmup = 200;
  double learningRate = 1e-3;
  bool decay = true;            ///< the learning rate falls
  double from = 0.0, to = 1.0;  ///< which stretch of a longer training this run is: the rate falls over the whole
  int painters = 3;             ///< threads that draw beside a training, on each GPU
  int replicas = 0;             ///< of the denoiser, sharing each batch; 0: as many as there are GPUs
  /// How often a picture is shown at least, on average, where one GPU draws and trains: drawing takes its time from
  /// training, and each showing has other noise and another of the picture's captions.
  std::int64_t reuse = 8;
  std::uint64_t seed = 1;
};

/// What a training says about itself, for tests.
struct TrainSummary {
  std::int64_t steps = 0;
  double firstLoss = 0.0;  ///< mean of the first tenth of the steps
  double lastLoss = 0.0;   ///< mean of the last tenth
};

/// From one loss a step (scalars on any device).
TrainSummary summaryOf(const std::vector<at::Tensor>& losses);

/// Trains the autoencoder on drawn scenes, dead leaves and coloured noise; measures the scaling factor; saves
/// vae.safetensors.
Result<TrainSummary> trainVae(Models& models, const TrainOptions& options, const DeviceSpec& device);

/// Trains the text encoder and the UNet together on latents of fresh scenes; saves unet and text .safetensors.
Result<TrainSummary> trainDiffusion(Models& models, const TrainOptions& options, const DeviceSpec& device);

/// The learning rate's factor at `progress` (0..1) of this run: warm-up by steps, then a cosine to zero or constant.
double rateFactor(std::int64_t step, double progress, const TrainOptions& options);

/// How many GPUs there are for a training on `device`; 0 where it is none.
int gpusFor(const DeviceSpec& device);

/// Where pictures are drawn while `device` trains the autoencoder: a second GPU where the machine has one.
at::Device paintingDevice(const DeviceSpec& device);

/// Whether finished pictures should be taken: not where a GPU is `shared` by drawing and training and the pictures so
/// far have not been shown often enough; painters whose work is not taken rest.
bool paintersMayGoOn(const TrainOptions& options, bool shared, std::int64_t drawn, std::int64_t shown);

}  // namespace pleinair::etude
