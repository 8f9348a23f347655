#include "core/image/bmp.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>

#include "core/image/codec_backend.h"

namespace pleinair::bmp {
namespace {

constexpr std::size_t kFileHeader = 14;
constexpr std::uint32_t kPlain = 0, kRle8 = 1, kRle4 = 2, kBitFields = 3, kAlphaBitFields = 6;
constexpr int kMostPixelsASide = 1'000'000'000;

// Bytes that are read past the end are zero; has() tells beforehand.
class Source {
 public:
  explicit Source(std::string_view bytes) : m_bytes(bytes) {}
  [[nodiscard]] bool has(std::size_t offset, std::size_t count) const {
    return offset <= m_bytes.size() && count <= m_bytes.size() - offset;
  }
  [[nodiscard]] std::uint8_t byte(std::size_t offset) const {
    return has(offset, 1) ? static_cast<std::uint8_t>(m_bytes[offset]) : std::uint8_t{0};
  }
  [[nodiscard]] std::uint32_t number(std::size_t offset, std::size_t length) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) value |= std::uint32_t{byte(offset + i)} << (8 * i);
    return value;
  }
  [[nodiscard]] std::size_t size() const { return m_bytes.size(); }

 private:
  std::string_view m_bytes;
};

using Color = std::array<std::uint8_t, 3>;

struct Header {
  Size size;
  bool fromTop = false;
  std::uint32_t bits = 0, compression = kPlain;
  std::size_t pixels = 0;  // offset
  std::array<std::uint32_t, 3> masks{};
  std::vector<Color> palette;
};

Header readHeader(const Source& in) {
  Header header;
  const std::size_t length = in.number(kFileHeader, 4);
  const bool old = length == 12;
  header.pixels = in.number(10, 4);
  const int width = static_cast<int>(old ? in.number(18, 2) : in.number(18, 4));
  const int height = static_cast<int>(old ? in.number(20, 2) : in.number(22, 4));
  if (width > 0 && width <= kMostPixelsASide && height >= -kMostPixelsASide && height <= kMostPixelsASide) {
    header.size = {width, std::abs(height)};
  }
  header.fromTop = height < 0;
  header.bits = in.number(old ? 24 : 28, 2);
  if (!old) header.compression = in.number(30, 4);
  if (header.compression == kBitFields || header.compression == kAlphaBitFields) {
    for (std::size_t i = 0; i < 3; ++i) header.masks[i] = in.number(54 + 4 * i, 4);
  } else if (header.bits == 16) {
    header.masks = {0x7C00, 0x03E0, 0x001F};
  } else {
    header.masks = {0xFF0000, 0x00FF00, 0x0000FF};
  }
  if (header.bits <= 8) {
    const std::size_t masks = length == 40 && header.compression == kBitFields ? 12 : 0;
    const std::size_t first = kFileHeader + length + masks, step = old ? 3 : 4;
    const std::uint32_t used = old ? 0 : in.number(46, 4), most = 1u << header.bits;
    const std::uint32_t count = used == 0 || used > most ? most : used;
    for (std::size_t i = 0; i < count && in.has(first + i * step, 3); ++i) {
      const std::size_t at = first + i * step;
      header.palette.push_back({in.byte(at + 2), in.byte(at + 1), in.byte(at)});
    }
    header.palette.resize(256, Color{0, 0, 0});
  }
  return header;
}

// The bits under a mask, spread to 0..255.
std::uint8_t channel(std::uint32_t pixel, std::uint32_t mask) {
  if (mask == 0) return 0;
  const int shift = std::countr_zero(mask);
  const std::uint64_t most = mask >> shift;
  return static_cast<std::uint8_t>((std::uint64_t{(pixel & mask) >> shift} * 255 + most / 2) / most);
}

void put(Image& image, bool fromTop, int x, int y, const Color& color) {
  const int row = fromTop ? y : image.height - 1 - y;
  const auto at = static_cast<std::size_t>(row) * image.stride() + static_cast<std::size_t>(x) * 3;
  std::copy(color.begin(), color.end(), image.rgb.begin() + static_cast<std::ptrdiff_t>(at));
}

bool readRows(const Source& in, const Header& header, Image& image) {
  const std::size_t rowBytes = (static_cast<std::size_t>(image.width) * header.bits + 31) / 32 * 4;
  const auto needed = rowBytes * static_cast<std::size_t>(image.height);
  // The padding of the last row is sometimes left out.
  if (!in.has(header.pixels, needed - std::min<std::size_t>(needed, 3))) return false;
  for (int y = 0; y < image.height; ++y) {
    const std::size_t row = header.pixels + rowBytes * static_cast<std::size_t>(y);
    for (int x = 0; x < image.width; ++x) {
      const auto column = static_cast<std::size_t>(x);
      if (header.bits <= 8) {
        const std::size_t bit = column * header.bits;
        const auto shift = 8 - header.bits - static_cast<std::uint32_t>(bit % 8);
        put(image, header.fromTop, x, y, header.palette[in.byte(row + bit / 8) >> shift & ((1u << header.bits) - 1)]);
      } else {
        const std::uint32_t pixel = in.number(row + column * (header.bits / 8), header.bits / 8);
        put(image, header.fromTop, x, y,
            {channel(pixel, header.masks[0]), channel(pixel, header.masks[1]), channel(pixel, header.masks[2])});
      }
    }
  }
  return true;
}

// Runs: (count, value), or 0 followed by 0 end of row, 1 end of picture, 2 a step, n plain pixels padded to two
// bytes.
bool readRuns(const Source& in, const Header& header, Image& image) {
  const bool nibbles = header.compression == kRle4;
  std::size_t at = header.pixels;
  int x = 0, y = 0;
  const auto pixel = [&](std::uint8_t byte, int index) {
    const std::uint32_t value = !nibbles ? byte : index % 2 == 0 ? byte >> 4 : byte & 15;
    if (x < image.width && y < image.height) put(image, header.fromTop, x, y, header.palette[value]);
    if (x < image.width) ++x;
  };
  while (y < image.height) {
    if (!in.has(at, 2)) return false;
    const int count = in.byte(at);
    const std::uint8_t value = in.byte(at + 1);
    at += 2;
    if (count > 0) {
      for (int i = 0; i < count; ++i) pixel(value, i);
    } else if (value == 0) {
      x = 0;
      ++y;
    } else if (value == 1) {
      return true;
    } else if (value == 2) {
      x = std::min(image.width, x + in.byte(at));
      y += in.byte(at + 1);
      at += 2;
    } else {
      const std::size_t bytes = nibbles ? (value + 1u) / 2 : value;
      if (!in.has(at, bytes)) return false;
      for (int i = 0; i < value; ++i) pixel(in.byte(at + static_cast<std::size_t>(nibbles ? i / 2 : i)), i);
      at += (bytes + 1) / 2 * 2;
    }
  }
  return true;
}

}  // namespace

Size readSize(std::string_view bytes) { return readHeader(Source(bytes)).size; }

Result<Image> readPixels(std::string_view bytes, const std::filesystem::path& file) {
  const Source in(bytes);
  const Header header = readHeader(in);
  const bool runs =
      (header.compression == kRle8 && header.bits == 8) || (header.compression == kRle4 && header.bits == 4);
  const bool fields = header.compression == kBitFields || header.compression == kAlphaBitFields;
  constexpr std::array<std::uint32_t, 6> kDepths{1, 4, 8, 16, 24, 32};
  const bool known = std::find(kDepths.begin(), kDepths.end(), header.bits) != kDepths.end();
  if (!known || !(runs || fields || header.compression == kPlain)) {
    return Error{ErrorCode::UnsupportedFormat, "This kind of BMP cannot be read", file.string(),
                 "Export it as PNG or JPEG."};
  }
  if (header.size.width <= 0 || header.size.height <= 0 || header.pixels >= in.size()) return codec::corrupt(file);
  if (!runs && std::uint64_t{header.bits} * static_cast<std::uint64_t>(header.size.width) *
                       static_cast<std::uint64_t>(header.size.height) / 8 >
                   in.size()) {
    return codec::corrupt(file);
  }
  Image image{header.size.width, header.size.height, {}};
  image.rgb.resize(image.stride() * static_cast<std::size_t>(image.height));
  if (!(runs ? readRuns(in, header, image) : readRows(in, header, image))) return codec::corrupt(file);
  return image;
}

}  // namespace pleinair::bmp
