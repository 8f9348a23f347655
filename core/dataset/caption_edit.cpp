#include "core/dataset/caption_edit.h"

#include <algorithm>

#include "core/base/utf8.h"

namespace pleinair {
namespace {

constexpr std::string_view kCaptionPlace = "{caption}";

char32_t lowered(char32_t letter) {
  if ((letter >= U'A' && letter <= U'Z') || (letter >= 0xC0 && letter <= 0xDE && letter != 0xD7)) return letter + 32;
  if ((letter >= 0x391 && letter <= 0x3A9) || (letter >= 0x410 && letter <= 0x42F)) return letter + 32;
  if (letter >= 0x400 && letter <= 0x40F) return letter + 80;
  const bool pairsFromEven = (letter >= 0x100 && letter <= 0x12F) || (letter >= 0x14A && letter <= 0x177);
  const bool pairsFromOdd = (letter >= 0x139 && letter <= 0x148) || (letter >= 0x179 && letter <= 0x17E);
  if ((pairsFromEven && letter % 2 == 0) || (pairsFromOdd && letter % 2 == 1)) return letter + 1;
  return letter;
}

// How many bytes of `text` match all of `find` at its beginning; 0 when it does not.
std::size_t matchLength(std::string_view text, std::string_view find, LetterCase letterCase) {
  const std::size_t whole = text.size();
  while (!find.empty()) {
    const auto wanted = utf8::next(find);
    const auto got = utf8::next(text);
    if (!wanted || !got) return 0;
    if (letterCase == LetterCase::Exact ? *wanted != *got : lowered(*wanted) != lowered(*got)) return 0;
  }
  return whole - text.size();
}

// True for a caption that has the template's own words before and after a caption's place.
bool cameFromTemplate(const std::string& caption, const std::string& pattern, const std::string& trigger) {
  const std::size_t place = pattern.find(kCaptionPlace);
  if (place == std::string::npos) return false;
  const std::string before = applyCaptionTemplate(pattern.substr(0, place), trigger, "");
  const std::string after = applyCaptionTemplate(pattern.substr(place + kCaptionPlace.size()), trigger, "");
  if (before.empty() && after.empty()) return false;
  if (caption == applyCaptionTemplate(pattern, trigger, "")) return true;
  return caption.size() >= before.size() + after.size() && caption.starts_with(before) && caption.ends_with(after);
}

void add(std::vector<CaptionEdit>& edits, const Photo& photo, std::string after) {
  if (after != photo.caption) edits.push_back({photo.path, photo.caption, std::move(after)});
}

}  // namespace

std::vector<CaptionEdit> planTemplate(const std::vector<Photo>& photos, const std::string& pattern,
                                      const std::string& trigger, CaptionScope scope) {
  std::vector<CaptionEdit> edits;
  for (const Photo& photo : photos) {
    if (!photo.caption.empty() &&
        (scope == CaptionScope::OnlyMissing || cameFromTemplate(photo.caption, pattern, trigger))) {
      continue;
    }
    add(edits, photo, applyCaptionTemplate(pattern, trigger, photo.caption));
  }
  return edits;
}

std::vector<CaptionEdit> planReplace(const std::vector<Photo>& photos, const std::string& find,
                                     const std::string& replacement, LetterCase letterCase) {
  std::vector<CaptionEdit> edits;
  for (const Photo& photo : photos)
    add(edits, photo, replacedInCaption(photo.caption, find, replacement, letterCase));
  return edits;
}

std::string replacedInCaption(std::string_view caption, std::string_view find, std::string_view replacement,
                              LetterCase letterCase) {
  if (find.empty()) return std::string(caption);
  std::string result;
  while (!caption.empty()) {
    if (const std::size_t length = matchLength(caption, find, letterCase); length > 0) {
      result.append(replacement);
      caption.remove_prefix(length);
      continue;
    }
    const std::string_view rest = caption;
    if (!utf8::next(caption)) caption.remove_prefix(1);
    result.append(rest.substr(0, rest.size() - caption.size()));
  }
  return result;
}

Result<int> applyCaptionEdits(const std::filesystem::path& project, const std::vector<CaptionEdit>& edits,
                              const std::stop_token& stop) {
  int written = 0;
  for (const CaptionEdit& edit : edits) {
    if (stop.stop_requested()) break;
    PLEINAIR_TRY(saveCaption(project, edit.path, edit.after));
    ++written;
  }
  return written;
}

}  // namespace pleinair
