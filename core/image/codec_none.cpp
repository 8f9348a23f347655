// For machines without a photo decoder (PLEINAIR_PHOTOS=OFF): PNG only, through libpng.
#ifndef PLEINAIR_PHOTOS

#include "core/image/codec_backend.h"
#include "core/image/png_reader.h"

namespace pleinair::codec {
namespace {

Error notBuilt(const std::filesystem::path& file) {
  return {ErrorCode::UnsupportedFormat, "This build of Pleinair reads only PNG pictures", file.string(),
          "Prepare the project on a machine with the full program, or build with PLEINAIR_PHOTOS=ON."};
}

}  // namespace

Result<Header> readHeader(std::string_view bytes, Format format, const std::filesystem::path& file) {
  if (format != Format::Png) return notBuilt(file);
  PLEINAIR_ASSIGN(const png::Size size, png::readSize(bytes, file));
  return Header{size.width, size.height, 1, false};
}

Result<Image> decode(std::string_view bytes, Format format, const Header&, int, int,
                     const std::filesystem::path& file, const std::stop_token&) {
  if (format != Format::Png) return notBuilt(file);
  return png::readPixels(bytes, file);
}

Result<std::string> encodeJpeg(const Image&, int) { return notBuilt({}); }

}  // namespace pleinair::codec

#endif
