#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "app/etude/captions.h"
#include "app/etude/colors.h"
#include "app/etude/models.h"
#include "app/etude/pictures.h"
#include "app/etude/renderer.h"
#include "app/etude/training.h"

namespace {

using namespace pleinair;
using namespace pleinair::etude;

/// Draws scenes, writes them as one sheet and prints their captions.
Result<void> render(const std::filesystem::path& out, std::int64_t count, std::uint64_t seed, const DeviceSpec& device) {
  const at::NoGradGuard noGrad;
  std::vector<Scene> scenes;
  for (std::int64_t i = 0; i < count; ++i) {
    scenes.push_back(randomScene(seed + static_cast<std::uint64_t>(i)));
  }
  const auto start = std::chrono::steady_clock::now();
  const at::Tensor pictures = renderScenes(scenes, 256, device.device);
  const at::Tensor shares = colorShares(pictures).cpu();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::printf("%lld pictures in %.2f s\n", static_cast<long long>(count), seconds);
  Dice dice(seed);
  for (std::int64_t i = 0; i < count; ++i) {
    PictureColors colors;
    for (const std::size_t c : mainColors(shares[i], 0.16)) {
      colors.whole.push_back(colorNames()[c]);
    }
    std::printf("%lld: %s\n", static_cast<long long>(i), describe(scenes[static_cast<std::size_t>(i)], colors, dice).c_str());
  }
  return writeSheet(pictures, 8, out);
}

Result<void> sheet(Models& models, const std::filesystem::path& out, const std::vector<std::string>& prompts,
                   const SampleOptions& options, const DeviceSpec& device) {
  models.vae->to(device.device, at::kFloat);
  models.unet->to(device.device, at::kFloat);
  models.text->to(device.device, at::kFloat);
  const auto start = std::chrono::steady_clock::now();
  PLEINAIR_ASSIGN(const at::Tensor pictures, samplePictures(models, prompts, options, device));
  std::printf("%zu pictures in %.2f s\n", prompts.size(),
              std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return writeSheet(pictures, std::min<std::int64_t>(10, pictures.size(0)), out);
}

struct Arguments {
  std::filesystem::path out, folder;
  std::int64_t count = 64;
  TrainOptions training;
  SampleOptions sampling;
  std::vector<std::string> prompts;
  bool keepRate = false;
};

void addTraining(CLI::App* command, Arguments& arguments) {
  command->add_option("--out", arguments.folder, "checkpoint folder, read and written")->required();
  command->add_option("--minutes", arguments.training.minutes, "end after this time");
  command->add_option("--steps", arguments.training.steps, "end after so many steps instead");
  command->add_option("--batch", arguments.training.batch);
  command->add_option("--pool", arguments.training.pool, "pictures kept at a time");
  command->add_option("--fresh", arguments.training.fresh, "pictures drawn anew at a time");
  command->add_option("--learning-rate", arguments.training.learningRate);
  command->add_option("--warmup", arguments.training.warmup, "steps");
  command->add_option("--seed", arguments.training.seed);
  command->add_flag("--keep-rate", arguments.keepRate, "do not let the learning rate fall: training goes on later");
}

Result<void> run(const CLI::App& app, Arguments& arguments) {
  PLEINAIR_ASSIGN(const DeviceSpec device, resolveDevice({}));
  std::printf("device: %s\n", deviceName(device).c_str());
  at::globalContext().setBenchmarkCuDNN(true);
  arguments.training.folder = arguments.folder;
  arguments.training.decay = !arguments.keepRate;
  if (app.got_subcommand("render")) {
    return render(arguments.out, arguments.count, arguments.training.seed, device);
  }
  if (app.got_subcommand("export")) {
    return exportModels(arguments.folder, arguments.out);
  }
  PLEINAIR_ASSIGN(Models models, openModels(arguments.folder, arguments.training.seed));
  if (app.got_subcommand("train-vae")) {
    PLEINAIR_TRY(trainVae(models, arguments.training, device));
  } else if (app.got_subcommand("train-diffusion")) {
    at::manual_seed(arguments.training.seed);
    PLEINAIR_TRY(trainDiffusion(models, arguments.training, device));
  } else if (app.got_subcommand("sheet")) {
    return sheet(models, arguments.out, arguments.prompts.empty() ? sheetPrompts() : arguments.prompts,
                 arguments.sampling, device);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Draws scenes and trains Pleinair's starter model on them.");
  app.require_subcommand(1);
  Arguments arguments;
  CLI::App* render = app.add_subcommand("render", "draw scenes as one PNG and print their captions");
  render->add_option("--out", arguments.out, "PNG")->required();
  render->add_option("--count", arguments.count);
  render->add_option("--seed", arguments.training.seed);
  CLI::App* vocabulary = app.add_subcommand("vocabulary", "learn the vocabulary from captions");
  vocabulary->add_option("--out", arguments.folder, "checkpoint folder")->required();
  addTraining(app.add_subcommand("train-vae", "train the autoencoder"), arguments);
  addTraining(app.add_subcommand("train-diffusion", "train text encoder and UNet"), arguments);
  CLI::App* sheet = app.add_subcommand("sheet", "make a sheet of pictures from prompts");
  sheet->add_option("--model", arguments.folder, "checkpoint folder")->required();
  sheet->add_option("--out", arguments.out, "PNG")->required();
  sheet->add_option("--prompt", arguments.prompts);
  sheet->add_option("--steps", arguments.sampling.steps);
  sheet->add_option("--guidance", arguments.sampling.guidance);
  sheet->add_option("--seed", arguments.sampling.seed);
  sheet->add_option("--sampler", arguments.sampling.sampler);
  CLI::App* folder = app.add_subcommand("export", "write a checkpoint as a diffusers folder in fp16");
  folder->add_option("--model", arguments.folder, "checkpoint folder")->required();
  folder->add_option("--out", arguments.out, "diffusers folder")->required();
  CLI11_PARSE(app, argc, argv);
  if (auto done = run(app, arguments); !done) {
    std::fprintf(stderr, "%s\n", done.error().text().c_str());
    return 1;
  }
  return 0;
}
