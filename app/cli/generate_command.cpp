#include <CLI/CLI.hpp>
#include <memory>
#include <regex>

#include "app/cli/commands.h"
#include "app/cli/options.h"

namespace pleinair::cli {
namespace {

struct GenerateOptions {
  GenerationRequest request;
  std::vector<std::string> prompts, loras;
  std::string model, size = "256x256", folder;
  DeviceConfig device;
  OutputOptions output;
};

Result<Job> generateJob(const GenerateOptions& options) {
  GenerateJob job;
  job.request = options.request;
  if (!options.prompts.empty()) job.request.prompts = options.prompts;
  for (const std::string& lora : options.loras) job.request.loras.push_back(parseLora(lora));
  PLEINAIR_ASSIGN(job.request.model, chooseModel(options.model, {}));
  std::smatch match;
  static const std::regex sizePattern("([0-9]{1,5})[xX]([0-9]{1,5})");
  if (!std::regex_match(options.size, match, sizePattern)) {
    return Error{ErrorCode::BadArgument, "The size is not understood", options.size, "Write it as 512x768."};
  }
  job.request.width = std::stoi(match[1]);
  job.request.height = std::stoi(match[2]);
  job.folder = options.folder;
  job.setName = std::filesystem::path(options.folder).lexically_normal().filename().string();
  return Job{std::move(job)};
}

}  // namespace

void addGenerate(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<GenerateOptions>();
  CLI::App* command = app.add_subcommand("generate", "Make a set of pictures from prompts");
  command->add_option("--model", options->model, "A diffusers folder (default: the starter model)");
  command->add_option("--lora", options->loras,
                      "A LoRA with its weight: FILE:0.8, or FILE:0.8:0.5 with the text encoders' own (repeatable)");
  command->add_option("--prompt", options->prompts, "What to paint (repeatable)")->required();
  command->add_option("--negative", options->request.negativePrompt, "What to keep out");
  command->add_option("--seed", options->request.seed, "Seed of the first picture; the next take seed + 1, …");
  command->add_option("--steps", options->request.steps, "Sampler steps")->check(CLI::Range(1, 1000));
  command->add_option("--guidance", options->request.guidanceScale, "Guidance scale (1: off)");
  command->add_option("--sampler", options->request.sampler, "ddim, euler, dpmpp_2m_karras, …");
  command->add_option("--size", options->size, "WIDTHxHEIGHT in pixels");
  command->add_option("--count", options->request.count, "Pictures a prompt")->check(CLI::Range(1, 100000));
  command->add_option("--out", options->folder, "The folder of the set")->required();
  addDeviceOptions(*command, options->device);
  addOutputOptions(*command, options->output);
  command->callback([options, &exitCode] {
    auto job = generateJob(*options);
    exitCode =
        job ? runJob(std::move(*job), options->device, options->output) : reportError(job.error(), options->output);
  });
}

}  // namespace pleinair::cli
