#pragma once

#include <filesystem>
#include <vector>

class QMimeData;

namespace pleinair::ui {

/// The local files and folders of a drop, in order; empty when there are none.
std::vector<std::filesystem::path> droppedPaths(const QMimeData* mime);
/// A folder in the diffusers layout, whole or not (model_index.json or unet/config.json).
bool isModelFolder(const std::filesystem::path& path);

/// A file that may hold weights, by its ending: safetensors, or a pickle of PyTorch's.
bool isWeightsFile(const std::filesystem::path& path);

/// A folder for a new project made of `sources`: named after the folder (or the folder the files lie in), inside
/// `parent`, with " 2" and so on where the name is taken.
std::filesystem::path newProjectFolder(const std::filesystem::path& parent,
                                       const std::vector<std::filesystem::path>& sources);
/// The same for a name the user gave.
std::filesystem::path freeFolder(const std::filesystem::path& parent, const std::string& name);

}  // namespace pleinair::ui
