#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <map>
#include <memory>

#include "app/cli/commands.h"
#include "app/cli/lora_text.h"
#include "app/cli/options.h"
#include "core/lora/lora_export.h"
#include "core/lora/lora_tools.h"

namespace pleinair::cli {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

struct LoraOptions {
  fs::path input, second, target;
  std::vector<std::string> loras;
  RankChoice choice;
  LoraFormat format = LoraFormat::Kohya;
  std::optional<at::ScalarType> dtype;
  OutputOptions output;
};

/// A percentage on a terminal, nothing in a log.
LayerProgress progressFor(const LoraOptions& options) {
  if (options.output.json || options.output.quiet || isatty(STDERR_FILENO) == 0) return {};
  return [](std::size_t done, std::size_t total) {
    std::fprintf(stderr, "\r%3zu %%  layer %zu of %zu ", done * 100 / std::max<std::size_t>(total, 1), done + 1,
                 total);
    if (done + 1 == total) std::fputs("\r\033[K", stderr);
  };
}

ordered_json reportOf(const RankReport& report) {
  return {{"layers", report.layers},
          {"smallest rank", report.smallestRank},
          {"largest rank", report.largestRank},
          {"energy kept", report.energy}};
}

void noteUnknown(ordered_json& answer, const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  answer["keys without a place"] = keys.size();
  answer["first of them"] = keys.front();
}

Result<ordered_json> info(const LoraOptions& options) { return describeLora(options.input); }

Result<ordered_json> convert(const LoraOptions& options) {
  PLEINAIR_TRY(refuseOwnFile(options.input, options.target));
  PLEINAIR_ASSIGN(const LoraFile lora, readLora(options.input));
  PLEINAIR_TRY(saveLora(options.target, lora, {options.format, options.dtype}));
  ordered_json answer{{"wrote", options.target.string()},
                      {"from", loraFormatName(lora.format)},
                      {"to", loraFormatName(options.format)},
                      {"layers", lora.entries.size()}};
  noteUnknown(answer, lora.unknownKeys);
  return answer;
}

Result<ordered_json> resize(const LoraOptions& options) {
  PLEINAIR_TRY(refuseOwnFile(options.input, options.target));
  PLEINAIR_ASSIGN(const LoraFile lora, readLora(options.input));
  PLEINAIR_ASSIGN(const RankedLora resized, resizeLora(lora, options.choice, progressFor(options)));
  PLEINAIR_TRY(saveLora(options.target, resized.lora, {options.format, options.dtype}));
  ordered_json answer{{"wrote", options.target.string()}};
  answer.update(reportOf(resized.report));
  noteUnknown(answer, lora.unknownKeys);
  return answer;
}

Result<ordered_json> extract(const LoraOptions& options) {
  PLEINAIR_ASSIGN(const ModelWeights base, ModelWeights::open(options.input));
  PLEINAIR_ASSIGN(const ModelWeights tuned, ModelWeights::open(options.second));
  PLEINAIR_ASSIGN(const RankedLora extracted, extractLora(base, tuned, options.choice, progressFor(options)));
  PLEINAIR_TRY(saveLora(options.target, extracted.lora, {options.format, options.dtype}));
  ordered_json answer{{"wrote", options.target.string()}, {"for", base.family()}};
  answer.update(reportOf(extracted.report));
  return answer;
}

Result<ordered_json> merge(const LoraOptions& options) {
  PLEINAIR_ASSIGN(const ModelWeights model, ModelWeights::open(options.input));
  std::vector<LoraFile> files;
  std::vector<LoraWeights> weights;
  for (const std::string& text : options.loras) {
    PLEINAIR_ASSIGN(const LoraReference reference, parseLora(text));
    PLEINAIR_ASSIGN(LoraFile file, readLora(reference.file));
    files.push_back(std::move(file));
    weights.emplace_back(reference.weight, reference.onTextEncoders());
  }
  std::vector<WeightedLora> weighted;
  for (std::size_t i = 0; i < files.size(); ++i) weighted.push_back({&files[i], weights[i]});
  PLEINAIR_ASSIGN(const MergeReport report, mergeLoras(model, weighted, options.target, progressFor(options)));
  ordered_json answer{
      {"wrote", options.target.string()}, {"family", model.family()}, {"weights changed", report.weights}};
  noteUnknown(answer, report.unusedKeys);
  return answer;
}

using Work = Result<ordered_json> (*)(const LoraOptions&);

int runLora(const LoraOptions& options, Work work) {
  const auto answer = work(options);
  if (!answer) return reportError(answer.error(), options.output);
  printAnswer(*answer, options.output);
  return kExitDone;
}

CLI::App* add(CLI::App& parent, const char* name, const char* what, const std::shared_ptr<LoraOptions>& options,
              Work work, int& exitCode) {
  CLI::App* command = parent.add_subcommand(name, what);
  addOutputOptions(*command, options->output);
  command->callback([options, work, &exitCode] { exitCode = runLora(*options, work); });
  return command;
}

void addSaving(CLI::App& command, LoraOptions& options) {
  static const std::map<std::string, LoraFormat> formats{
      {"kohya", LoraFormat::Kohya}, {"diffusers", LoraFormat::Diffusers}, {"peft", LoraFormat::Peft}};
  static const std::map<std::string, at::ScalarType> types{
      {"fp32", at::ScalarType::Float}, {"fp16", at::ScalarType::Half}, {"bf16", at::ScalarType::BFloat16}};
  command.add_option("out", options.target, "The file to write")->required();
  command.add_option("--to", options.format, "Format of the keys: kohya (default), diffusers or peft")
      ->transform(CLI::CheckedTransformer(formats, CLI::ignore_case));
  command
      .add_option_function<at::ScalarType>(
          "--dtype", [&options](const at::ScalarType& type) { options.dtype = type; },
          "Precision of the numbers: fp32, fp16 or bf16 (default: as they are)")
      ->transform(CLI::CheckedTransformer(types, CLI::ignore_case));
}

void addRank(CLI::App& command, RankChoice& choice) {
  command.add_option("--rank", choice.rank, "The largest rank of a layer")->check(CLI::Range(1, 4096));
  command.add_option("--energy", choice.energy, "Keep this share of each layer's squared singular values (1: all)")
      ->check(CLI::Range(0.001, 1.0));
}

}  // namespace

void addLora(CLI::App& app, int& exitCode) {
  CLI::App* lora = app.add_subcommand("lora", "What a LoRA file is; convert, resize, extract and merge LoRAs");
  lora->require_subcommand(1);

  auto options = std::make_shared<LoraOptions>();
  CLI::App* command = add(*lora, "info", "What a LoRA file is", options, info, exitCode);
  command->add_option("file", options->input, "A LoRA in any format")->required();

  options = std::make_shared<LoraOptions>();
  command = add(*lora, "convert", "Write a LoRA in another format's keys", options, convert, exitCode);
  command->add_option("file", options->input, "A LoRA in any format")->required();
  addSaving(*command, *options);

  options = std::make_shared<LoraOptions>();
  command = add(*lora, "resize", "The nearest LoRA of a smaller rank", options, resize, exitCode);
  command->add_option("file", options->input, "A LoRA, LoHa or LoKr in any format")->required();
  addSaving(*command, *options);
  addRank(*command, options->choice);

  options = std::make_shared<LoraOptions>();
  command = add(*lora, "extract", "What a fine-tuned model has that its base has not, as a LoRA", options, extract,
                exitCode);
  command->add_option("base", options->input, "The base model: a diffusers folder or a single file")->required();
  command->add_option("tuned", options->second, "The fine-tuned model")->required();
  addSaving(*command, *options);
  addRank(*command, options->choice);

  options = std::make_shared<LoraOptions>();
  command = add(*lora, "merge", "A model with LoRAs in its weights", options, merge, exitCode);
  command->add_option("model", options->input, "A diffusers folder or a single file")->required();
  command->add_option("out", options->target, "The folder or file to write")->required();
  command->add_option("--lora", options->loras, "FILE:0.8, or FILE:0.8:0.5 with the text encoders' own (repeatable)")
      ->required();
}

}  // namespace pleinair::cli
