#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "core/base/result.h"

namespace pleinair::test {

struct GoldenModelOptions {
  bool half = false;                              ///< weights in float16, which holds every one of them exactly
  std::map<std::string, std::string> metadata{};  ///< of the single file
};

/// Makes a whole model in `target` out of a folder of tests/golden that holds all but the weights: those come from
/// the rule written down in tests/peers/tiny_models.py. Beside the diffusers folder lies single_file.safetensors, the
/// same weights under the keys of original checkpoints.
Result<void> completeGoldenModel(const std::filesystem::path& golden, const std::filesystem::path& target,
                                 const GoldenModelOptions& options = {});

/// What the rule gives for each component: "<how many tensors> <SHA-256 of their float32 bytes>", as weights.json
/// says.
Result<std::map<std::string, std::string>> goldenWeightSums(const std::filesystem::path& golden);

/// Reads a diffusers folder and writes it anew in `target` with the engine's own saver, and as
/// single_file.safetensors.
Result<void> saveModelAgain(const std::filesystem::path& model, const std::filesystem::path& target);

}  // namespace pleinair::test
