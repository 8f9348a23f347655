#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <regex>

#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "core/base/utf8.h"
#include "core/config/recipe.h"
#include "core/engine/found_recipe.h"
#include "core/pipeline/model_info.h"

namespace pleinair::cli {
namespace {

struct GenerateOptions {
  GenerationRequest request;
  std::vector<std::string> prompts, loras;
  std::string model, size, originalSize, targetSize, crop, startImage, folder, from;
  std::optional<PredictionChoice> prediction;
  DeviceConfig device;
  OutputOptions output;
};

/// "512x768" or "16,0" into its numbers; an empty text leaves them.
Result<void> readPair(const std::string& text, char between, int& first, int& second) {
  if (text.empty()) return {};
  static const std::regex pattern("([0-9]{1,5})([xX,])([0-9]{1,5})");
  std::smatch match;
  if (!std::regex_match(text, match, pattern) || (match[2] == ",") != (between == ',')) {
    return Error{ErrorCode::BadArgument, "The size is not understood", text,
                 between == 'x' ? "Write it as 512x768." : "Write it as LEFT,TOP in pixels."};
  }
  first = std::stoi(match[1]);
  second = std::stoi(match[3]);
  return {};
}

/// The rarer ways to steer the sampling.
void addSamplingOptions(CLI::App& command, GenerateOptions& options) {
  static const std::map<std::string, SpacingChoice> spacings{{"auto", SpacingChoice::Automatic},
                                                             {"leading", SpacingChoice::Leading},
                                                             {"trailing", SpacingChoice::Trailing},
                                                             {"linspace", SpacingChoice::Linspace}};
  GenerationRequest& request = options.request;
  SamplingOptions& sampling = request.sampling;
  command.add_option("--clip-skip", sampling.clipSkip, "Layer of the text encoder from its end (1: the last)");
  command.add_option("--guidance-rescale", sampling.guidanceRescale, "Against washed-out colours, 0 to 1");
  command.add_flag("--zero-snr", sampling.zeroTerminalSnr, "End the noise schedule in pure noise (velocity models)");
  command.add_option("--spacing", sampling.spacing, "Timestep spacing: auto, leading, trailing or linspace")
      ->transform(CLI::CheckedTransformer(spacings, CLI::ignore_case));
  addPredictionOption(command, options.prediction);
  command.add_option("--image", options.startImage, "Begin from this picture (image to image)")
      ->check(CLI::ExistingFile);
  command.add_option("--strength", request.strength, "How much of that picture is redrawn, 0 to 1");
  command.add_option("--batch", request.batch, "Pictures drawn together")->check(CLI::Range(1, 64));
  command.add_flag("--tiled-vae", request.tiledVae, "Decode in tiles, for pictures too large for the memory");
  command.add_option("--original-size", options.originalSize, "SDXL: size the picture pretends to be cut from");
  command.add_option("--crop", options.crop, "SDXL: LEFT,TOP of that cut");
  command.add_option("--target-size", options.targetSize, "SDXL: size the picture pretends to have");
}

/// The model that drew the picture: as its set or run knows it, else the starter model where that has its name.
Result<std::filesystem::path> modelOf(const FoundRecipe& found) {
  if (!found.model.empty()) return found.model;
  PLEINAIR_ASSIGN(const std::filesystem::path starter, chooseModel({}, {}));
  if (found.recipe.modelName.empty()) return starter;
  const auto info = modelInfo(starter);
  if (info && info->name == found.recipe.modelName) return starter;
  return Error{ErrorCode::NotFound, "The picture was drawn with a model whose place is not known",
               found.recipe.modelName, "Name its folder or file with --model."};
}

/// A picture's recipe wherever the command line says nothing else.
Result<void> takeOver(const CLI::App& command, const GenerateOptions& options, GenerationRequest& request) {
  PLEINAIR_ASSIGN(const FoundRecipe found, findRecipe(options.from));
  const GenerationRequest recipe = requestOf(found.recipe);
  const auto given = [&command](const char* name) { return command.count(name) > 0; };
  const auto keep = [&](const char* name, auto& target, const auto& value) {
    if (!given(name)) target = value;
  };
  if (!given("--model")) {
    PLEINAIR_ASSIGN(request.model, modelOf(found));
  }
  keep("--prompt", request.prompts, recipe.prompts);
  keep("--negative", request.negativePrompt, recipe.negativePrompt);
  keep("--lora", request.loras, recipe.loras);
  keep("--seed", request.seed, recipe.seed);
  keep("--steps", request.steps, recipe.steps);
  keep("--guidance", request.guidanceScale, recipe.guidanceScale);
  keep("--sampler", request.sampler, recipe.sampler);
  keep("--size", request.width, recipe.width);
  keep("--size", request.height, recipe.height);
  keep("--clip-skip", request.sampling.clipSkip, recipe.sampling.clipSkip);
  keep("--guidance-rescale", request.sampling.guidanceRescale, recipe.sampling.guidanceRescale);
  keep("--zero-snr", request.sampling.zeroTerminalSnr, recipe.sampling.zeroTerminalSnr);
  keep("--spacing", request.sampling.spacing, recipe.sampling.spacing);
  keep("--prediction", request.sampling.prediction, recipe.sampling.prediction);
  keep("--image", request.startImage, recipe.startImage);
  keep("--strength", request.strength, recipe.strength);
  keep("--tiled-vae", request.tiledVae, recipe.tiledVae);
  keep("--device", request.device.device, recipe.device.device);
  keep("--precision", request.device.precision, recipe.device.precision);
  request.sizes = recipe.sizes;
  for (const std::string& name : found.missing) {
    const bool image = name == recipe.startImage.string();
    if (given(image ? "--image" : "--lora")) continue;
    return Error{ErrorCode::NotFound,
                 image ? "The picture's start image is not found" : "A LoRA of the picture is not found", name,
                 image ? "Name it with --image FILE." : "Name all its LoRAs with --lora FILE:0.8."};
  }
  return {};
}

/// A set is opened from anywhere, so what it names must not depend on where this program was started.
void makeAbsolute(std::filesystem::path& path) {
  std::error_code ignored;
  if (!path.empty()) path = std::filesystem::absolute(path, ignored);
}

Result<Job> generateJob(const CLI::App& command, const GenerateOptions& options) {
  GenerateJob job;
  GenerationRequest& request = job.request = options.request;
  if (!options.prompts.empty()) request.prompts = options.prompts;
  for (const std::string& lora : options.loras) {
    PLEINAIR_ASSIGN(LoraReference reference, parseLora(lora));
    request.loras.push_back(std::move(reference));
  }
  request.startImage = options.startImage;
  request.sampling.prediction = options.prediction.value_or(PredictionChoice::Automatic);
  if (!options.from.empty()) PLEINAIR_TRY(takeOver(command, options, request));
  if (request.model.empty()) {
    PLEINAIR_ASSIGN(request.model, chooseModel(options.model, {}));
  }
  PLEINAIR_TRY(readPair(options.size, 'x', request.width, request.height));
  SizeConditioning& sizes = request.sizes;
  PLEINAIR_TRY(readPair(options.originalSize, 'x', sizes.originalWidth, sizes.originalHeight));
  PLEINAIR_TRY(readPair(options.targetSize, 'x', sizes.targetWidth, sizes.targetHeight));
  PLEINAIR_TRY(readPair(options.crop, ',', sizes.cropLeft, sizes.cropTop));
  makeAbsolute(request.model);
  makeAbsolute(request.startImage);
  for (LoraReference& lora : request.loras) makeAbsolute(lora.file);
  job.folder = options.folder;
  job.setName = std::filesystem::path(options.folder).lexically_normal().filename().string();
  return Job{std::move(job)};
}

}  // namespace

void addGenerate(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = app.add_subcommand("generate", "Make a set of pictures from prompts");
  command->add_option("--model", options->model,
                      "A diffusers folder or a .safetensors checkpoint (default: the starter model)");
  command->add_option("--lora", options->loras,
                      "A LoRA with its weight: FILE:0.8, or FILE:0.8:0.5 with the text encoders' own (repeatable)");
  auto* prompt = command->add_option("--prompt", options->prompts, "What to paint (repeatable)");
  auto* from = command->add_option("--from", options->from,
                                   "Draw with this PNG's recipe; every other option here changes one thing of it");
  from->check(CLI::ExistingFile);
  command->add_option("--negative", options->request.negativePrompt, "What to keep out");
  command->add_option("--seed", options->request.seed, "Seed of the first picture; the next take seed + 1, …");
  command->add_option("--steps", options->request.steps, "Sampler steps")->check(CLI::Range(1, 1000));
  command->add_option("--guidance", options->request.guidanceScale, "Guidance scale (1: off)");
  command->add_option("--sampler", options->request.sampler, "euler_a, ddim, dpmpp_2m_karras, …");
  command->add_option("--size", options->size, "WIDTHxHEIGHT in pixels (default: 256x256)");
  command->add_option("--count", options->request.count, "Pictures a prompt")->check(CLI::Range(1, 100000));
  command->add_option("--out", options->folder, "The folder of the set")->required();
  addSamplingOptions(*command, *options);
  addDeviceOptions(*command, options->device);
  addOutputOptions(*command, options->output);
  command->callback([=, &exitCode] {
    if (prompt->empty() && from->empty()) throw CLI::RequiredError("--prompt or --from");
    auto job = generateJob(*command, *options);
    if (!job) {
      exitCode = reportError(job.error(), options->output);
      return;
    }
    const auto& prompts = std::get<GenerateJob>(*job).request.prompts;
    if (!options->output.quiet && std::ranges::any_of(prompts, utf8::hasForeignLetters)) {
      std::cerr
          << "Stable Diffusion reads English. Words in other letters mean little to it until a training teaches "
             "them.\n";
    }
    exitCode = runJob(std::move(*job), options->device, options->output);
  });
}

}  // namespace pleinair::cli
