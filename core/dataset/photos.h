#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/dataset/project_folder.h"

namespace pleinair {

/// One photo of a project. `path` is relative to dataset/, UTF-8, '/'; `group` is its folder ("" at the top).
struct Photo {
  std::string path;
  std::string group;
  std::string caption;  ///< UTF-8, empty when there is none
  bool starred = false;
};

/// All photos of the project that are not removed, with their captions, sorted by path. One pass over the
/// folder; no pixels are read.
Result<std::vector<Photo>> listPhotos(const std::filesystem::path& project);

struct SkippedFile {
  std::filesystem::path file;
  Error error;
};

struct ImportReport {
  std::vector<std::string> added;         ///< relative paths
  int alreadyThere = 0;                   ///< same bytes under the same name
  std::vector<SkippedFile> skipped;       ///< unreadable, corrupt, too large
  bool cancelled = false;
};

struct ImportListener {
  std::function<void(const std::string& path)> onAdded = [](const std::string&) {};
  std::function<void(const SkippedFile&)> onSkipped = [](const SkippedFile&) {};
};

/// Copies photos (reflink where the file system can) from files and folders into dataset/<group>/ with their
/// captions (.txt, .caption, metadata.jsonl). Subfolders of a source become groups. Originals are only read.
/// A name that is taken by other bytes gets " (2)". EmptyDataset when the sources hold no photo at all.
Result<ImportReport> importPhotos(const std::filesystem::path& project,
                                  const std::vector<std::filesystem::path>& sources, ProgressSink& progress,
                                  const std::stop_token& stop, const ImportListener& listener = {});

/// Writes the sidecar `.txt` (UTF-8 without BOM) atomically; an empty caption removes the sidecar.
Result<void> saveCaption(const std::filesystem::path& project, const std::string& photoPath, const std::string& caption);

/// Takes a photo and its caption out of dataset/ into trash/ (never deletes), and back.
Result<void> removePhoto(const std::filesystem::path& project, const std::string& photoPath);
Result<void> restorePhoto(const std::filesystem::path& project, const std::string& photoPath);

/// Caption bytes to UTF-8: accepts UTF-8 with and without BOM, UTF-16 with BOM, Latin-1 as a last resort.
/// Line ends become '\n'; white space at both ends goes.
std::string decodeCaptionBytes(const std::string& bytes);

/// Fills `{trigger}` and `{caption}` in a template ("a photo of the {trigger}, {caption}"). Where the caption
/// or trigger is empty, the comma and space around it go too.
std::string applyCaptionTemplate(const std::string& pattern, const std::string& trigger, const std::string& caption);

}  // namespace pleinair
