#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/commands.h"
#include "app/cli/options.h"
#include "core/parity/parity.h"

namespace pleinair::cli {
namespace {

struct ParityCommandOptions {
  std::string folder;
  ParityOptions options;
  OutputOptions output;
};

nlohmann::ordered_json toJson(const ParityResult& result) {
  const char* names[] = {"passed", "failed", "not_supported"};
  return {{"case", result.name},
          {"kind", result.kind},
          {"status", names[static_cast<int>(result.status)]},
          {"largest_error", result.largestError},
          {"share_of_tolerance", result.shareOfTolerance},
          {"atol", result.atol},
          {"rtol", result.rtol},
          {"relative_bound", result.relativeBound},
          {"worst", result.worst},
          {"problem", result.problem}};
}

int runParityCommand(const ParityCommandOptions& command) {
  const auto report = runParity(command.folder, command.options, [&](const ParityResult& result) {
    if (command.output.json) {
      std::cout << toJson(result).dump() << std::endl;
    } else if (!command.output.quiet || result.status != ParityResult::Status::Passed) {
      std::cout << parityLine(result) << std::endl;
    }
  });
  if (!report) return reportError(report.error(), command.output);
  if (!command.output.json) std::cout << paritySummary(*report) << std::endl;
  return report->ok() ? kExitDone : kExitFailed;
}

}  // namespace

void addParity(CLI::App& app, int& exitCode) {
  auto options = std::make_shared<ParityCommandOptions>();
  CLI::App* command = app.add_subcommand("parity", "Compare the engine with what the reference implementations computed");
  command->add_option("folder", options->folder, "A fixture folder: a model with cases.json and cases.safetensors")
      ->required();
  command->add_option("--only", options->options.only, "Only cases whose name or kind contains this");
  command->add_flag("--single-file", options->options.singleFile,
                    "Weights from the folder's single_file.safetensors instead of its components");
  addDeviceOptions(*command, options->options.device);
  addOutputOptions(*command, options->output);
  command->callback([options, &exitCode] { exitCode = runParityCommand(*options); });
}

}  // namespace pleinair::cli
