#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/config/generation_request.h"
#include "core/config/project.h"
#include "core/config/training_config.h"

namespace pleinair::yaml {

/// Reads a YAML file into the plain struct. Broken YAML or a value of the wrong type is BadConfig with
/// the file, line and column in `context`; missing keys keep their defaults.
Result<Project> loadProject(const std::filesystem::path& file);
Result<TrainingConfig> loadTrainingConfig(const std::filesystem::path& file);
Result<PictureSet> loadPictureSet(const std::filesystem::path& file);

/// Saves atomically. Keys of an existing file that this program does not know survive unchanged.
Result<void> saveProject(const std::filesystem::path& file, const Project& project);
Result<void> saveTrainingConfig(const std::filesystem::path& file, const TrainingConfig& config);
Result<void> savePictureSet(const std::filesystem::path& file, const PictureSet& set);

/// The text that saveTrainingConfig would write into a new file, for showing and hashing.
std::string trainingConfigText(const TrainingConfig& config);

}  // namespace pleinair::yaml
