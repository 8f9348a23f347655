#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"

/// Where a project's files lie; shared by the files of this room.
namespace pleinair::dataset {

/// The file of a photo path ("evening/a.jpg") under `root`, or BadArgument for one that leads out of it.
Result<std::filesystem::path> photoFile(const std::filesystem::path& root, const std::string& photoPath);

/// `photo` with its extension replaced, for sidecars.
std::filesystem::path sidecar(const std::filesystem::path& photo, const char* extension);

/// The caption beside a photo: .txt, else .caption; "" when there is none.
std::string readSidecar(const std::filesystem::path& photo);

/// "name (2).jpg" for number 2; the name itself for 1.
std::string numbered(const std::string& fileName, int number);

}  // namespace pleinair::dataset
