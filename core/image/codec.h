#pragma once

#include <filesystem>
#include <stop_token>
#include <string>

#include "core/base/result.h"
#include "core/image/image.h"

namespace pleinair {

/// What a photo's header says, after EXIF orientation. No pixels are decoded.
struct ImageInfo {
  int width = 0;
  int height = 0;
  std::string format;  ///< "jpeg", "png", "webp", "tiff" or "bmp"
  bool hasIccProfile = false;
};

/// True for file names a dataset takes: .jpg .jpeg .png .webp .tif .tiff .bmp in any case.
bool isPhotoFileName(const std::filesystem::path& file);

/// The header of a photo. Files over 20,000 pixels a side or 300 megapixels are refused with a sentence.
Result<ImageInfo> probeImage(const std::filesystem::path& file);

/// Decodes a photo into sRGB: EXIF orientation applied, ICC profile converted (perceptual), alpha laid
/// over white, 16 bits rounded to 8. Any thread.
Result<Image> decodeImage(const std::filesystem::path& file);

/// Like decodeImage, but no larger than `maxSide` on its longer side, shrunk while decoding where the
/// format can; never enlarged. For thumbnails and previews. A stop request ends the decoding early, with an error
/// that nobody needs to see.
Result<Image> decodeThumbnail(const std::filesystem::path& file, int maxSide, const std::stop_token& stop = {});

/// Decodes and resizes so that the picture covers width x height, then crops the centre: what training
/// and palettes see.
Result<Image> decodeCover(const std::filesystem::path& file, int width, int height);

/// JPEG bytes at `quality` (1 to 100), for the thumbnail cache and for tests that need real JPEGs.
Result<std::string> encodeJpeg(const Image& image, int quality);

}  // namespace pleinair
