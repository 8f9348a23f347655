#pragma once

#include <optional>
#include <string>

#include "app/cli/terminal.h"
#include "core/config/device_config.h"
#include "core/config/generation_request.h"

namespace CLI {
class App;
}

namespace pleinair::cli {

/// `--json` and `--quiet` for every command.
void addOutputOptions(CLI::App& command, OutputOptions& output);

/// `--device auto|cpu|cuda`, `--precision auto|fp32|bf16|fp16`, `--threads N`.
void addDeviceOptions(CLI::App& command, DeviceConfig& device);

/// `--prediction auto|epsilon|v`, for models that do not say themselves what they predict.
void addPredictionOption(CLI::App& command, std::optional<PredictionChoice>& prediction);

/// "file.safetensors:0.8" into file and weight, "file.safetensors:0.8:0.5" into file, the UNet's weight and the text
/// encoders'; a colon that no number follows belongs to the name of a file that is there, and is an error elsewhere.
Result<LoraReference> parseLora(const std::string& text);

/// The model given, else the project's own, else the starter model; an error when there is none.
Result<std::filesystem::path> chooseModel(const std::string& given, const std::filesystem::path& project);

}  // namespace pleinair::cli
