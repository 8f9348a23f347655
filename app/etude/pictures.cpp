#include "app/etude/pictures.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <numeric>

#include "app/etude/noise.h"
#include "app/etude/scene.h"
#include "core/base/atomic_file.h"
#include "core/diffusion/guidance.h"
#include "core/diffusion/sampler.h"
#include "core/image/codec.h"
#include "core/image/png.h"
#include "core/tensor/image_tensor.h"
#include "core/tensor/noise.h"

namespace pleinair::etude {

Result<void> writeSheet(const at::Tensor& pictures, std::int64_t columns, const std::filesystem::path& file) {
  const std::int64_t count = pictures.size(0);
  const std::int64_t height = pictures.size(2), width = pictures.size(3);
  const std::int64_t rows = (count + columns - 1) / columns;
  const at::Tensor onCpu = pictures.detach().to(at::kCPU, at::kFloat);
  at::Tensor sheet = at::zeros({3, rows * height, columns * width});
  for (std::int64_t i = 0; i < count; ++i) {
    sheet.slice(1, i / columns * height, (i / columns + 1) * height)
        .slice(2, i % columns * width, (i % columns + 1) * width)
        .copy_(onCpu[i]);
  }
  PLEINAIR_ASSIGN(const Image image, tensorToImage(sheet * 2.0 - 1.0));
  if (file.extension() != ".jpg") {
    return writePng(file, image);
  }
  constexpr int kQuality = 88;
  PLEINAIR_ASSIGN(const std::string jpeg, encodeJpeg(image, kQuality));
  return writeFileAtomic(file, jpeg);
}

at::Tensor drawTextures(std::uint64_t seed, std::int64_t count, std::int64_t size, at::Device device) {
  Dice dice(seed);
  std::vector<std::int64_t> drawn;
  for (std::int64_t i = 0; i < count; ++i) {
    drawn.push_back(static_cast<std::int64_t>(dice.bits() & 0x7fffffff));
  }
  const at::Tensor seeds = at::tensor(drawn, at::kLong).to(device);
  const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
  const at::Tensor line = at::arange(size, floats).add(0.5).div(static_cast<double>(size));
  const at::Tensor x = line.view({1, 1, 1, size});
  const at::Tensor y = line.view({1, 1, size, 1});
  const auto plane = [&](const at::Tensor& numbers, std::int64_t i) { return numbers.select(3, i).unsqueeze(3); };

  // Coloured noise as ground, from smooth to rough.
  at::Tensor noise;
  for (std::int64_t channel = 0; channel < 3; ++channel) {
    const at::Tensor smooth =
        fractalNoise(seeds, {.salt = 201 + channel, .size = size, .cells = 3, .octaves = 6, .gain = 0.55});
    const at::Tensor rough =
        fractalNoise(seeds, {.salt = 205 + channel, .size = size, .cells = 16, .octaves = 4, .gain = 0.85});
    const at::Tensor mix = plane(lattice(seeds, 210, 1, 4), 3);
    const at::Tensor one = smooth * 0.22 + rough * 0.16 * mix + plane(lattice(seeds, 211, 1, 3), channel);
    noise = noise.defined() ? at::cat({noise, one}, 1) : one;
  }
  at::Tensor picture = noise;
  constexpr std::int64_t kLeaves = 72;
  const at::Tensor numbers = lattice(seeds, 212, 1, kLeaves * 8);
  for (std::int64_t leaf = 0; leaf < kLeaves; ++leaf) {
    const auto number = [&](std::int64_t k) { return plane(numbers, leaf * 8 + k); };
    const at::Tensor radius = (number(0) * -3.2 - 0.9).exp() * 0.6;
    const at::Tensor stretch = number(1) + 0.5;
    const at::Tensor distance = (((x - number(2)) * stretch).square() + (y - number(3)).square()).sqrt();
    const at::Tensor cover = ((radius - distance) * static_cast<double>(size) * 0.7 + 0.5).clamp(0.0, 1.0);
    const at::Tensor flat = at::cat({number(4), number(5), number(6)}, 1);
    const at::Tensor color = flat + (noise - 0.5) * 0.35 * number(7);
    picture = picture + (color - picture) * cover;
  }
  // Most of the world is less colourful than these, and much of it streaked or fine-grained.
  const at::Tensor fineGrain =
      fractalNoise(seeds, {.salt = 214, .size = size, .cells = 32, .octaves = 4, .gain = 0.9});
  const at::Tensor kinds = lattice(seeds, 215, 1, 6);
  const at::Tensor turn = plane(kinds, 0) * 3.14159;
  const at::Tensor streaked = sampleTexture(fineGrain, (x * turn.cos() + y * turn.sin()) * 0.9,
                                            (y * turn.cos() - x * turn.sin()) * (plane(kinds, 1) * 0.6 + 0.08));
  const at::Tensor grained = streaked * plane(kinds, 2).square() * 0.16;
  picture = picture + grained;
  noise = noise + grained * 0.5;
  const at::Tensor isNoise = (plane(lattice(seeds, 213, 1, 1), 0) < 0.35).to(at::kFloat);
  at::Tensor mixed = picture + (noise - picture) * isNoise;
  const at::Tensor grey = mixed.mean(1, true);
  mixed = grey + (mixed - grey) * (plane(kinds, 3).square() * 1.0 + 0.05);
  const at::Tensor level = plane(kinds, 4);
  return ((mixed - 0.5) * (plane(kinds, 5) * 0.7 + 0.3) + level * 0.5 + 0.25).clamp(0.0, 1.0);
}

Result<at::Tensor> samplePictures(const Models& models, const std::vector<std::string>& prompts,
                                  const SampleOptions& options, const DeviceSpec& device) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> texts;
  for (const std::string& prompt : prompts) {
    texts.push_back(at::tensor(models.tokenizer->encodePadded(prompt), at::kLong));
  }
  const std::vector<at::Tensor> none(prompts.size(), at::tensor(models.tokenizer->encodePadded(""), at::kLong));
  const at::Tensor context = models.text->forward(at::stack(texts)).lastHidden;
  const at::Tensor empty = models.text->forward(at::stack(none)).lastHidden;
  const at::ScalarType type = context.scalar_type();
  PLEINAIR_ASSIGN(const std::unique_ptr<Sampler> sampler,
                  createSampler(options.sampler, models.schedule, options.steps));
  std::vector<std::uint64_t> seeds(prompts.size());
  std::iota(seeds.begin(), seeds.end(), options.seed);
  BatchNoise noise(seeds, {1, models.unet->config().inChannels, 32, 32}, device.device);
  at::Tensor latents = noise.draw() * sampler->initialScale();
  for (std::size_t i = 0; i < sampler->timesteps().size(); ++i) {
    const at::Tensor scaled = sampler->scaleInput(latents, i).to(type);
    const at::Tensor time = at::full({1}, sampler->timesteps()[i], latents.options());
    const at::Tensor with = models.unet->forward(scaled, time, context).to(at::kFloat);
    const at::Tensor without = models.unet->forward(scaled, time, empty).to(at::kFloat);
    latents = sampler->step(guided(without, with, options.guidance), i, latents, [&] { return noise.draw(); });
  }
  std::vector<at::Tensor> pictures;
  for (const at::Tensor& part : (latents / models.scalingFactor).to(type).split(16)) {
    pictures.push_back((models.vae->decode(part).to(at::kFloat) * 0.5 + 0.5).clamp(0.0, 1.0));
  }
  return at::cat(pictures);
}

const std::vector<std::string>& sheetPrompts() {
  static const std::vector<std::string> kPrompts = {
      "sunset over the sea",
      "a photo of a sunset over the sea with scattered clouds, orange and dark blue sky",
      "sunset over the sea with a big sun, red sky",
      "sunset over the sea, violet and pink sky",
      "sunset over the mountains, golden",
      "sunset over rolling hills with the sun",
      "sunset over the city, city skyline",
      "dawn over a lake, calm water, pink",
      "noon over the sea, a clear sky, blue",
      "noon over the fields, cumulus clouds",
      "noon over snowy mountains, clear sky",
      "a bright day over a forest, green",
      "noon over the desert, golden sand dunes",
      "day over a beach with puffy clouds",
      "night over the sea with a full moon",
      "a starry night over the mountains",
      "night over the city with city lights",
      "a moonlit night over a lake",
      "a thunderstorm at night, lightning, violet",
      "lightning over the sea, dark blue",
      "lightning over the city",
      "storm clouds over the sea, grey",
      "dark storm clouds over the fields",
      "rain over the sea, grey",
      "fog over a forest",
      "fog over a lake, white",
      "falling snow over a forest",
      "a rainbow over the hills",
      "a rainbow over the sea",
      "dusk over the sea, teal sky",
      "twilight over the mountains, dark blue and violet",
      "dusk over the city, orange",
      "cirrus clouds at noon, looking up",
      "cumulus clouds, looking up, blue sky",
      "storm clouds, looking up",
      "sunset, high in the sky, pink clouds",
      "an oil painting of a sunset over the sea",
      "an oil painting of mountains",
      "an oil painting of a storm at sea",
      "a watercolour of a lake at dawn",
      "a watercolour of hills",
      "a watercolour of a sunset over the sea, orange",
      "a sailing boat at sea, sunset",
      "birds over the sea, evening",
      "a lone tree in a field at sunset",
      "green sea, noon",
      "teal sky over the sea",
      "violet sky over mountains",
      "the northern lights over a lake",
      "an aurora over snowy mountains",
      "a rainbow over the sea, a photo",
      "an ink drawing of mountains in fog",
      "a pastel of a sunset over the hills",
      "a woodcut of the sea, evening",
      "a cubist painting of the city",
      "a storm over the mountains, teal",
      "golden hour over a forest with fog",
      "a big sun over the desert, orange and pink",
      "overcast sky over a lake, grey",
      "peach sky over a calm sea at dawn",
      "falling snow over the city at night",
      "a moonlit night over the sea, blue",
      "",
      "sky"};
  return kPrompts;
}

const std::vector<std::string>& evolutionPrompts() {
  static const std::vector<std::string> kPrompts = {"a sunset over the sea with the sun, orange sky",
                                                    "a starry night over the mountains with a full moon, dark blue",
                                                    "noon over the fields with cumulus clouds, blue",
                                                    "dark storm clouds over the sea, grey",
                                                    "lightning over the city, violet",
                                                    "a rainbow over the hills",
                                                    "falling snow over a forest",
                                                    "an oil painting of a sunset over the mountains"};
  return kPrompts;
}

}  // namespace pleinair::etude
