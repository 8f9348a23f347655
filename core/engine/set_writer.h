#pragma once

#include <chrono>
#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/config/generation_request.h"
#include "core/image/image.h"

namespace pleinair {

/// A kept set as its set.yaml lists it, then the PNGs with a recipe that the list does not name: a program that was
/// killed leaves the list behind its pictures. Reads the disk.
Result<PictureSet> openPictureSet(const std::filesystem::path& folder);

/// Writes the pictures of one set as they come: the PNG with its recipe at once, set.yaml when the time it takes is
/// small beside the time since, so that a set of thousands costs no more a picture than a set of ten. The list never
/// names a picture that is not there. A set that exists is added to, never overwritten.
class SetWriter {
 public:
  static Result<SetWriter> create(const std::filesystem::path& folder, const std::string& name,
                                  const std::filesystem::path& model);

  /// Returns the file it wrote.
  Result<std::filesystem::path> add(const Image& image, const PictureRecipe& recipe);
  /// Brings the list up to the last picture, or takes the folder away again where none came; to be called once after
  /// the last add().
  Result<void> finish();
  [[nodiscard]] int added() const { return m_added; }

 private:
  using Clock = std::chrono::steady_clock;

  SetWriter(std::filesystem::path folder, PictureSet set);
  Result<void> saveList();

  std::filesystem::path m_folder;
  PictureSet m_set;
  int m_added = 0;
  bool m_ownFolder = false;  ///< create() made it
  bool m_listed = true;  ///< set.yaml names every picture
  Clock::time_point m_savedAt{};
  Clock::duration m_savingTook{};
};

}  // namespace pleinair
