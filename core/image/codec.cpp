#include "core/image/codec.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <new>

#include "core/base/atomic_file.h"
#include "core/image/bmp.h"
#include "core/image/codec_backend.h"
#include "core/image/resize.h"

namespace pleinair {
namespace fs = std::filesystem;
namespace {

constexpr int kMaxSide = 20'000;
constexpr std::int64_t kMaxPixels = 300'000'000;
constexpr std::size_t kMaxFileBytes = std::size_t{2} << 30;

std::string grouped(std::int64_t number) {
  std::string text = std::to_string(number);
  for (std::ptrdiff_t i = static_cast<std::ptrdiff_t>(text.size()) - 3; i > 0; i -= 3) {
    text.insert(static_cast<std::size_t>(i), ",");
  }
  return text;
}

Error unsupported(std::string_view bytes, const fs::path& file) {
  const auto has = [&](std::size_t offset, std::string_view magic) {
    return bytes.size() >= offset + magic.size() && bytes.substr(offset, magic.size()) == magic;
  };
  std::string what = "This file is not a photo that Pleinair can read";
  if (has(4, "ftypheic") || has(4, "ftypheix") || has(4, "ftypmif1") || has(4, "ftyphevc"))
    what = "HEIC photos cannot be read";
  if (has(4, "ftypavif")) what = "AVIF pictures cannot be read";
  if (has(0, "GIF8")) what = "GIF pictures cannot be read";
  if (has(0, "8BPS")) what = "Photoshop files cannot be read";
  if (has(0, "FUJIFILMCCD-RAW") || has(4, "ftypcrx")) what = "Camera raw files cannot be read";
  return {ErrorCode::UnsupportedFormat, what, file.string(), "Export it as JPEG, PNG, WebP, TIFF or BMP."};
}

struct Opened {
  std::string bytes;
  codec::Format format = codec::Format::Unknown;
  codec::Header header;
};

Result<void> checkSize(const codec::Header& header, const fs::path& file) {
  if (header.width <= 0 || header.height <= 0) return codec::corrupt(file);
  const std::string size = grouped(header.width) + " x " + grouped(header.height) + " pixels";
  const std::string help = "Export a smaller copy of it.";
  if (header.width > kMaxSide || header.height > kMaxSide) {
    return Error{ErrorCode::UnsupportedFormat,
                 "The picture is " + size + "; at most " + grouped(kMaxSide) + " pixels a side can be read",
                 file.string(), help};
  }
  if (std::int64_t{header.width} * header.height > kMaxPixels) {
    return Error{
        ErrorCode::UnsupportedFormat,
        "The picture is " + size + "; at most " + grouped(kMaxPixels / 1'000'000) + " megapixels can be read",
        file.string(), help};
  }
  return {};
}

Result<Opened> openPhoto(const fs::path& file) {
  Opened opened;
  PLEINAIR_ASSIGN(opened.bytes, readFile(file, kMaxFileBytes));
  if (opened.bytes.empty()) {
    return Error{ErrorCode::CorruptFile, "The file is empty (0 bytes)", file.string(),
                 "Copy the photo again from its source."};
  }
  opened.format = codec::sniffFormat(opened.bytes);
  if (opened.format == codec::Format::Unknown) return unsupported(opened.bytes, file);
  if (opened.format == codec::Format::Bmp) {
    const bmp::Size size = bmp::readSize(opened.bytes);
    opened.header = {size.width, size.height, 1, false};
  } else {
    PLEINAIR_ASSIGN(opened.header, codec::readHeader(opened.bytes, opened.format, file));
  }
  PLEINAIR_TRY(checkSize(opened.header, file));
  return opened;
}

Result<Image> decodeOpened(const Opened& opened, int minWidth, int minHeight, const fs::path& file,
                           const std::stop_token& stop) {
  if (opened.format == codec::Format::Bmp) return bmp::readPixels(opened.bytes, file);
  return codec::decode(opened.bytes, opened.format, opened.header, minWidth, minHeight, file, stop);
}

ImageInfo infoOf(const Opened& opened) {
  const bool turned = opened.header.orientation >= 5;
  return {turned ? opened.header.height : opened.header.width, turned ? opened.header.width : opened.header.height,
          codec::formatName(opened.format), opened.header.hasIccProfile};
}

Error noPixels(const fs::path& file) {
  return {ErrorCode::BadArgument, "A picture needs at least one pixel", file.string(), ""};
}

// A large photo may not fit beside everything else in memory.
template <typename Work>
auto guarded(const fs::path& file, Work work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return Error{ErrorCode::OutOfMemory, "There is not enough memory to decode the photo", file.string(),
                 "Close other programs, or export a smaller copy of it."};
  }
}

int scaled(int side, double factor) { return std::max(1, static_cast<int>(std::lround(side * factor))); }

}  // namespace

namespace codec {

Format sniffFormat(std::string_view bytes) {
  using std::string_view_literals::operator""sv;
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) return Format::Jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) return Format::Png;
  if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv) return Format::Webp;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv) || bytes.starts_with("II+\0"sv) ||
      bytes.starts_with("MM\0+"sv)) {
    return Format::Tiff;
  }
  // "BM" alone is two letters of any text: ask for a known length of the second header too.
  if (bytes.starts_with("BM"sv) && bytes.size() >= 26) {
    const auto headerBytes = static_cast<unsigned char>(bytes[14]);
    const bool highBytesZero = bytes.substr(15, 3) == "\0\0\0"sv;
    constexpr std::array<unsigned char, 7> kKnown{12, 40, 52, 56, 64, 108, 124};
    if (highBytesZero && std::find(kKnown.begin(), kKnown.end(), headerBytes) != kKnown.end()) return Format::Bmp;
  }
  return Format::Unknown;
}

const char* formatName(Format format) {
  switch (format) {
    case Format::Jpeg:
      return "jpeg";
    case Format::Png:
      return "png";
    case Format::Webp:
      return "webp";
    case Format::Tiff:
      return "tiff";
    case Format::Bmp:
      return "bmp";
    case Format::Unknown:
      break;
  }
  return "unknown";
}

Error corrupt(const fs::path& file) {
  return {ErrorCode::CorruptFile, "The photo is damaged or cut short and cannot be decoded to its end", file.string(),
          "Copy it again from its source, or export it anew."};
}

Image oriented(Image image, int orientation) {
  if (orientation < 2 || orientation > 8) return image;
  const bool transposed = orientation >= 5;
  Image turned{transposed ? image.height : image.width, transposed ? image.width : image.height, {}};
  turned.rgb.resize(image.rgb.size());
  const int lastX = image.width - 1, lastY = image.height - 1;
  for (int y = 0; y < turned.height; ++y) {
    for (int x = 0; x < turned.width; ++x) {
      int sourceX = transposed ? y : x, sourceY = transposed ? x : y;
      if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8) sourceX = lastX - sourceX;
      if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7) sourceY = lastY - sourceY;
      const auto from = (static_cast<std::size_t>(sourceY) * static_cast<std::size_t>(image.width) +
                         static_cast<std::size_t>(sourceX)) *
                        3;
      const auto to =
          (static_cast<std::size_t>(y) * static_cast<std::size_t>(turned.width) + static_cast<std::size_t>(x)) * 3;
      std::copy_n(image.rgb.begin() + static_cast<std::ptrdiff_t>(from), 3,
                  turned.rgb.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
  return turned;
}

}  // namespace codec

bool isPhotoFileName(const fs::path& file) {
  std::string extension = file.extension().string();
  for (char& letter : extension) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  constexpr std::array<std::string_view, 7> kExtensions{".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp"};
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

Result<ImageInfo> probeImage(const fs::path& file) {
  return guarded(file, [&]() -> Result<ImageInfo> {
    PLEINAIR_ASSIGN(const Opened opened, openPhoto(file));
    return infoOf(opened);
  });
}

Result<Image> decodeImage(const fs::path& file) {
  return guarded(file, [&]() -> Result<Image> {
    PLEINAIR_ASSIGN(const Opened opened, openPhoto(file));
    return decodeOpened(opened, 0, 0, file, {});
  });
}

Result<Image> decodeThumbnail(const fs::path& file, int maxSide, const std::stop_token& stop) {
  if (maxSide < 1) return noPixels(file);
  return guarded(file, [&]() -> Result<Image> {
    PLEINAIR_ASSIGN(const Opened opened, openPhoto(file));
    const ImageInfo info = infoOf(opened);
    const double factor = std::min(1.0, static_cast<double>(maxSide) / std::max(info.width, info.height));
    const int width = scaled(info.width, factor), height = scaled(info.height, factor);
    PLEINAIR_ASSIGN(Image image, decodeOpened(opened, width, height, file, stop));
    return resized(image, width, height);
  });
}

Result<Image> decodeCover(const fs::path& file, int width, int height) {
  if (width < 1 || height < 1) return noPixels(file);
  return guarded(file, [&]() -> Result<Image> {
    PLEINAIR_ASSIGN(const Opened opened, openPhoto(file));
    const ImageInfo info = infoOf(opened);
    const double factor =
        std::max(static_cast<double>(width) / info.width, static_cast<double>(height) / info.height);
    const int coverWidth = std::max(width, scaled(info.width, factor));
    const int coverHeight = std::max(height, scaled(info.height, factor));
    PLEINAIR_ASSIGN(Image image, decodeOpened(opened, coverWidth, coverHeight, file, {}));
    // A strip of a panorama would be enlarged enormously before all but its middle is thrown away.
    if (std::int64_t{coverWidth} * coverHeight > std::int64_t{16} * width * height) {
      const double aspect = static_cast<double>(width) / height;
      const int middleWidth = std::clamp(scaled(image.height, aspect), 1, image.width);
      const int middleHeight = std::clamp(scaled(image.width, 1 / aspect), 1, image.height);
      return resized(centerCropped(image, middleWidth, middleHeight), width, height);
    }
    return centerCropped(resized(image, coverWidth, coverHeight), width, height);
  });
}

Result<std::string> encodeJpeg(const Image& image, int quality) {
  if (image.empty() || quality < 1 || quality > 100) {
    return Error{ErrorCode::BadArgument, "A JPEG needs a picture and a quality from 1 to 100", "", ""};
  }
  return codec::encodeJpeg(image, quality);
}

}  // namespace pleinair
