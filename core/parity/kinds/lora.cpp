#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <set>

#include "core/lora/applied_lora.h"
#include "core/lora/lora_file.h"
#include "core/lora/trainable_lora.h"
#include "core/parity/parity_case.h"
#include "core/training/training_step.h"

namespace pleinair::parity {
namespace {

const std::set<std::string> kUNetTargets = {"to_q", "to_k", "to_v", "to_out.0"};

Result<TrainingConfig> configOf(const nlohmann::json& params) {
  TrainingConfig config;
  config.rank = params.at("rank").get<int>();
  config.alpha = params.at("alpha").get<double>();
  config.learningRate = params.at("lr").get<double>();
  config.beta1 = params.at("betas").at(0).get<double>();
  config.beta2 = params.at("betas").at(1).get<double>();
  config.epsilon = params.at("eps").get<double>();
  config.weightDecay = params.at("weight_decay").get<double>();
  config.warmupSteps = params.at("warmup_steps").get<int>();
  config.steps = params.at("optimizer_steps").get<int>();
  config.accumulate = params.at("accumulate").get<int>();
  config.maxGradientNorm = params.at("max_grad_norm").get<double>();
  config.minSnrGamma = params.at("min_snr_gamma").get<double>();
  config.noiseOffset = params.at("noise_offset").get<double>();
  const auto schedule = params.at("lr_schedule").get<std::string>();
  config.schedule = schedule == "linear"   ? LearningRateSchedule::Linear
                    : schedule == "cosine" ? LearningRateSchedule::Cosine
                                           : LearningRateSchedule::Constant;
  const bool knownSchedule = schedule == "constant" || schedule == "linear" || schedule == "cosine";
  const bool knownTargets = params.at("targets").get<std::set<std::string>>() == kUNetTargets;
  if (!knownSchedule || !knownTargets || params.at("optimizer").get<std::string>() != "adamw") {
    return Error{ErrorCode::UnsupportedFormat, "This way of training is not supported yet", params.dump(), ""};
  }
  return config;
}

/// SDXL's extra inputs where the case has them.
Result<TextTimeConditions> conditionsOf(const Case& test) {
  TextTimeConditions conditions;
  if (test.hasInput("text_embeds")) {
    PLEINAIR_ASSIGN(conditions.textEmbeds, test.input("text_embeds"));
    PLEINAIR_ASSIGN(conditions.timeIds, test.input("time_ids"));
  }
  return conditions;
}

TextTimeConditions rowsOf(const TextTimeConditions& all, std::int64_t micro) {
  if (!all.textEmbeds.defined()) return {};
  return {all.textEmbeds[micro], all.timeIds[micro]};
}

/// Holds the trained adapter against the reference's, layer by layer.
Result<void> compareEnd(Case& test, const TrainableLora& lora) {
  PLEINAIR_ASSIGN(const LoraFile end, readLora(test.folder().path() / test.params().at("end").get<std::string>()));
  const double atol = test.params().at("end_atol").get<double>();
  std::size_t found = 0;
  for (const LoraEntry& entry : end.entries) {
    for (const TrainableLora::Layer& layer : lora.layers()) {
      if (layer.host.part != entry.part || neutralLoraPath(entry.part, layer.host.modulePath) != entry.path) continue;
      test.compareWith("end " + entry.key + " down", layer.down, entry.down, atol, 0.0);
      test.compareWith("end " + entry.key + " up", layer.up, entry.up, atol, 0.0);
      ++found;
    }
  }
  if (found != end.entries.size() || found != lora.layers().size() || found == 0) {
    test.fail("the adapters do not have the same layers");
  }
  return {};
}

}  // namespace

Result<void> runLora(Case& test) {
  const at::NoGradGuard noGradients;
  PLEINAIR_ASSIGN(const LoraHosts hosts, test.folder().loraHosts());
  PLEINAIR_ASSIGN(const LoraFile file, readLora(test.folder().path() / test.params().at("file").get<std::string>()));
  PLEINAIR_ASSIGN(const AppliedLora applied,
                  AppliedLora::apply(hosts, file, test.params().at("weight").get<double>()));
  if (!applied.unusedKeys().empty()) test.fail("keys of the adapter act nowhere: " + applied.unusedKeys().front());
  PLEINAIR_ASSIGN(const at::Tensor sample, test.networkInput("sample"));
  PLEINAIR_ASSIGN(const at::Tensor context, test.networkInput("encoder_hidden_states"));
  const at::Tensor timestep = at::full({1}, test.params().at("timestep").get<double>(), at::kFloat);
  PLEINAIR_ASSIGN(const TextTimeConditions conditions, conditionsOf(test));
  PLEINAIR_ASSIGN(const UNet* unet, test.folder().unet());
  test.compare("sample", unet->forward(sample, timestep, context, conditions));
  for (int which = 1; which <= 2; ++which) {
    const std::string role = "text_" + std::to_string(which);
    if (!test.expects(role)) continue;
    PLEINAIR_ASSIGN(const ClipText* text, test.folder().textEncoder(which));
    PLEINAIR_ASSIGN(const at::Tensor ids, test.input("ids"));
    test.compare(role, text->forward(ids).lastHidden);
  }
  return {};
}

Result<void> runLoraTraining(Case& test) {
  PLEINAIR_ASSIGN(const TrainingConfig config, configOf(test.params()));
  PLEINAIR_ASSIGN(UNet * unet, test.folder().unet());
  ScheduleConfig schedule = test.folder().source().schedule;
  schedule.prediction = test.params().at("prediction_type").get<std::string>() == "v_prediction"
                            ? PredictionType::Velocity
                            : PredictionType::Epsilon;
  PLEINAIR_ASSIGN(TrainableLora lora,
                  TrainableLora::create({unet, nullptr, nullptr}, {config.rank, config.alpha, config.targets}, 0));
  PLEINAIR_ASSIGN(const LoraFile start,
                  readLora(test.folder().path() / test.params().at("start").get<std::string>()));
  PLEINAIR_TRY(lora.load(start));
  TrainingStep training(*unet, {}, lora, schedule, config);
  PLEINAIR_ASSIGN(const at::Tensor latents, test.input("latents"));
  PLEINAIR_ASSIGN(const at::Tensor noise, test.input("noise"));
  PLEINAIR_ASSIGN(const at::Tensor offsetNoise, test.input("offset_noise"));
  PLEINAIR_ASSIGN(const at::Tensor timesteps, test.input("timesteps"));
  PLEINAIR_ASSIGN(const at::Tensor context, test.input("encoder_hidden_states"));
  PLEINAIR_ASSIGN(const TextTimeConditions conditions, conditionsOf(test));
  std::vector<double> losses, rates, norms;
  for (std::int64_t micro = 0; micro < latents.size(0); ++micro) {
    losses.push_back(training.accumulate({.latents = latents[micro],
                                          .noise = noise[micro],
                                          .offsetNoise = offsetNoise[micro],
                                          .timesteps = timesteps[micro],
                                          .context = context[micro],
                                          .conditions = rowsOf(conditions, micro),
                                          .tokens = {}}));
    if ((micro + 1) % config.accumulate != 0) continue;
    const StepResult step = training.finish(static_cast<int>(rates.size()));
    rates.push_back(step.learningRate);
    norms.push_back(step.gradientNorm);
  }
  test.compare("loss", at::tensor(losses, at::kDouble));
  test.compare("learning_rate", at::tensor(rates, at::kDouble));
  test.compare("grad_norm", at::tensor(norms, at::kDouble));
  return compareEnd(test, lora);
}

}  // namespace pleinair::parity
