#include "app/etude/evaluate.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "app/etude/colors.h"
#include "app/etude/scene.h"
#include "core/image/codec.h"
#include "core/image/color.h"
#include "core/image/png.h"
#include "core/tensor/image_tensor.h"

namespace pleinair::etude {
namespace {

constexpr int kSide = 256;

Lab meanLab(const Image& image) {
  Lab sum;
  const std::size_t pixels = image.rgb.size() / 3;
  for (std::size_t i = 0; i < pixels; ++i) {
    const Lab lab = labFromSrgb(image.rgb[i * 3], image.rgb[i * 3 + 1], image.rgb[i * 3 + 2]);
    sum.l += lab.l;
    sum.a += lab.a;
    sum.b += lab.b;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(1, pixels));
  return {sum.l / count, sum.a / count, sum.b / count};
}

double psnr(const Image& first, const Image& second) {
  double sum = 0.0;
  for (std::size_t i = 0; i < first.rgb.size(); ++i) {
    const double difference = static_cast<double>(first.rgb[i]) - static_cast<double>(second.rgb[i]);
    sum += difference * difference;
  }
  return 10.0 * std::log10(255.0 * 255.0 / std::max(1e-9, sum / static_cast<double>(first.rgb.size())));
}

Result<Image> cover(const std::filesystem::path& file) {
  if (file.extension() == ".png") {
    PLEINAIR_ASSIGN(Image image, readPng(file));
    if (image.width == kSide && image.height == kSide) {
      return image;
    }
  }
  return decodeCover(file, kSide, kSide);
}

/// Pixels of all pictures in CIELAB.  -> [n, 3]
at::Tensor labPixels(const std::vector<Image>& pictures, std::size_t count) {
  at::Tensor out = at::empty({static_cast<std::int64_t>(count), 3}, at::kFloat);
  auto* to = out.mutable_data_ptr<float>();
  Dice dice(11);
  for (std::size_t i = 0; i < count; ++i) {
    const Image& picture = pictures[i % pictures.size()];
    const std::size_t pixel = static_cast<std::size_t>(dice.bits() % (picture.rgb.size() / 3)) * 3;
    const Lab lab = labFromSrgb(picture.rgb[pixel], picture.rgb[pixel + 1], picture.rgb[pixel + 2]);
    *to++ = static_cast<float>(lab.l);
    *to++ = static_cast<float>(lab.a);
    *to++ = static_cast<float>(lab.b);
  }
  return out;
}

}  // namespace

Result<std::vector<Image>> picturesOf(const std::filesystem::path& folder, std::size_t most) {
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (isPhotoFileName(entry.path())) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  std::vector<Image> pictures;
  for (const auto& file : files) {
    if (most > 0 && pictures.size() == most) {
      break;
    }
    PLEINAIR_ASSIGN(Image picture, cover(file));
    pictures.push_back(std::move(picture));
  }
  if (pictures.empty()) {
    return Error{ErrorCode::EmptyDataset, "No picture was found", folder.string(),
                 "Name a folder that holds pictures."};
  }
  return pictures;
}

Result<VaeFigures> evaluateVae(const Models& models, const std::filesystem::path& photos,
                               const std::filesystem::path& sheet, const DeviceSpec& device) {
  const at::NoGradGuard noGrad;
  PLEINAIR_ASSIGN(const std::vector<Image> pictures, picturesOf(photos));
  VaeFigures figures{.pictures = pictures.size(), .worstPsnr = 1e9};
  std::vector<at::Tensor> originals;
  std::vector<at::Tensor> copies;
  const std::size_t apart = std::max<std::size_t>(1, pictures.size() / 10);
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const at::Tensor pixels = imageToTensor(pictures[i]).to(device.device);
    const at::Tensor made = models.vae->decode(models.vae->encode(pixels).mean).clamp(-1.0, 1.0);
    PLEINAIR_ASSIGN(const Image copy, tensorToImage(made[0].cpu()));
    const double quality = psnr(pictures[i], copy);
    const Lab before = meanLab(pictures[i]);
    const Lab after = meanLab(copy);
    figures.meanPsnr += quality / static_cast<double>(pictures.size());
    figures.worstPsnr = std::min(figures.worstPsnr, quality);
    figures.meanShift +=
        std::hypot(before.l - after.l, before.a - after.a, before.b - after.b) / static_cast<double>(pictures.size());
    if (i % apart == 0 && originals.size() < 10) {
      originals.push_back(pixels.cpu());
      copies.push_back(made.cpu());
    }
  }
  if (!sheet.empty()) {
    PLEINAIR_TRY(writeSheet(at::cat({at::cat(originals), at::cat(copies)}) * 0.5 + 0.5,
                            static_cast<std::int64_t>(originals.size()), sheet));
  }
  return figures;
}

Result<std::vector<ClassFigure>> evaluateColors(Models& models, int perColor, const SampleOptions& sampling,
                                                const std::filesystem::path& sheet, const DeviceSpec& device) {
  const at::NoGradGuard noGrad;
  static const std::vector<std::string> kColors = {"orange", "violet", "teal",      "grey",  "pink", "blue",
                                                   "golden", "red",    "dark blue", "green", "peach"};
  static const std::vector<std::string> kFrames = {"sky over the sea", "sunset over the mountains", "sky with clouds",
                                                   "a photo of the sky over hills"};
  std::vector<std::string> prompts;
  for (const std::string& color : kColors) {
    for (int i = 0; i < perColor; ++i) {
      prompts.push_back(kFrames[static_cast<std::size_t>(i) % kFrames.size()] + ", " + color + " sky");
    }
  }
  PLEINAIR_ASSIGN(const at::Tensor pictures, samplePictures(models, prompts, sampling, device));
  const at::Tensor shares = colorShares(pictures).cpu();
  std::vector<ClassFigure> figures;
  for (std::size_t c = 0; c < kColors.size(); ++c) {
    const auto wanted = std::find(colorNames().begin(), colorNames().end(), kColors[c]) - colorNames().begin();
    int found = 0;
    for (int i = 0; i < perColor; ++i) {
      const auto picture = static_cast<std::int64_t>(c) * perColor + i;
      const at::Tensor five = std::get<1>(shares[picture].topk(5));
      found += (five == wanted).any().item<bool>() && shares[picture][wanted].item<float>() > 0.03F ? 1 : 0;
    }
    figures.push_back(
        {.name = kColors[c], .found = static_cast<double>(found) / perColor, .recall = 0, .falseAlarm = 0});
  }
  if (!sheet.empty()) {
    PLEINAIR_TRY(writeSheet(at::avg_pool2d(pictures, {2, 2}), perColor, sheet));
  }
  return figures;
}

SetDistance distanceBetween(const std::vector<Image>& first, const std::vector<Image>& second) {
  SetDistance distance;
  const std::vector<PaletteColor> reference = palette(first, 8);
  const std::vector<PaletteColor> other = palette(second, 8, reference);
  distance.palette = paletteDistance(reference, other);
  distance.transport = paletteTransport(reference, other);
  constexpr std::size_t kPixels = 40000;
  constexpr int kDirections = 64;
  const at::Tensor a = labPixels(first, kPixels);
  const at::Tensor b = labPixels(second, kPixels);
  // Directions spread evenly over the half sphere (Fibonacci's lattice).
  for (int i = 0; i < kDirections; ++i) {
    const double z = (i + 0.5) / kDirections;
    const double turn = std::numbers::pi * (3.0 - std::sqrt(5.0)) * i;
    const double r = std::sqrt(1.0 - z * z);
    const at::Tensor way = at::tensor({z, r * std::cos(turn), r * std::sin(turn)}, a.options());
    const at::Tensor apart = std::get<0>(a.matmul(way).sort()) - std::get<0>(b.matmul(way).sort());
    distance.sliced += apart.abs().mean().item<double>() / kDirections;
  }
  return distance;
}

}  // namespace pleinair::etude
