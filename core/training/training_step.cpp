#include "core/training/training_step.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "core/training/learning_rate.h"
#include "core/training/loss.h"

namespace pleinair {

TrainingStep::TrainingStep(const UNet& unet, const TextEncoders& textEncoders, const TrainableLora& lora,
                           const ScheduleConfig& schedule, const TrainingConfig& config)
    : m_unet(unet),
      m_textEncoders(textEncoders),
      m_config(config),
      m_prediction(schedule.prediction),
      m_optimizer({config.beta1, config.beta2, config.epsilon, config.weightDecay}) {
  const nn::AdaptableLayer& any = *lora.layers().front().host.layer;
  m_alphas = alphasCumprod(schedule).to(any.weight.device());
  m_dtype = any.weight.scalar_type();
  const std::pair<LoraPart, double> parts[] = {{LoraPart::UNet, config.learningRate},
                                               {LoraPart::TextEncoder, config.textEncoderLearningRate},
                                               {LoraPart::TextEncoder2, config.textEncoder2LearningRate}};
  for (const auto& [part, rate] : parts) {
    std::vector<at::Tensor> leaves = lora.parameters(part);
    if (leaves.empty()) continue;
    m_optimizer.addGroup(std::move(leaves));
    m_rates.push_back(rate);
  }
}

at::Tensor TrainingStep::lossOf(const MicroInput& input, double minSnrGamma, double noiseOffset) const {
  const NoisyBatch batch =
      noisyBatch(m_alphas, m_prediction, input.latents, input.noise, input.offsetNoise, noiseOffset, input.timesteps);
  at::Tensor context = input.context;
  TextTimeConditions conditions = input.conditions;
  if (!context.defined()) {
    const PromptEncoding prompt = encodeTokens(m_textEncoders, input.tokens);
    context = prompt.context;
    if (prompt.pooled.defined()) conditions.textEmbeds = prompt.pooled;
  }
  const at::Tensor predicted =
      m_unet.forward(batch.noisy.to(m_dtype), batch.timesteps, context.to(m_dtype), conditions);
  return diffusionLoss(m_alphas, m_prediction, predicted, batch, minSnrGamma);
}

double TrainingStep::accumulate(const MicroInput& input) {
  const at::AutoGradMode recording(true);
  const at::Tensor loss = lossOf(input, m_config.minSnrGamma, m_config.noiseOffset);
  const auto value = loss.item<double>();
  // A step with a loss that is not a number is thrown away as a whole; its gradients would only cost time.
  if (std::isfinite(value)) (loss / m_config.accumulate).backward();
  return value;
}

StepResult TrainingStep::finish(int step) {
  const double factor = learningRateFactor(m_config.schedule, step, m_config.warmupSteps, m_config.steps);
  StepResult result;
  result.learningRate = factor * m_rates.front();
  result.gradientNorm = m_optimizer.clipGradients(m_config.maxGradientNorm);
  result.finite = std::isfinite(result.gradientNorm);
  if (result.finite) {
    std::vector<double> rates;
    for (const double base : m_rates) rates.push_back(base * factor);
    m_optimizer.step(rates);
  }
  m_optimizer.clearGradients();
  return result;
}

double TrainingStep::validationLoss(const MicroInput& input) const {
  const at::NoGradGuard noGrad;
  return lossOf(input, 0, 0).item<double>();
}

}  // namespace pleinair
