#pragma once

#include <ATen/core/Tensor.h>

#include "core/diffusion/schedule.h"

namespace pleinair {

/// One row per picture, all float32 on the device that trains.
struct NoisyBatch {
  at::Tensor noisy;      // [B, 4, h, w], what the UNet sees
  at::Tensor target;     // [B, 4, h, w], what it should say: the noise or the velocity
  at::Tensor timesteps;  // int64 [B]
};

/// Noises clean latents for training. `noise` is changed by `noiseOffset * offsetNoise` first (offsetNoise [B, 4, 1,
/// 1] shifts whole channels, so that the model learns dark and bright pictures); offsetNoise may be undefined where
/// noiseOffset is 0.
NoisyBatch noisyBatch(const at::Tensor& alphasCumprod, PredictionType prediction, const at::Tensor& latents,
                      const at::Tensor& noise, const at::Tensor& offsetNoise, double noiseOffset,
                      const at::Tensor& timesteps);

/// The mean squared error per picture, weighted by min-SNR (Hang et al. 2023: min(snr, g) / snr for noise,
/// min(snr, g) / (snr + 1) for velocity; gamma 0 weighs all alike), and meaned over the batch. float32 scalar.
at::Tensor diffusionLoss(const at::Tensor& alphasCumprod, PredictionType prediction, const at::Tensor& predicted,
                         const NoisyBatch& batch, double minSnrGamma);

}  // namespace pleinair
