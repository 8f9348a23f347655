#include "core/image/png.h"

#include <png.h>
#include <zlib.h>

#include <array>

#include "core/base/atomic_file.h"
#include "core/base/utf8.h"
#include "core/image/png_reader.h"

namespace pleinair {
namespace fs = std::filesystem;
namespace {

using std::string_view_literals::operator""sv;

constexpr std::string_view kSignature = "\x89PNG\r\n\x1A\n"sv;
constexpr std::string_view kKeyword = "parameters\0"sv;  // with its closing zero
constexpr std::size_t kHeaderEnd = 8 + 25;               // signature, then IHDR with length, name and checksum
constexpr std::size_t kMaxFileBytes = std::size_t{512} << 20;
constexpr std::size_t kMaxTextBytes = std::size_t{4} << 20;
constexpr png_uint_32 kMaxSide = 20'000;
constexpr std::uint64_t kMaxPixels = 300'000'000;

Error corruptPng(const fs::path& file) {
  return {ErrorCode::CorruptFile, "The PNG is damaged or cut short", file.string(), "Copy it again from its source."};
}

std::uint32_t bigEndian(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = (value << 8) | static_cast<unsigned char>(bytes[offset + i]);
  return value;
}

void appendBigEndian(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(value >> shift)));
}

std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

std::string chunk(std::string_view name, std::string_view data) {
  std::string bytes;
  appendBigEndian(bytes, static_cast<std::uint32_t>(data.size()));
  const std::size_t checked = bytes.size();
  bytes.append(name).append(data);
  appendBigEndian(bytes, checksum(std::string_view(bytes).substr(checked)));
  return bytes;
}

// Nothing when a code point is beyond Latin-1.
std::optional<std::string> latin1(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const auto point = utf8::next(text);
    if (!point || *point > 0xFF) return std::nullopt;
    bytes.push_back(static_cast<char>(static_cast<unsigned char>(*point)));
  }
  return bytes;
}

std::string fromLatin1(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) utf8::append(text, static_cast<unsigned char>(byte));
  return text;
}

std::string parametersChunk(std::string_view parameters) {
  std::string text = utf8::repaired(parameters);
  std::erase(text, '\0');  // ends a text chunk
  std::string data(kKeyword);
  if (const auto narrow = latin1(text)) return chunk("tEXt", data + *narrow);
  data += "\0\0\0\0"sv;  // not compressed, method 0, no language, no translated keyword
  return chunk("iTXt", data + text);
}

std::optional<std::string> inflated(std::string_view bytes) {
  z_stream stream{};
  if (inflateInit(&stream) != Z_OK) return std::nullopt;
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string text;
  int status = Z_OK;
  std::array<char, 1 << 14> buffer;
  while (status == Z_OK && text.size() <= kMaxTextBytes) {
    stream.next_out = reinterpret_cast<Bytef*>(buffer.data());
    stream.avail_out = buffer.size();
    status = inflate(&stream, Z_NO_FLUSH);
    text.append(buffer.data(), buffer.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END || text.size() > kMaxTextBytes) return std::nullopt;
  return text;
}

// The text of one tEXt, zTXt or iTXt chunk called `parameters`, in UTF-8.
std::optional<std::string> parametersOf(std::string_view name, std::string_view data) {
  if (!data.starts_with(kKeyword)) return std::nullopt;
  data.remove_prefix(kKeyword.size());
  if (name == "tEXt") {
    // Some programs put UTF-8 where the standard asks for Latin-1; Latin-1 with accents is never valid UTF-8 by
    // chance.
    return utf8::isValid(data) ? std::string(data) : fromLatin1(data);
  }
  if (name == "zTXt") {
    if (data.empty() || data[0] != 0) return std::nullopt;
    const auto text = inflated(data.substr(1));
    return text ? std::optional(utf8::isValid(*text) ? *text : fromLatin1(*text)) : std::nullopt;
  }
  if (data.size() < 2) return std::nullopt;
  const bool compressed = data[0] != 0;
  data.remove_prefix(2);
  for (int skipped = 0; skipped < 2; ++skipped) {  // language, translated keyword
    const std::size_t end = data.find('\0');
    if (end == std::string_view::npos) return std::nullopt;
    data.remove_prefix(end + 1);
  }
  if (!compressed) return utf8::repaired(data);
  const auto text = inflated(data);
  return text ? std::optional(utf8::repaired(*text)) : std::nullopt;
}

// libpng's own record of one picture, freed whatever happens.
struct Reader {
  png_image image{};
  Reader() { image.version = PNG_IMAGE_VERSION; }
  ~Reader() { png_image_free(&image); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
};

Result<void> begin(Reader& reader, std::string_view bytes, const fs::path& file) {
  if (bytes.empty()) return Error{ErrorCode::CorruptFile, "The file is empty (0 bytes)", file.string(), ""};
  if (!bytes.starts_with(kSignature))
    return Error{ErrorCode::UnsupportedFormat, "The file is not a PNG", file.string(), ""};
  if (png_image_begin_read_from_memory(&reader.image, bytes.data(), bytes.size()) == 0) return corruptPng(file);
  const auto width = reader.image.width, height = reader.image.height;
  if (width > kMaxSide || height > kMaxSide || std::uint64_t{width} * height > kMaxPixels) {
    return Error{ErrorCode::UnsupportedFormat,
                 "The picture is " + std::to_string(width) + " x " + std::to_string(height) +
                     " pixels; at most 20000 pixels a side and 300 megapixels can be read",
                 file.string(), "Export a smaller copy of it."};
  }
  return {};
}

}  // namespace

namespace png {

Result<Size> readSize(std::string_view bytes, const fs::path& file) {
  Reader reader;
  PLEINAIR_TRY(begin(reader, bytes, file));
  return Size{static_cast<int>(reader.image.width), static_cast<int>(reader.image.height)};
}

Result<Image> readPixels(std::string_view bytes, const fs::path& file) {
  Reader reader;
  PLEINAIR_TRY(begin(reader, bytes, file));
  reader.image.format = PNG_FORMAT_RGB;
  Image image{static_cast<int>(reader.image.width), static_cast<int>(reader.image.height), {}};
  image.rgb.resize(PNG_IMAGE_SIZE(reader.image));
  const png_color white{255, 255, 255};
  if (png_image_finish_read(&reader.image, &white, image.rgb.data(), 0, nullptr) == 0) return corruptPng(file);
  return image;
}

}  // namespace png

Result<std::string> encodePng(const Image& image, std::string_view parameters) {
  if (image.width < 1 || image.height < 1 ||
      image.rgb.size() != image.stride() * static_cast<std::size_t>(image.height)) {
    return Error{ErrorCode::BadArgument, "There is no picture to write as PNG", "", ""};
  }
  if (parameters.size() > kMaxTextBytes) {
    return Error{ErrorCode::BadArgument, "The picture's parameters are longer than 4 MiB", "", "Shorten the prompt."};
  }
  Reader writer;
  writer.image.width = static_cast<png_uint_32>(image.width);
  writer.image.height = static_cast<png_uint_32>(image.height);
  writer.image.format = PNG_FORMAT_RGB;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(writer.image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&writer.image, bytes.data(), &size, 0, image.rgb.data(), 0, nullptr) == 0) {
    return Error{ErrorCode::Unknown, "The picture could not be written as PNG", writer.image.message, ""};
  }
  bytes.resize(size);
  if (!parameters.empty()) bytes.insert(kHeaderEnd, parametersChunk(parameters));
  return bytes;
}

Result<void> writePng(const fs::path& file, const Image& image, std::string_view parameters) {
  PLEINAIR_ASSIGN(const std::string bytes, encodePng(image, parameters));
  return writeFileAtomic(file, bytes);
}

Result<Image> readPng(const fs::path& file) {
  PLEINAIR_ASSIGN(const std::string bytes, readFile(file, kMaxFileBytes));
  return png::readPixels(bytes, file);
}

Result<std::optional<std::string>> readPngParameters(const fs::path& file) {
  const Result<std::string> content = readFile(file, kMaxFileBytes);
  if (!content) return content.error();
  return png::readParameters(content.value(), file);
}

Result<std::optional<std::string>> png::readParameters(std::string_view bytes, const fs::path& file) {
  std::string_view rest = bytes;
  if (!rest.starts_with(kSignature)) {
    return Error{ErrorCode::UnsupportedFormat, "The file is not a PNG", file.string(), ""};
  }
  rest.remove_prefix(kSignature.size());
  while (rest.size() >= 12) {
    const std::size_t length = bigEndian(rest, 0);
    if (length > rest.size() - 12) return corruptPng(file);
    const std::string_view name = rest.substr(4, 4), data = rest.substr(8, length);
    if (name == "IEND") break;
    if (name == "tEXt" || name == "zTXt" || name == "iTXt") {
      if (checksum(rest.substr(4, 4 + length)) != bigEndian(rest, 8 + length)) return corruptPng(file);
      if (auto text = parametersOf(name, data)) return text;
    }
    rest.remove_prefix(12 + length);
  }
  return std::optional<std::string>();
}

}  // namespace pleinair
