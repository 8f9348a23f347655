#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/config/generation_request.h"
#include "core/image/image.h"

namespace pleinair {

/// Writes the pictures of one set as they come: the PNG with its recipe first, then set.yaml, so that the list never
/// names a picture that is not there. A set that exists is added to, never overwritten.
class SetWriter {
 public:
  static Result<SetWriter> create(const std::filesystem::path& folder, const std::string& name,
                                  const std::filesystem::path& model);

  /// Returns the file it wrote.
  Result<std::filesystem::path> add(const Image& image, const PictureRecipe& recipe);
  [[nodiscard]] int added() const { return m_added; }

 private:
  SetWriter(std::filesystem::path folder, PictureSet set);
  std::filesystem::path m_folder;
  PictureSet m_set;
  int m_added = 0;
};

}  // namespace pleinair
