#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <optional>

#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "core/config/yaml_codec.h"
#include "core/dataset/project_folder.h"
#include "core/engine/trainable_share.h"

namespace pleinair::cli {
namespace {

namespace fs = std::filesystem;

struct TrainOptions {
  std::string project, configFile, model, name;
  std::optional<TrainingPreset> preset;
  std::optional<int> rank, steps, resolution, batchSize, sampleEvery, checkpointEvery;
  std::optional<double> alpha, learningRate, textEncoderRate, textEncoder2Rate, minSnr, noiseOffset, timestepShift;
  std::optional<PredictionChoice> prediction;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> samplePrompts;
  bool textEncoder = false, textEncoder2 = false, feedForward = false, convolutions = false, noUNet = false;
  bool zeroSnr = false, resume = false;
  DeviceConfig device;
  OutputOptions output;
};

template <typename T>
void override(T& value, const std::optional<T>& given) {
  if (given) value = *given;
}

/// The lowest "run-N" that is not taken.
std::string freshRunName(const fs::path& project) {
  for (int number = 1;; ++number) {
    std::string name = "run-" + std::to_string(number);
    if (std::error_code ignored; !fs::exists(project / "runs" / name, ignored)) return name;
  }
}

/// The model, and what fits it where neither a file nor an option says otherwise.
Result<void> chooseFor(TrainingConfig& config, const TrainOptions& options, const fs::path& project) {
  if (!options.model.empty() || config.model.empty()) {
    PLEINAIR_ASSIGN(config.model, chooseModel(options.model, project));
  }
  const bool begunElsewhere = !options.configFile.empty() || options.resume;
  if (begunElsewhere && !options.preset) return {};
  PLEINAIR_ASSIGN(const TrainingBasis basis, trainingBasis(config.model));
  if (!begunElsewhere) config.resolution = basis.nativeSize;
  config = withPreset(config, options.preset.value_or(TrainingPreset::Balanced), basis);
  return {};
}

Result<TrainingConfig> configFor(const TrainOptions& options) {
  const fs::path project = options.project;
  if (!ProjectFolder::isProject(project)) {
    return Error{ErrorCode::NotFound, "There is no project in this folder", options.project,
                 "Make one with: pleinair-cli import PHOTOS --project " + options.project};
  }
  TrainingConfig config;
  const fs::path kept = project / "runs" / options.name / "config.yaml";
  if (!options.configFile.empty()) {
    PLEINAIR_ASSIGN(config, yaml::loadTrainingConfig(options.configFile));
  } else if (options.resume) {
    if (options.name.empty()) {
      return Error{ErrorCode::BadArgument, "Which run should go on?", "", "Name it with --name."};
    }
    PLEINAIR_ASSIGN(config, yaml::loadTrainingConfig(kept));
  }
  PLEINAIR_TRY(chooseFor(config, options, project));
  override(config.rank, options.rank);
  if (options.rank) config.alpha = config.rank;
  override(config.alpha, options.alpha);
  override(config.steps, options.steps);
  override(config.resolution, options.resolution);
  override(config.batchSize, options.batchSize);
  override(config.learningRate, options.learningRate);
  override(config.seed, options.seed);
  override(config.sampleEvery, options.sampleEvery);
  override(config.checkpointEvery, options.checkpointEvery);
  if (!options.samplePrompts.empty()) config.samplePrompts = options.samplePrompts;
  if (options.textEncoder) config.targets.textEncoderAttention = true;
  if (options.textEncoder2) config.targets.textEncoder2Attention = true;
  if (options.feedForward) config.targets.unetFeedForward = true;
  if (options.convolutions) config.targets.unetConvolutions = true;
  if (options.noUNet) config.targets.unetAttention = false;
  override(config.textEncoderLearningRate, options.textEncoderRate);
  override(config.textEncoder2LearningRate, options.textEncoder2Rate);
  override(config.minSnrGamma, options.minSnr);
  override(config.noiseOffset, options.noiseOffset);
  override(config.timestepShift, options.timestepShift);
  override(config.prediction, options.prediction);
  if (options.zeroSnr) config.zeroTerminalSnr = true;
  if (!options.name.empty()) config.name = options.name;
  if (config.name.empty()) config.name = freshRunName(project);
  config.device = options.device;
  return config;
}

void addTrainingOptions(CLI::App& command, TrainOptions& options) {
  static const std::map<std::string, TrainingPreset> presets{{"quick", TrainingPreset::Quick},
                                                             {"balanced", TrainingPreset::Balanced},
                                                             {"thorough", TrainingPreset::Thorough}};
  command.add_option("--project,-p", options.project, "The project's folder")->required();
  command.add_option("--config", options.configFile, "Settings (a run's config.yaml)")->check(CLI::ExistingFile);
  command.add_option("--model", options.model, "A diffusers folder or a .safetensors checkpoint (default: the project's, else the starter model)");
  command.add_option("--name", options.name, "The run's name (default: run-1, run-2, …)");
  command.add_option("--preset", options.preset, "quick, balanced (the default) or thorough")
      ->transform(CLI::CheckedTransformer(presets, CLI::ignore_case));
  command.add_option("--rank", options.rank, "Detail of the adapter")->check(CLI::Range(1, 1024));
  command.add_option("--alpha", options.alpha, "Scale of the adapter is alpha / rank (default: rank)");
  command.add_option("--steps", options.steps, "Optimizer steps")->check(CLI::PositiveNumber);
  command.add_option("--resolution", options.resolution, "Pixels of a square of the same area");
  command.add_option("--batch", options.batchSize, "Photos a step")->check(CLI::PositiveNumber);
  command.add_option("--learning-rate", options.learningRate, "Learning rate of the UNet's adapter");
  command.add_option("--seed", options.seed, "Seed of noise, order and initial adapter");
  command.add_flag("--text-encoder", options.textEncoder, "Train the text encoder's attention too");
  command.add_flag("--text-encoder-2", options.textEncoder2, "Train SDXL's second text encoder too");
  command.add_flag("--feed-forward", options.feedForward, "Train the UNet's feed-forward layers too");
  command.add_flag("--conv", options.convolutions, "Train the UNet's convolutions too");
  command.add_flag("--no-unet-attention", options.noUNet, "Leave the UNet's attention as it is");
  command.add_option("--text-encoder-rate", options.textEncoderRate, "Learning rate of the text encoder's adapter");
  command.add_option("--text-encoder-2-rate", options.textEncoder2Rate, "Learning rate of the second one's");
  command.add_option("--min-snr", options.minSnr, "Weigh timesteps by min-SNR with this gamma (0: off, 5 is usual)");
  command.add_option("--noise-offset", options.noiseOffset, "Shift whole channels of the noise (0: off)");
  command.add_option("--timestep-shift", options.timestepShift,
                     "Above 1: noisy timesteps, which decide colours and composition, come oftener (1: all alike)");
  command.add_flag("--zero-snr", options.zeroSnr, "End the noise schedule in pure noise (velocity models)");
  addPredictionOption(command, options.prediction);
  addDeviceOptions(command, options.device);
  addOutputOptions(command, options.output);
}

}  // namespace

void addTrain(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand("train", "Train a LoRA on a project's photos");
  addTrainingOptions(*command, *options);
  command->add_option("--sample-prompt", options->samplePrompts, "Draw this while training (repeatable)");
  command->add_option("--sample-every", options->sampleEvery, "Steps between samples (0: none)");
  command->add_option("--checkpoint-every", options->checkpointEvery, "Steps between checkpoints (0: only the last)");
  command->add_flag("--resume", options->resume, "Go on with the run of this --name exactly where it stopped");
  command->callback([options, &exitCode] {
    auto config = configFor(*options);
    exitCode = config ? runJob(TrainJob{options->project, *config, options->resume}, options->device, options->output)
                      : reportError(config.error(), options->output);
  });
}

void addPrepare(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand("prepare", "Fill a project's latent and text caches, for training elsewhere");
  addTrainingOptions(*command, *options);
  command->callback([options, &exitCode] {
    auto config = configFor(*options);
    exitCode = config ? runJob(PrepareJob{options->project, *config}, options->device, options->output)
                      : reportError(config.error(), options->output);
  });
}

}  // namespace pleinair::cli
