#pragma once

#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/image/image.h"

/// What codec.cpp asks of the library that decodes photos: codec_vips.cpp, or codec_none.cpp on machines without one.
namespace pleinair::codec {

enum class Format { Unknown, Jpeg, Png, Webp, Tiff, Bmp };

/// The format by the first bytes of the content; a file's name is never asked.
Format sniffFormat(std::string_view bytes);
const char* formatName(Format format);

struct Header {
  int width = 0, height = 0;  ///< as stored, before orientation
  int orientation = 1;        ///< EXIF 1 to 8
  bool hasIccProfile = false;
};

/// Reads the header of `bytes`; `file` is only for messages.
Result<Header> readHeader(std::string_view bytes, Format format, const std::filesystem::path& file);

/// Decodes into upright sRGB. With `minWidth` > 0 the picture may come out smaller than stored, but no smaller than
/// minWidth x minHeight (upright pixels), for callers that shrink it anyway. A stop request fails the decoding early.
Result<Image> decode(std::string_view bytes, Format format, const Header& header, int minWidth, int minHeight,
                     const std::filesystem::path& file, const std::stop_token& stop = {});

/// JPEG bytes of an image.
Result<std::string> encodeJpeg(const Image& image, int quality);

/// Turns a picture as EXIF orientation 1 to 8 says.
Image oriented(Image image, int orientation);

/// The sentence for a file whose content ends early or breaks its format.
Error corrupt(const std::filesystem::path& file);

}  // namespace pleinair::codec
