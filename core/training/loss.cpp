#include "core/training/loss.h"

#include <ATen/ATen.h>

namespace pleinair {

NoisyBatch noisyBatch(const at::Tensor& alphasCumprod, PredictionType prediction, const at::Tensor& latents,
                      const at::Tensor& noise, const at::Tensor& offsetNoise, double noiseOffset,
                      const at::Tensor& timesteps) {
  const at::Tensor shifted = noiseOffset > 0 ? noise + noiseOffset * offsetNoise : noise;
  NoisyBatch batch;
  batch.timesteps = timesteps;
  batch.noisy = addNoise(alphasCumprod, latents, shifted, timesteps);
  batch.target =
      prediction == PredictionType::Velocity ? velocity(alphasCumprod, latents, shifted, timesteps) : shifted;
  return batch;
}

at::Tensor diffusionLoss(const at::Tensor& alphasCumprod, PredictionType prediction, const at::Tensor& predicted,
                         const NoisyBatch& batch, double minSnrGamma) {
  const at::Tensor error = (predicted.to(at::kFloat) - batch.target).square().flatten(1).mean(1);  // [B]
  if (minSnrGamma <= 0) return error.mean();
  const at::Tensor a = alphasCumprod.to(error.device()).index_select(0, batch.timesteps.to(error.device()));
  const at::Tensor snr = a / (1.0 - a);
  const at::Tensor capped = snr.clamp_max(minSnrGamma);
  const at::Tensor weight = prediction == PredictionType::Velocity ? capped / (snr + 1.0) : capped / snr;
  return (error * weight).mean();
}

}  // namespace pleinair
