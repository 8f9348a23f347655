#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "app/etude/captions.h"
#include "app/etude/colors.h"
#include "app/etude/evaluate.h"
#include "app/etude/models.h"
#include "app/etude/pictures.h"
#include "app/etude/renderer.h"
#include "app/etude/training.h"
#include "core/base/clock.h"
#include "core/image/codec.h"
#include "core/tensor/image_tensor.h"

namespace {

using namespace pleinair;
using namespace pleinair::etude;

/// Draws scenes, writes them as one sheet and prints their captions; without `out` only says how long drawing took.
/// With a word, only scenes whose hour, weather, place or manner is called so.
Result<void> render(const std::filesystem::path& out, std::int64_t count, std::uint64_t seed, const std::string& word,
                    const DeviceSpec& device) {
  const at::NoGradGuard noGrad;
  std::vector<Scene> scenes;
  constexpr std::uint64_t kMostTries = 1000000;
  for (std::uint64_t next = seed; static_cast<std::int64_t>(scenes.size()) < count && next < seed + kMostTries;
       ++next) {
    const Scene scene = randomScene(next);
    Dice words(next);
    if (word.empty() || describe(scene, {}, words).find(word) != std::string::npos) {
      scenes.push_back(scene);
    }
  }
  count = static_cast<std::int64_t>(scenes.size());
  if (count == 0) {
    return Error{ErrorCode::BadArgument, "No scene is called so", word,
                 "Name an hour, a weather, a place or a manner."};
  }
  renderScenes({scenes.front()}, 256, device.device);  // loads what a device loads once
  const auto start = std::chrono::steady_clock::now();
  const at::Tensor pictures = renderScenes(scenes, 256, device.device);
  const at::Tensor shares = colorShares(pictures).cpu();
  const double seconds = secondsSince(start);
  std::printf("%lld pictures in %.2f s\n", static_cast<long long>(count), seconds);
  if (out.empty()) {
    return {};
  }
  Dice dice(seed);
  for (std::int64_t i = 0; i < count; ++i) {
    PictureColors colors;
    for (const std::size_t c : mainColors(shares[i], 0.16)) {
      colors.whole.push_back(colorNames()[c]);
    }
    std::printf("%lld: %s\n", static_cast<long long>(i),
                describe(scenes[static_cast<std::size_t>(i)], colors, dice).c_str());
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
  std::printf("%zu pictures in %.2f s\n", prompts.size(), secondsSince(start));
  const bool small = out.extension() == ".jpg";  // for a page to show
  return writeSheet(small ? at::avg_pool2d(pictures, {2, 2}) : pictures, std::min<std::int64_t>(8, pictures.size(0)),
                    out);
}

struct Mosaic {
  std::vector<std::filesystem::path> pictures;
  int columns = 8, side = 128;
};

/// Small copies of pictures side by side, row by row; a single picture as large as it is.
Result<void> mosaic(const std::filesystem::path& out, const Mosaic& asked) {
  std::vector<at::Tensor> copies;
  for (const auto& file : asked.pictures) {
    PLEINAIR_ASSIGN(const Image one,
                    asked.pictures.size() == 1 ? decodeImage(file) : decodeCover(file, asked.side, asked.side));
    copies.push_back(imageToTensor(one) * 0.5 + 0.5);
  }
  return writeSheet(at::cat(copies), std::min<std::int64_t>(asked.columns, std::ssize(asked.pictures)), out);
}

std::string percent(double share) { return std::to_string(static_cast<int>(std::lround(share * 100.0))) + " %"; }

void print(const char* title, const std::vector<ClassFigure>& figures, bool judged) {
  double mean = 0.0;
  std::printf("%s\n", title);
  for (const ClassFigure& figure : figures) {
    std::printf("  %-14s %6s", figure.name.c_str(), percent(figure.found).c_str());
    if (judged) {
      std::printf("   (the judge on fresh renders: sees %s, imagines %s)", percent(figure.recall).c_str(),
                  percent(figure.falseAlarm).c_str());
    }
    std::printf("\n");
    mean += figure.found / static_cast<double>(figures.size());
  }
  std::printf("  %-14s %6s\n", "mean", percent(mean).c_str());
}

struct Evaluation {
  std::filesystem::path photos, reference, out;
  std::vector<std::filesystem::path> sets;
  bool classes = false, colors = false;
  int perColor = 8;
  std::size_t most = 40;
  JudgeOptions judge;
};

Result<void> compareSets(const Evaluation& asked) {
  PLEINAIR_ASSIGN(const std::vector<Image> reference, picturesOf(asked.reference, asked.most));
  for (const auto& folder : asked.sets) {
    PLEINAIR_ASSIGN(const std::vector<Image> set, picturesOf(folder));
    const SetDistance distance = distanceBetween(reference, set);
    std::printf(
        "%s: %zu pictures, palettes %.2f apart one to one and %.2f by their shares (CIEDE2000), sliced "
        "Wasserstein %.2f\n",
        folder.string().c_str(), set.size(), distance.palette, distance.transport, distance.sliced);
  }
  return {};
}

Result<void> evaluate(Models& models, const Evaluation& asked, const SampleOptions& sampling,
                      const DeviceSpec& device) {
  models.vae->to(device.device, at::kFloat);
  models.unet->to(device.device, at::kFloat);
  models.text->to(device.device, at::kFloat);
  const auto file = [&](const char* name) { return asked.out.empty() ? asked.out : asked.out / name; };
  if (!asked.photos.empty()) {
    PLEINAIR_ASSIGN(const VaeFigures vae, evaluateVae(models, asked.photos, file("reconstructions.png"), device));
    std::printf("autoencoder on %zu photos: PSNR %.2f dB mean, %.2f dB at worst; CIELAB shift %.2f\n", vae.pictures,
                vae.meanPsnr, vae.worstPsnr, vae.meanShift);
  }
  if (asked.colors) {
    PLEINAIR_ASSIGN(const auto figures,
                    evaluateColors(models, asked.perColor, sampling, file("colours.png"), device));
    print("colours named in the prompt, among the five main ones of the picture", figures, false);
  }
  if (asked.classes) {
    PLEINAIR_ASSIGN(const auto figures, evaluateClasses(models, asked.judge, sampling, file("classes.png"), device));
    print("classes named in the prompt, seen by a classifier", figures, true);
  }
  return {};
}

struct Arguments {
  Evaluation evaluation;
  std::string word;
  std::filesystem::path out, folder;
  std::int64_t count = 64;
  TrainOptions training;
  SampleOptions sampling;
  std::vector<std::string> prompts;
  Mosaic mosaic;
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
  command->add_option("--from", arguments.training.from, "where in a longer training this run begins, 0 to 1");
  command->add_option("--to", arguments.training.to, "and where it ends: the learning rate falls over the whole");
  command->add_option("--reuse", arguments.training.reuse, "showings of a picture at least, where one GPU does all");
  command->add_option("--painters", arguments.training.painters, "threads that draw beside a training on a GPU");
  command->add_flag("--keep-rate", arguments.keepRate, "do not let the learning rate fall: training goes on later");
}

void addEvaluate(CLI::App& app, Arguments& arguments) {
  CLI::App* command = app.add_subcommand("evaluate", "measure how well a model does what is asked of it");
  Evaluation& asked = arguments.evaluation;
  command->add_option("--model", arguments.folder, "checkpoint or diffusers folder");
  command->add_option("--out", asked.out, "folder for sheets of what was judged");
  command->add_option("--photos", asked.photos, "carry these photos through the autoencoder");
  command->add_flag("--classes", asked.classes, "ask for 12 classes and let a fresh classifier judge");
  command->add_option("--per-class", asked.judge.perClass);
  command->add_option("--renders", asked.judge.renders, "fresh renders that the classifier learns from");
  command->add_option("--render-size", asked.judge.renderSize, "128 or 256");
  command->add_option("--judge-steps", asked.judge.steps);
  command->add_flag("--colours", asked.colors, "ask for colours and look for them");
  command->add_option("--per-colour", asked.perColor);
  command->add_option("--reference", asked.reference, "measure how far the --sets are from this folder in colour");
  command->add_option("--most", asked.most, "pictures of the reference");
  command->add_option("--set", asked.sets);
  command->add_option("--steps", arguments.sampling.steps);
  command->add_option("--guidance", arguments.sampling.guidance);
  command->add_option("--seed", arguments.sampling.seed);
}

Result<void> run(const CLI::App& app, Arguments& arguments) {
  PLEINAIR_ASSIGN(const DeviceSpec device, resolveDevice({}));
  std::printf("device: %s\n", deviceName(device).c_str());
  at::globalContext().setBenchmarkCuDNN(true);
  arguments.training.folder = arguments.folder;
  arguments.training.decay = !arguments.keepRate;
  if (app.got_subcommand("render")) {
    return render(arguments.out, arguments.count, arguments.training.seed, arguments.word, device);
  }
  if (app.got_subcommand("mosaic")) {
    return mosaic(arguments.out, arguments.mosaic);
  }
  if (app.got_subcommand("export")) {
    return exportModels(arguments.folder, arguments.out);
  }
  if (app.got_subcommand("import")) {
    return importModels(arguments.folder, arguments.out);
  }
  if (app.got_subcommand("evaluate") && !arguments.evaluation.reference.empty()) {
    return compareSets(arguments.evaluation);
  }
  PLEINAIR_ASSIGN(Models models, openModels(arguments.folder, arguments.training.seed));
  at::manual_seed(arguments.training.seed);
  if (app.got_subcommand("train-vae")) {
    PLEINAIR_TRY(trainVae(models, arguments.training, device));
  } else if (app.got_subcommand("train-diffusion")) {
    PLEINAIR_TRY(trainDiffusion(models, arguments.training, device));
  } else if (app.got_subcommand("evaluate")) {
    return evaluate(models, arguments.evaluation, arguments.sampling, device);
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
  render->add_option("--out", arguments.out, "PNG; without it only the time of drawing is told");
  render->add_option("--count", arguments.count);
  render->add_option("--word", arguments.word, "only scenes whose caption has this word");
  render->add_option("--seed", arguments.training.seed);
  CLI::App* vocabulary = app.add_subcommand("vocabulary", "learn the vocabulary from captions");
  vocabulary->add_option("--out", arguments.folder, "checkpoint folder")->required();
  addTraining(app.add_subcommand("train-vae", "train the autoencoder"), arguments);
  addTraining(app.add_subcommand("train-diffusion", "train text encoder and UNet"), arguments);
  CLI::App* sheet = app.add_subcommand("sheet", "make a sheet of pictures from prompts");
  sheet->add_option("--model", arguments.folder, "checkpoint folder")->required();
  sheet->add_option("--out", arguments.out, "PNG, or JPEG of half the size")->required();
  sheet->add_option("--prompt", arguments.prompts);
  sheet->add_option("--steps", arguments.sampling.steps);
  sheet->add_option("--guidance", arguments.sampling.guidance);
  sheet->add_option("--seed", arguments.sampling.seed);
  sheet->add_option("--sampler", arguments.sampling.sampler);
  addEvaluate(app, arguments);
  CLI::App* tiles = app.add_subcommand("mosaic", "put small copies of pictures side by side");
  tiles->add_option("--out", arguments.out, "PNG or JPEG")->required();
  tiles->add_option("--columns", arguments.mosaic.columns)->check(CLI::PositiveNumber);
  tiles->add_option("--side", arguments.mosaic.side, "pixels of a copy")->check(CLI::PositiveNumber);
  tiles->add_option("pictures", arguments.mosaic.pictures)->required();
  CLI::App* folder = app.add_subcommand("export", "write a checkpoint as a diffusers folder in fp16");
  folder->add_option("--model", arguments.folder, "checkpoint folder")->required();
  folder->add_option("--out", arguments.out, "diffusers folder")->required();
  CLI::App* back = app.add_subcommand("import", "make a checkpoint of a diffusers folder, to train it on");
  back->add_option("--model", arguments.folder, "diffusers folder")->required();
  back->add_option("--out", arguments.out, "checkpoint folder")->required();
  CLI11_PARSE(app, argc, argv);
  bool failed = false;
  if (auto done = run(app, arguments); !done) {
    std::fprintf(stderr, "%s\n", done.error().text().c_str());
    failed = true;
  }
  std::fflush(nullptr);
  std::_Exit(failed ? 1 : 0);  // see cli_main.cpp: libtorch's exit handlers are slow, and crash on some systems
}
