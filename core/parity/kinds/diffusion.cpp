#include <ATen/ATen.h>

#include <cmath>
#include <regex>

#include "core/diffusion/sampler.h"
#include "core/parity/parity_case.h"

namespace pleinair::parity {
namespace {

/// "A*tanh(x)+B*cos(t/C)": a stand-in for the UNet that needs no weights.
struct FormulaModel {
  double a = 0, b = 0, c = 1;

  static Result<FormulaModel> parse(const std::string& text) {
    static const std::regex pattern(R"(^([-+.\de]+)\*tanh\(x\)([-+][-+.\de]*)\*cos\(t/([-+.\de]+)\)$)");
    std::smatch match;
    if (!std::regex_match(text, match, pattern)) {
      return Error{ErrorCode::UnsupportedFormat, "The case's model formula is not known", text, ""};
    }
    return FormulaModel{std::stod(match[1]), std::stod(match[2]), std::stod(match[3])};
  }

  [[nodiscard]] at::Tensor operator()(const at::Tensor& x, double t) const {
    return at::tanh(x) * a + b * std::cos(t / c);
  }
};

/// SD 1.5's schedule with what the case changes about it.
Result<ScheduleConfig> scheduleOf(const nlohmann::json& params) {
  ScheduleConfig schedule;
  schedule.stepsOffset = 1;
  schedule.setAlphaToOne = false;
  schedule.clipSample = false;
  schedule.rescaleZeroSnr = params.value("rescale_betas_zero_snr", false);
  const std::string prediction = params.value("prediction_type", std::string("epsilon"));
  const std::string spacing = params.value("timestep_spacing", std::string("leading"));
  if (prediction == "v_prediction") {
    schedule.prediction = PredictionType::Velocity;
  } else if (prediction != "epsilon") {
    return Error{ErrorCode::UnsupportedModel, "This prediction type is not known", prediction, ""};
  }
  if (spacing == "trailing") {
    schedule.spacing = TimestepSpacing::Trailing;
  } else if (spacing == "linspace") {
    schedule.spacing = TimestepSpacing::Linspace;
  } else if (spacing != "leading") {
    return Error{ErrorCode::UnsupportedModel, "This timestep spacing is not known", spacing, ""};
  }
  return schedule;
}

}  // namespace

Result<void> runSampler(Case& test) {
  const nlohmann::json& params = test.params();
  PLEINAIR_ASSIGN(const ScheduleConfig schedule, scheduleOf(params));
  PLEINAIR_ASSIGN(const FormulaModel model, FormulaModel::parse(params.at("model").get<std::string>()));
  PLEINAIR_ASSIGN(const std::unique_ptr<Sampler> sampler,
                  createSampler(params.at("sampler").get<std::string>(), schedule, params.at("steps").get<int>()));
  PLEINAIR_ASSIGN(const at::Tensor noise, test.input("noise"));
  at::Tensor stepNoise;
  if (test.hasInput("step_noise")) {
    PLEINAIR_ASSIGN(stepNoise, test.input("step_noise"));
  }
  std::int64_t drawn = 0;
  const NoiseSource draw = [&] { return stepNoise.select(0, drawn++); };
  at::Tensor sample = noise * sampler->initialScale();
  std::vector<at::Tensor> trajectory;
  for (std::size_t i = 0; i < sampler->timesteps().size(); ++i) {
    const at::Tensor output = model(sampler->scaleInput(sample, i), sampler->timesteps()[i]);
    sample = sampler->step(output, i, sample, draw);
    trajectory.push_back(sample);
  }
  test.compare("timesteps", at::tensor(sampler->timesteps(), at::kDouble));
  test.compare("sigmas", at::tensor(sampler->sigmas(), at::kFloat));
  test.compare("trajectory", at::stack(trajectory));
  test.compare("final", sample);
  return {};
}

Result<void> runNoiseSchedule(Case& test) {
  PLEINAIR_ASSIGN(const ScheduleConfig schedule, scheduleOf(test.params()));
  test.compare("alphas_cumprod", alphasCumprod(schedule));
  return {};
}

}  // namespace pleinair::parity
