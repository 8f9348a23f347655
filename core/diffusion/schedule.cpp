#include "core/diffusion/schedule.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <string>

#include "core/base/atomic_file.h"

namespace pleinair {

namespace {

using nlohmann::json;

Error unsupported(const std::string& what, const std::string& value, const std::filesystem::path& file) {
  return {ErrorCode::UnsupportedModel, "This model's " + what + " \"" + value + "\" is not supported", file.string(),
          "Use a model of the Stable Diffusion family."};
}

at::Tensor squaredCosineBetas(int count) {
  const auto alphaBar = [](double t) {
    const double c = std::cos((t + 0.008) / 1.008 * std::numbers::pi / 2);
    return c * c;
  };
  at::Tensor betas = at::empty({count}, at::kFloat);
  for (int i = 0; i < count; ++i) {
    betas[i] = std::min(1.0 - alphaBar((i + 1.0) / count) / alphaBar(static_cast<double>(i) / count), 0.999);
  }
  return betas;
}

at::Tensor scheduledBetas(const ScheduleConfig& config) {
  if (!config.trainedBetas.empty()) return at::tensor(config.trainedBetas, at::kFloat);
  switch (config.betaSchedule) {
    case BetaSchedule::Linear:
      return at::linspace(config.betaStart, config.betaEnd, config.trainTimesteps, at::kFloat);
    case BetaSchedule::ScaledLinear:
      break;
    case BetaSchedule::SquaredCosine:
      return squaredCosineBetas(config.trainTimesteps);
  }
  return at::linspace(std::sqrt(config.betaStart), std::sqrt(config.betaEnd), config.trainTimesteps, at::kFloat)
      .square();
}

at::Tensor rescaledToZeroSnr(const at::Tensor& betas) {
  at::Tensor root = (1.0 - betas).cumprod(0).sqrt();
  const at::Tensor first = root[0].clone();
  const at::Tensor last = root[-1].clone();
  root = (root - last) * (first / (first - last));
  const at::Tensor bar = root.square();
  return 1.0 - at::cat({bar.slice(0, 0, 1), bar.slice(0, 1) / bar.slice(0, 0, -1)});
}

/// The schedule's value at each row's timestep, shaped to broadcast over `like`.
at::Tensor gather(const at::Tensor& values, const at::Tensor& timesteps, const at::Tensor& like) {
  at::Tensor picked = values.to(timesteps.device()).index_select(0, timesteps).to(like.device(), at::kFloat);
  std::vector<std::int64_t> shape(static_cast<std::size_t>(like.dim()), 1);
  shape[0] = picked.size(0);
  return picked.view(shape);
}

/// Scheduler classes of the k-diffusion family and the multistep solvers space their timesteps evenly by default.
bool classUsesLinspace(const std::string& className) {
  for (const char* part : {"Euler", "Heun", "LMS", "DPMSolver", "UniPC", "KDPM2"}) {
    if (className.find(part) != std::string::npos) return true;
  }
  return false;
}

Result<ScheduleConfig> parse(const json& root, const std::filesystem::path& file) {
  ScheduleConfig config;
  config.trainTimesteps = root.value("num_train_timesteps", config.trainTimesteps);
  config.betaStart = root.value("beta_start", config.betaStart);
  config.betaEnd = root.value("beta_end", config.betaEnd);
  config.stepsOffset = root.value("steps_offset", config.stepsOffset);
  config.rescaleZeroSnr = root.value("rescale_betas_zero_snr", false);
  if (root.contains("trained_betas") && !root["trained_betas"].is_null())
    config.trainedBetas = root["trained_betas"].get<std::vector<double>>();
  if (root.contains("set_alpha_to_one")) config.setAlphaToOne = root["set_alpha_to_one"].get<bool>();
  if (root.contains("clip_sample")) config.clipSample = root["clip_sample"].get<bool>();

  const std::string betas = root.value("beta_schedule", std::string("scaled_linear"));
  if (betas == "linear")
    config.betaSchedule = BetaSchedule::Linear;
  else if (betas == "scaled_linear")
    config.betaSchedule = BetaSchedule::ScaledLinear;
  else if (betas == "squaredcos_cap_v2")
    config.betaSchedule = BetaSchedule::SquaredCosine;
  else
    return unsupported("noise schedule", betas, file);

  const std::string prediction = root.value("prediction_type", std::string("epsilon"));
  if (prediction == "epsilon")
    config.prediction = PredictionType::Epsilon;
  else if (prediction == "v_prediction")
    config.prediction = PredictionType::Velocity;
  else
    return unsupported("prediction type", prediction, file);

  const std::string className = root.value("_class_name", std::string());
  if (className.starts_with("FlowMatch")) return unsupported("sampler", className, file);
  const std::string classSpacing = classUsesLinspace(className) ? "linspace" : "leading";
  const std::string spacing = root.value("timestep_spacing", classSpacing);
  config.customarySpacing = spacing == classSpacing;
  if (spacing == "leading")
    config.spacing = TimestepSpacing::Leading;
  else if (spacing == "trailing")
    config.spacing = TimestepSpacing::Trailing;
  else if (spacing == "linspace")
    config.spacing = TimestepSpacing::Linspace;
  else
    return unsupported("timestep spacing", spacing, file);

  const bool trained =
      config.trainedBetas.empty() || (config.trainedBetas.size() == static_cast<std::size_t>(config.trainTimesteps) &&
                                      std::all_of(config.trainedBetas.begin(), config.trainedBetas.end(),
                                                  [](double beta) { return beta > 0 && beta < 1; }));
  if (config.trainTimesteps < 2 || config.trainTimesteps > 100'000 || !(config.betaStart > 0) ||
      !(config.betaEnd >= config.betaStart) || config.betaEnd >= 1 || !trained) {
    return Error{ErrorCode::CorruptFile, "The noise schedule's numbers make no sense", file.string(),
                 "Get the model's scheduler folder again."};
  }
  return config;
}

}  // namespace

Result<ScheduleConfig> ScheduleConfig::load(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(const std::string text, readFile(file, std::size_t{1} << 20));
  try {
    return parse(json::parse(text), file);
  } catch (const json::exception& problem) {
    return Error{ErrorCode::CorruptFile, "The noise schedule's settings cannot be read",
                 file.string() + ": " + problem.what(), "Get the model's scheduler folder again."};
  }
}

at::Tensor alphasCumprod(const ScheduleConfig& config) {
  at::Tensor betas = scheduledBetas(config);
  if (config.rescaleZeroSnr) betas = rescaledToZeroSnr(betas);
  return (1.0 - betas).cumprod(0);
}

at::Tensor addNoise(const at::Tensor& alphasCumprod, const at::Tensor& latents, const at::Tensor& noise,
                    const at::Tensor& timesteps) {
  const at::Tensor a = gather(alphasCumprod, timesteps, latents);
  return a.sqrt() * latents + (1.0 - a).sqrt() * noise;
}

at::Tensor velocity(const at::Tensor& alphasCumprod, const at::Tensor& latents, const at::Tensor& noise,
                    const at::Tensor& timesteps) {
  const at::Tensor a = gather(alphasCumprod, timesteps, latents);
  return a.sqrt() * noise - (1.0 - a).sqrt() * latents;
}

}  // namespace pleinair
