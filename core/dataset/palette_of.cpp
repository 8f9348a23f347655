#include "core/dataset/palette_of.h"

#include "core/base/log.h"
#include "core/image/codec.h"

namespace pleinair {
namespace {

constexpr int kSide = 64;  // colours need no detail

}  // namespace

Result<std::vector<PaletteColor>> paletteOf(const std::vector<std::filesystem::path>& files, int count,
                                            const std::vector<PaletteColor>& near, const std::stop_token& stop) {
  std::vector<Image> images;
  for (const std::filesystem::path& file : files) {
    if (stop.stop_requested()) break;
    auto image = decodeCover(file, kSide, kSide);
    if (image) {
      images.push_back(std::move(image).value());
    } else {
      log::warning("Left out of the palette: " + image.error().text());
    }
  }
  if (images.empty()) {
    return Error{ErrorCode::EmptyDataset, "There are no pictures to take colours from", "", "Add pictures first."};
  }
  return palette(images, count, near);
}

}  // namespace pleinair
