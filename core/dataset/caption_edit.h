#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/dataset/photos.h"

namespace pleinair {

/// One caption's change. Plans are made without touching the disk, so that they can be shown, counted and undone.
struct CaptionEdit {
  std::string path;  ///< of the photo, relative to dataset/
  std::string before, after;
  friend bool operator==(const CaptionEdit&, const CaptionEdit&) = default;
};

enum class CaptionScope { All, OnlyMissing };
enum class LetterCase { Exact, Ignored };

/// What applyCaptionTemplate would change. A caption that the template made already (it has the template's text
/// around something) stays, so that applying twice does nothing more than once.
std::vector<CaptionEdit> planTemplate(const std::vector<Photo>& photos, const std::string& pattern,
                                      const std::string& trigger, CaptionScope scope);

/// What replacing every `find` would change. An empty `find` changes nothing.
std::vector<CaptionEdit> planReplace(const std::vector<Photo>& photos, const std::string& find,
                                     const std::string& replacement, LetterCase letterCase);

/// `caption` with every `find` replaced, from left to right. Ignoring case knows Latin, Greek and Cyrillic letters.
std::string replacedInCaption(std::string_view caption, std::string_view find, std::string_view replacement,
                              LetterCase letterCase);

/// Writes the planned captions; returns how many. Stops at the first one that cannot be written, or when asked.
Result<int> applyCaptionEdits(const std::filesystem::path& project, const std::vector<CaptionEdit>& edits,
                              const std::stop_token& stop = {});

}  // namespace pleinair
