#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "app/bench/cases.h"

namespace pleinair::bench {

/// What one case said, or why it could not.
struct Row {
  std::string name;
  nlohmann::json figures;  ///< [{name, value, unit}]
  double peakMiB = 0;
  std::string error;
};

/// Forks, runs the case in the child, and reads its figures and its peak memory, which is so its own.
Row runCase(const std::string& name, const std::function<Result<Figures>()>& measure);

/// The value of a figure by its name; 0 where there is none.
double valueOf(const Row& row, const std::string& figure);

/// A folder for this process alone, not made yet: two benches may run at once.
std::filesystem::path scratchFolder(const std::string& name);

/// Everything that a shell command prints; nothing when it cannot be started or fails.
std::optional<std::string> outputOf(const std::string& command);

/// The rows as a table on standard output, one line a figure; a case that failed says why in its line.
void printTable(const std::vector<Row>& rows);

}  // namespace pleinair::bench
