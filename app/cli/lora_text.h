#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/cli/terminal.h"

namespace pleinair::cli {

/// What a LoRA file is, as `info` and `lora info` show it.
Result<nlohmann::ordered_json> describeLora(const std::filesystem::path& file);

/// One JSON object on a line, or a table of names and values.
void printAnswer(const nlohmann::ordered_json& answer, const OutputOptions& output);

/// "12.08 M"
std::string millions(std::int64_t count);

}  // namespace pleinair::cli
