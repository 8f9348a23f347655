#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "core/config/training_config.h"
#include "core/diffusion/schedule.h"
#include "core/lora/trainable_lora.h"
#include "core/models/text_conditioning.h"
#include "core/models/unet.h"
#include "core/training/adamw.h"

namespace pleinair {

/// What one micro batch feeds into the networks. Everything on the device that trains, floats in float32.
struct MicroInput {
  at::Tensor latents;      // [B, 4, h, w], scaled for the UNet
  at::Tensor noise;        // [B, 4, h, w]
  at::Tensor offsetNoise;  // [B, 4, 1, 1]
  at::Tensor timesteps;    // int64 [B]
  at::Tensor context;      // [B, 77, C]; undefined when a text encoder is trained
  TextTimeConditions conditions;  ///< of SDXL; the pooled text comes from the tokens where these are given
  PromptTokens tokens;            ///< [B, 77] each; used when a text encoder is trained
};

struct StepResult {
  double learningRate = 0;  ///< of the UNet's adapter, as used in this step
  double gradientNorm = 0;  ///< before clipping
  bool finite = true;       ///< false: nothing was updated
};

/// The mathematics of LoRA training: forward, loss, backward, clip, AdamW. It knows no files and no photos, so that
/// the reference's traces can be replayed through it. One thread; gradients are recorded inside.
class TrainingStep {
 public:
  /// All must outlive this object; the base weights must not require gradients.
  TrainingStep(const UNet& unet, const TextEncoders& textEncoders, const TrainableLora& lora,
               const ScheduleConfig& schedule, const TrainingConfig& config);

  /// Adds the gradients of one micro batch, divided by the number that make a step; returns its loss, which may be
  /// NaN. Throws what torch throws, and CancelledException.
  double accumulate(const MicroInput& input);
  /// Ends the 0-based step: clips and updates with the schedule's rate, then clears the gradients.
  StepResult finish(int step);
  /// Forgets the gradients of a step that was begun and will not be finished.
  void abandon() { m_optimizer.clearGradients(); }

  /// The loss of one batch without gradients and without min-SNR weights, for validation.
  double validationLoss(const MicroInput& input) const;

  [[nodiscard]] AdamW& optimizer() { return m_optimizer; }

 private:
  [[nodiscard]] at::Tensor lossOf(const MicroInput& input, double minSnrGamma, double noiseOffset) const;

  const UNet& m_unet;
  TextEncoders m_textEncoders;
  TrainingConfig m_config;
  PredictionType m_prediction;
  at::Tensor m_alphas;
  at::ScalarType m_dtype;
  AdamW m_optimizer;
  std::vector<double> m_rates;  ///< the base rate of each of the optimizer's groups
};

}  // namespace pleinair
