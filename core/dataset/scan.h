#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/dataset/photos.h"

namespace pleinair::dataset {

/// A file that may be a photo, where it goes, and the caption it brings.
struct Candidate {
  std::filesystem::path file;
  std::string group;    ///< UTF-8, '/', "" at the top
  std::string name;     ///< readable UTF-8 file name
  std::string caption;  ///< from .txt, .caption or metadata.jsonl
};

struct Scan {
  std::vector<Candidate> candidates;  ///< in the order of the sources, by name within a folder
  std::vector<SkippedFile> skipped;   ///< folders and files that cannot be read
};

/// Finds the photos under files and folders. Folders are followed through links, each once; hidden entries and the
/// project itself are left out. No pixels are read.
Scan scanSources(const std::filesystem::path& project, const std::vector<std::filesystem::path>& sources,
                 const std::stop_token& stop);

}  // namespace pleinair::dataset
