#include "app/cli/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <map>
#include <optional>

#include "core/config/yaml_codec.h"

namespace pleinair::cli {

void addOutputOptions(CLI::App& command, OutputOptions& output) {
  command.add_flag("--json", output.json, "One JSON object a line on standard output, for machines");
  command.add_flag("-q,--quiet", output.quiet, "Only results and errors");
}

void addDeviceOptions(CLI::App& command, DeviceConfig& device) {
  static const std::map<std::string, DeviceChoice> devices{
      {"auto", DeviceChoice::Automatic}, {"cpu", DeviceChoice::Cpu}, {"cuda", DeviceChoice::Cuda}};
  static const std::map<std::string, PrecisionChoice> precisions{{"auto", PrecisionChoice::Automatic},
                                                                 {"fp32", PrecisionChoice::Float32},
                                                                 {"bf16", PrecisionChoice::BFloat16},
                                                                 {"fp16", PrecisionChoice::Float16}};
  command.add_option("--device", device.device, "Where to compute: auto, cpu or cuda")
      ->transform(CLI::CheckedTransformer(devices, CLI::ignore_case));
  command.add_option("--precision", device.precision, "Precision of the weights: auto, fp32, bf16 or fp16 (GPUs)")
      ->transform(CLI::CheckedTransformer(precisions, CLI::ignore_case));
  command.add_option("--threads", device.threads, "CPU threads (0: all cores)")->check(CLI::Range(0, 1024));
}

void addPredictionOption(CLI::App& command, std::optional<PredictionChoice>& prediction) {
  static const std::map<std::string, PredictionChoice> choices{
      {"auto", PredictionChoice::Automatic}, {"epsilon", PredictionChoice::Noise}, {"v", PredictionChoice::Velocity}};
  command.add_option("--prediction", prediction, "What the model predicts: auto, epsilon or v")
      ->transform(CLI::CheckedTransformer(choices, CLI::ignore_case));
}

namespace {

/// Takes ":0.8" off the end of the text.
std::optional<double> takeWeight(std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return std::nullopt;
  double weight = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data() + colon + 1, end, weight);
  if (problem != std::errc{} || stop != end) return std::nullopt;
  text.resize(colon);
  return weight;
}

}  // namespace

Result<LoraReference> parseLora(const std::string& text) {
  std::string file = text;
  const std::optional<double> last = takeWeight(file);
  const std::optional<double> first = last ? takeWeight(file) : std::nullopt;
  std::error_code ignored;
  const std::filesystem::path path = file;
  if (path.filename().string().find(':') != std::string::npos && !std::filesystem::exists(path, ignored)) {
    return Error{ErrorCode::BadArgument, "The LoRA's weight is not understood", text,
                 "Write FILE:0.8, or FILE:0.8:0.5 with the text encoders' own."};
  }
  return first ? LoraReference{file, *first, *last} : LoraReference{file, last.value_or(1.0)};
}

Result<std::filesystem::path> chooseModel(const std::string& given, const std::filesystem::path& project) {
  if (!given.empty()) return std::filesystem::path(given);
  if (!project.empty()) {
    PLEINAIR_ASSIGN(const Project values, yaml::loadProject(project / "project.yaml"));
    if (!values.model.empty()) return values.model;
  }
  const std::filesystem::path starter = starterModelFolder();
  if (starter.empty()) {
    return Error{ErrorCode::NotFound, "No model was given and the starter model is not installed", "",
                 "Name a diffusers folder with --model."};
  }
  return starter;
}

}  // namespace pleinair::cli
