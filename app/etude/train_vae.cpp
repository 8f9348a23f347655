#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>

#include "app/etude/painters.h"
#include "app/etude/pictures.h"
#include "app/etude/renderer.h"
#include "app/etude/ring.h"
#include "app/etude/training.h"
#include "app/etude/weights_in_training.h"
#include "core/base/clock.h"
#include "core/tensor/torch_error.h"

namespace pleinair::etude {
namespace {

at::Tensor meanDifference(const at::Tensor& a, const at::Tensor& b) { return (a - b).abs().mean(); }

/// How far each picture's mean colour is off. The pixels' differences hide it: a cast over a whole picture is small
/// in each of them and plain to the eye.
at::Tensor colorCast(const at::Tensor& made, const at::Tensor& real) {
  return meanDifference(made.mean({2, 3}), real.mean({2, 3}));
}

/// Fine structure between two levels of a pyramid, and its strength over small neighbourhoods. Comparing strengths
/// asks for as much texture as the original has without asking for every wave in its place, which L1 alone answers
/// with a blur.
struct Band {
  at::Tensor detail, strength;
};

Band bandOf(const at::Tensor& x) {
  const at::Tensor blurred = at::upsample_bilinear2d(at::avg_pool2d(x, {2, 2}), {x.size(2), x.size(3)}, false);
  const at::Tensor detail = x - blurred;
  return {detail, at::avg_pool2d(detail.abs(), {8, 8}, {4, 4})};
}

at::Tensor reconstructionLoss(const at::Tensor& made, const at::Tensor& real) {
  at::Tensor loss = meanDifference(made, real) + colorCast(made, real);
  at::Tensor a = made;
  at::Tensor b = real;
  for (int level = 0; level < 3; ++level) {
    const Band bandA = bandOf(a);
    const Band bandB = bandOf(b);
    loss = loss + meanDifference(bandA.detail, bandB.detail) * 0.6 +
           meanDifference(bandA.strength, bandB.strength) * 1.2;
    a = at::avg_pool2d(a, {2, 2});
    b = at::avg_pool2d(b, {2, 2});
    loss = loss + meanDifference(a, b) * 0.4;
  }
  return loss;
}

/// Scenes and, a third, textures as bytes on the CPU.  [count, 3, 256, 256]
at::Tensor drawPictures(std::uint64_t seed, std::int64_t count, at::Device device) {
  const at::NoGradGuard noGrad;
  const std::int64_t textures = count / 3;
  std::vector<Scene> scenes;
  for (std::int64_t i = textures; i < count; ++i) {
    scenes.push_back(randomScene(seed + static_cast<std::uint64_t>(i)));
  }
  at::Tensor pictures = renderScenes(scenes, 256, device);
  if (textures > 0) {
    pictures = at::cat({pictures, drawTextures(seed, textures, 256, device)});
  }
  return forDevice(pictures.mul(255.0).round().to(at::kByte).cpu(), device);
}

/// Pictures as bytes on the device; the oldest give way to new ones.
class PicturePool {
 public:
  PicturePool(std::int64_t capacity, at::Device device)
      : m_device(device),
        m_pictures(at::empty({capacity, 3, 256, 256}, at::TensorOptions().dtype(at::kByte).device(device))) {}

  void add(const at::Tensor& bytes) { m_ring.add(m_pictures, bytes); }
  [[nodiscard]] std::int64_t filled() const { return m_ring.filled(); }
  [[nodiscard]] std::int64_t drawn() const { return m_ring.added(); }

  /// [count, 3, side, side] in [-1, 1]: random crops, some of them mirrored
  at::Tensor crops(std::int64_t count, std::int64_t side, Dice& dice) const {
    const at::Tensor which = at::randint(filled(), {count}, at::TensorOptions().dtype(at::kLong).device(m_device));
    const auto room = static_cast<std::uint64_t>(256 - side + 1);
    const auto top = static_cast<std::int64_t>(dice.bits() % room);
    const auto left = static_cast<std::int64_t>(dice.bits() % room);
    at::Tensor crop = m_pictures.slice(2, top, top + side).slice(3, left, left + side).index_select(0, which);
    crop = crop.to(at::kFloat).div(127.5).sub(1.0);
    return dice.chance(0.5F) ? crop.flip({3}) : crop;
  }

 private:
  at::Device m_device;
  at::Tensor m_pictures;
  Ring m_ring;
};

at::Tensor halved(const at::Tensor& planes) { return at::avg_pool2d(planes, {2, 2}); }

/// Latents of half the size shall decode to the picture at half the size (Kouzelis et al. 2025, "EQ-VAE";
/// Skorokhodov et al. 2025): what a place's latents say then depends on no exact pattern of their neighbours, and is
/// far easier for a small denoiser to make up.
at::Tensor smallerLoss(const Vae& vae, const at::Tensor& latents, const at::Tensor& pixels, at::ScalarType type) {
  return reconstructionLoss(vae.decode(halved(latents).to(type)).to(at::kFloat), halved(pixels));
}

/// How far latents are off in training, as a share of how much they differ among each other.
constexpr double kLatentNoise = 0.2;

at::Tensor vaeLoss(const Vae& vae, const at::Tensor& pixels, at::ScalarType type) {
  const LatentDistribution latents = vae.encode(pixels.to(type));
  const at::Tensor mean = latents.mean.to(at::kFloat);
  const at::Tensor std = latents.std.to(at::kFloat);
  // What a denoiser makes up is never exact: pictures shall not depend on digits that it cannot get right.
  const at::Tensor off =
      at::randn({mean.size(0), 1, 1, 1}, mean.options()).abs() * mean.detach().std() * kLatentNoise;
  const at::Tensor sample = mean + (std + off) * at::randn_like(mean);
  const at::Tensor made = vae.decode(sample.to(type)).to(at::kFloat);
  const at::Tensor spread = (mean.square() + std.square() - 1.0 - (std + 1e-6).log() * 2.0).mean() * 0.5;
  const std::int64_t some = std::max<std::int64_t>(1, pixels.size(0) / 2);
  return reconstructionLoss(made, pixels) + spread * 2e-4 +
         smallerLoss(vae, sample.slice(0, 0, some), pixels.slice(0, 0, some), type) * 0.25;
}

double measureScaling(const Vae& vae, PicturePool& pool, at::ScalarType type, Dice& dice) {
  const at::Tensor latents =
      vae.encode(pool.crops(std::min<std::int64_t>(64, pool.filled()), 256, dice).to(type)).mean.to(at::kFloat);
  return 1.0 / std::max(1e-6, latents.std().item<double>());
}

Result<void> showReconstructions(const Vae& vae, PicturePool& pool, at::ScalarType type, Dice& dice,
                                 const std::filesystem::path& file) {
  const at::Tensor pixels = pool.crops(16, 256, dice);
  const at::Tensor made = vae.decode(vae.encode(pixels.to(type)).mean).to(at::kFloat).clamp(-1.0, 1.0);
  const double error = (made - pixels).square().mean().item<double>();
  std::printf("vae: PSNR %.2f dB on drawn pictures\n", 10.0 * std::log10(4.0 / error));
  return writeSheet(at::cat({pixels.slice(0, 0, 8), made.slice(0, 0, 8)}) * 0.5 + 0.5, 8, file);
}

}  // namespace

Result<TrainSummary> trainVae(Models& models, const TrainOptions& options, const DeviceSpec& device) {
  return guarded("training the autoencoder", [&]() -> TrainSummary {
    const at::ScalarType type = device.isGpu() ? at::kBFloat16 : at::kFloat;
    WeightsInTraining weights({.weightDecay = 1e-3, .averageDecay = 0.998});
    weights.add(*models.vae, device.device, type);
    Dice dice(options.seed);
    PicturePool pool(options.pool, device.device);
    const at::Device studio = paintingDevice(device);
    Painters<at::Tensor> painters(device.isGpu() ? options.painters : 0, studio, [&](std::uint64_t ticket) {
      return drawPictures(options.seed * 1000003 + ticket * static_cast<std::uint64_t>(options.fresh), options.fresh,
                          studio);
    });
    const auto refill = [&](bool wait) {
      for (const at::Tensor& pictures : painters.take(wait)) {
        pool.add(pictures);
      }
    };
    while (pool.filled() < std::min(options.pool, options.batch * 8)) {
      refill(true);
    }
    const auto start = std::chrono::steady_clock::now();
    const double budget = options.minutes * 60.0;
    std::int64_t steps = 0, seen = 0;
    std::vector<at::Tensor> losses;
    double progress = 0.0;
    while (progress < 1.0) {
      // Small crops first: four times as many pictures a second, and the last third learns whole pictures.
      const bool whole = options.from + (options.to - options.from) * progress > 0.65;
      const at::Tensor pixels = whole ? pool.crops(std::max<std::int64_t>(1, options.batch / 4), 256, dice)
                                      : pool.crops(options.batch, 128, dice);
      const at::Tensor loss = vaeLoss(*models.vae, pixels, type);
      loss.backward();
      weights.step(options.learningRate * rateFactor(steps, progress, options));
      losses.push_back(loss.detach());
      ++steps;
      seen += pixels.size(0);
      if (device.isGpu() ? paintersMayGoOn(options, studio == device.device, pool.drawn(), seen) : steps % 4 == 0) {
        refill(false);
      }
      if (steps % 50 == 0) {
        const double mean = at::stack(std::vector<at::Tensor>(losses.end() - 50, losses.end())).mean().item<double>();
        std::printf("vae: step %lld  loss %.4f  %lld pictures  %.0f s\n", static_cast<long long>(steps), mean,
                    static_cast<long long>(pool.drawn()), secondsSince(start));
        std::fflush(stdout);
      }
      progress = options.steps > 0 ? static_cast<double>(steps) / static_cast<double>(options.steps)
                                   : secondsSince(start) / budget;
    }
    const at::NoGradGuard noGrad;
    const TrainSummary summary = summaryOf(losses);
    weights.useAverage();
    models.scalingFactor = measureScaling(*models.vae, pool, at::kFloat, dice);
    if (auto shown = showReconstructions(*models.vae, pool, at::kFloat, dice, options.folder / "vae.png"); !shown) {
      std::printf("vae: no sheet: %s\n", shown.error().text().c_str());
    }
    if (auto saved = saveModule(*models.vae, options.folder, "vae", at::kHalf, models.scalingFactor); !saved) {
      throw std::runtime_error(saved.error().text());
    }
    std::printf("vae: %lld steps, loss %.4f -> %.4f, scaling factor %.5f\n", static_cast<long long>(summary.steps),
                summary.firstLoss, summary.lastLoss, models.scalingFactor);
    return summary;
  });
}

}  // namespace pleinair::etude
