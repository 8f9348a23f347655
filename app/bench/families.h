#pragma once

#include <string>
#include <vector>

#include "app/bench/case_runner.h"

namespace pleinair::bench {

/// Which models, precisions and sizes are timed, and beside what.
struct FamiliesOptions {
  std::string python;     ///< of the reference programs; empty: only our own figures
  int size = 512;         ///< pixels a side
  int steps = 3;          ///< of each program and kind; more on a GPU, where one takes milliseconds
  int rounds = 2;         ///< the programs take turns this often; the better time of each counts
  std::string only;       ///< "sd15", "sdxl" or empty for both
  std::string precision;  ///< "fp32", "bf16", "fp16" (no training then), or empty for the first two
  int operations = 0;     ///< so many of the longest operators are listed after each case of ours, which slows it
};

/// Loading, generation and a LoRA step on SD 1.5 and SDXL of random weights, and the ratios to what diffusers takes
/// for the same on the same folder and machine.
std::vector<Row> measureFamilies(const FamiliesOptions& options);

}  // namespace pleinair::bench
