// The sole user of libvips. Bytes come from memory, the loader of the sniffed format is named, and the size was
// checked before a pixel is decoded.
#ifdef PLEINAIR_PHOTOS

#include <vips/vips.h>

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/log.h"
#include "core/image/codec_backend.h"

namespace pleinair::codec {
namespace fs = std::filesystem;
namespace {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using ImagePointer = std::unique_ptr<VipsImage, Unref>;

void logVips(const gchar*, GLogLevelFlags, const gchar* text, gpointer) { log::debug(text != nullptr ? text : ""); }

bool startVips() {
  static std::once_flag once;
  static bool started = false;
  std::call_once(once, [] {
    if (VIPS_INIT("pleinair") != 0) return;
    g_log_set_handler("VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_MASK), logVips, nullptr);
    // Callers bring their own threads, and no operation is run twice on the same input.
    vips_concurrency_set(1);
    vips_cache_set_max(0);
    started = true;
  });
  return started;
}

Error noVips() {
  return {ErrorCode::Unknown, "The photo decoder could not be started", "libvips", "Install libvips again."};
}

// Text of a failed call for the log; libvips keeps one text for all threads, so it is not shown to the user.
void logFailure(const fs::path& file) {
  char* text = vips_error_buffer_copy();
  log::debug(file.string() + ": " + (text != nullptr ? text : ""));
  g_free(text);
}

// `shrink` only for formats that decode smaller by themselves: JPEG (1, 2, 4, 8) and WebP (any).
ImagePointer load(std::string_view bytes, Format format, int shrink) {
  VipsImage* image = nullptr;
  void* data = const_cast<char*>(bytes.data());
  constexpr VipsAccess kAccess = VIPS_ACCESS_SEQUENTIAL;
  constexpr VipsFailOn kFail = VIPS_FAIL_ON_TRUNCATED;
  int failed = -1;
  switch (format) {
    case Format::Jpeg:
      failed = vips_jpegload_buffer(data, bytes.size(), &image, "access", kAccess, "fail_on", kFail, "shrink", shrink,
                                    nullptr);
      break;
    case Format::Png:
      failed = vips_pngload_buffer(data, bytes.size(), &image, "access", kAccess, "fail_on", kFail, nullptr);
      break;
    case Format::Webp:
      failed = vips_webpload_buffer(data, bytes.size(), &image, "access", kAccess, "fail_on", kFail, "scale",
                                    1.0 / shrink, nullptr);
      break;
    case Format::Tiff:
      failed = vips_tiffload_buffer(data, bytes.size(), &image, "access", kAccess, "fail_on", kFail, nullptr);
      break;
    case Format::Bmp:  // read by codec.cpp
    case Format::Unknown:
      break;
  }
  return ImagePointer(failed == 0 ? image : nullptr);
}

// Replaces `image` by what `call` makes of it; the old one lives on as long as the new one needs it.
template <typename Call>
bool step(ImagePointer& image, Call call) {
  VipsImage* next = nullptr;
  if (call(image.get(), &next) != 0) return false;
  image.reset(next);
  return true;
}

double whiteOf(const VipsImage* image) {
  if (image->Type == VIPS_INTERPRETATION_CMYK) return 0;
  switch (image->BandFmt) {
    case VIPS_FORMAT_UCHAR:
      return 255;
    case VIPS_FORMAT_USHORT:
      return 65535;
    default:
      return image->Type == VIPS_INTERPRETATION_scRGB ? 1 : 255;
  }
}

bool flatten(ImagePointer& image) {
  if (vips_image_hasalpha(image.get()) == 0) return true;
  const double white = whiteOf(image.get());
  const double maxAlpha = image->BandFmt == VIPS_FORMAT_USHORT       ? 65535
                          : image->Type == VIPS_INTERPRETATION_scRGB ? 1
                                                                     : 255;
  return step(image, [&](VipsImage* in, VipsImage** out) {
    VipsArrayDouble* background = vips_array_double_newv(1, white);
    const int failed = vips_flatten(in, out, "background", background, "max_alpha", maxAlpha, nullptr);
    vips_area_unref(VIPS_AREA(background));
    return failed;
  });
}

int transformToSrgb(VipsImage* in, VipsImage** out) {
  return vips_icc_transform(in, out, "srgb", "embedded", TRUE, "intent", VIPS_INTENT_PERCEPTUAL, "depth", 8, nullptr);
}

// Whether a profile moves no colour by more than one step of 255, tried on a grid of colours.
bool leavesSrgbAlone(const void* profile, std::size_t size) {
  constexpr int kSteps = 9;
  std::vector<std::uint8_t> grid;
  for (int i = 0; i < kSteps * kSteps * kSteps; ++i) {
    for (const int step : {i % kSteps, i / kSteps % kSteps, i / kSteps / kSteps}) {
      grid.push_back(static_cast<std::uint8_t>(step * 255 / (kSteps - 1)));
    }
  }
  const ImagePointer raw(
      vips_image_new_from_memory(grid.data(), grid.size(), kSteps, kSteps * kSteps, 3, VIPS_FORMAT_UCHAR));
  VipsImage* copy = nullptr;
  if (!raw || vips_copy(raw.get(), &copy, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr) != 0) return false;
  ImagePointer image(copy);
  vips_image_set_blob_copy(image.get(), VIPS_META_ICC_NAME, profile, size);
  std::size_t converted = 0;
  if (!step(image, transformToSrgb) || image->Bands != 3) return false;
  std::uint8_t* pixels = static_cast<std::uint8_t*>(vips_image_write_to_memory(image.get(), &converted));
  bool same = pixels != nullptr && converted == grid.size();
  for (std::size_t i = 0; same && i < grid.size(); ++i) same = std::abs(int{pixels[i]} - int{grid[i]}) <= 1;
  g_free(pixels);
  return same;
}

// Most photos carry some sRGB profile; setting up a conversion takes longer than decoding a small one.
bool hasSrgbProfile(const VipsImage* image) {
  const void* profile = nullptr;
  std::size_t size = 0;
  const bool rgb8 =
      image->Bands == 3 && image->BandFmt == VIPS_FORMAT_UCHAR && image->Type == VIPS_INTERPRETATION_sRGB;
  if (!rgb8 || vips_image_get_blob(image, VIPS_META_ICC_NAME, &profile, &size) != 0) return false;
  constexpr std::size_t kMostKnown = 64;
  static std::mutex mutex;
  static std::map<std::string, bool, std::less<>> known;
  const std::string_view bytes(static_cast<const char*>(profile), size);
  {
    const std::lock_guard lock(mutex);
    if (const auto found = known.find(bytes); found != known.end()) return found->second;
  }
  const bool same = leavesSrgbAlone(profile, size);
  const std::lock_guard lock(mutex);
  if (known.size() >= kMostKnown) known.clear();
  known.emplace(bytes, same);
  return same;
}

bool profileToSrgb(ImagePointer& image) {
  if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) == 0 || hasSrgbProfile(image.get())) return false;
  // A broken or foreign profile must not cost the photo: without one it is taken as sRGB.
  return step(image, transformToSrgb);
}

// 16 bits to 8 by rounding, where libvips would cut off the low byte.
bool roundTo8(ImagePointer& image) {
  const bool grey = image->Type == VIPS_INTERPRETATION_GREY16;
  if (image->BandFmt != VIPS_FORMAT_USHORT || (!grey && image->Type != VIPS_INTERPRETATION_RGB16)) return true;
  return step(image, [](VipsImage* in, VipsImage** out) { return vips_linear1(in, out, 1.0 / 257, 0.0, nullptr); }) &&
         step(image, [](VipsImage* in, VipsImage** out) { return vips_rint(in, out, nullptr); }) &&
         step(image, [](VipsImage* in, VipsImage** out) { return vips_cast(in, out, VIPS_FORMAT_UCHAR, nullptr); }) &&
         step(image, [&](VipsImage* in, VipsImage** out) {
           return vips_copy(in, out, "interpretation", grey ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB,
                            nullptr);
         });
}

bool toSrgb8(ImagePointer& image) {
  if (!profileToSrgb(image)) {
    if (!roundTo8(image)) return false;
    if (!step(image, [](VipsImage* in, VipsImage** out) {
          return vips_colourspace(in, out, VIPS_INTERPRETATION_sRGB, nullptr);
        }))
      return false;
  }
  if (image->BandFmt != VIPS_FORMAT_UCHAR &&
      !step(image, [](VipsImage* in, VipsImage** out) { return vips_cast(in, out, VIPS_FORMAT_UCHAR, nullptr); }))
    return false;
  if (image->Bands > 3 &&
      !step(image, [](VipsImage* in, VipsImage** out) { return vips_extract_band(in, out, 0, "n", 3, nullptr); }))
    return false;
  return image->Bands == 3;
}

void endIfAsked(VipsImage* image, VipsProgress*, gpointer token) {
  if (static_cast<const std::stop_token*>(token)->stop_requested()) vips_image_set_kill(image, TRUE);
}

// The largest whole factor that leaves at least twice the wanted pixels, for the final Lanczos step.
int boxFactor(int width, int height, int minWidth, int minHeight) {
  if (minWidth <= 0 || minHeight <= 0) return 1;
  return std::max(1, std::min(width / (2 * minWidth), height / (2 * minHeight)));
}

}  // namespace

Result<Header> readHeader(std::string_view bytes, Format format, const fs::path& file) {
  if (!startVips()) return noVips();
  const ImagePointer image = load(bytes, format, 1);
  if (!image) {
    logFailure(file);
    return corrupt(file);
  }
  return Header{image->Xsize, image->Ysize, vips_image_get_orientation(image.get()),
                vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) != 0};
}

Result<Image> decode(std::string_view bytes, Format format, const Header& header, int minWidth, int minHeight,
                     const fs::path& file, const std::stop_token& stop) {
  if (!startVips()) return noVips();
  if (stop.stop_requested()) return corrupt(file);
  if (header.orientation >= 5) std::swap(minWidth, minHeight);
  int shrink = 1;
  if (format == Format::Jpeg || format == Format::Webp) {
    const int factor = boxFactor(header.width, header.height, minWidth, minHeight);
    while (shrink < 8 && shrink * 2 <= factor) shrink *= 2;
  }
  ImagePointer image = load(bytes, format, shrink);
  const auto box = image ? boxFactor(image->Xsize, image->Ysize, minWidth, minHeight) : 1;
  bool fine = image && flatten(image);  // before shrinking, which would mix hidden colours in
  if (fine && box > 1) {
    fine = step(image, [&](VipsImage* in, VipsImage** out) { return vips_shrink(in, out, box, box, nullptr); });
  }
  if (!fine || !toSrgb8(image)) {
    logFailure(file);
    return corrupt(file);
  }
  if (stop.stop_possible()) {
    vips_image_set_progress(image.get(), TRUE);
    g_signal_connect(image.get(), "eval", G_CALLBACK(endIfAsked), const_cast<std::stop_token*>(&stop));
  }
  std::size_t size = 0;
  void* pixels = vips_image_write_to_memory(image.get(), &size);
  if (pixels == nullptr) {
    logFailure(file);
    return corrupt(file);
  }
  Image result{image->Xsize, image->Ysize, {}};
  const auto* first = static_cast<const std::uint8_t*>(pixels);
  result.rgb.assign(first, first + size);
  g_free(pixels);
  return oriented(std::move(result), header.orientation);
}

Result<std::string> encodeJpeg(const Image& image, int quality) {
  if (!startVips()) return noVips();
  const ImagePointer source(vips_image_new_from_memory(image.rgb.data(), image.rgb.size(), image.width, image.height,
                                                       3, VIPS_FORMAT_UCHAR));
  void* data = nullptr;
  std::size_t size = 0;
  ImagePointer tagged;
  if (source) {
    VipsImage* copy = nullptr;
    if (vips_copy(source.get(), &copy, "interpretation", VIPS_INTERPRETATION_sRGB, nullptr) == 0) tagged.reset(copy);
  }
  if (!tagged || vips_jpegsave_buffer(tagged.get(), &data, &size, "Q", quality, "strip", TRUE, nullptr) != 0) {
    return Error{ErrorCode::OutOfMemory, "The picture could not be written as JPEG", "",
                 "Close other programs and try again."};
  }
  std::string bytes(static_cast<const char*>(data), size);
  g_free(data);
  return bytes;
}

}  // namespace pleinair::codec

#endif  // PLEINAIR_PHOTOS
