#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "app/etude/captions.h"
#include "app/etude/colors.h"
#include "app/etude/pictures.h"
#include "app/etude/renderer.h"
#include "app/etude/training.h"
#include "app/etude/weights_in_training.h"
#include "core/diffusion/schedule.h"
#include "core/tensor/torch_error.h"

namespace pleinair::etude {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

constexpr std::int64_t kCaptions = 4;  // of each picture, so that no wording sticks to it

/// Latents and captions of drawn scenes, a part of them always fresh. Drawing is split in two: `begin` leaves work
/// on the device, `finish` reads its colours back and writes the captions while the device is busy with training.
class LatentPool {
 public:
  LatentPool(const Models& models, std::int64_t capacity, std::uint64_t seed, const DeviceSpec& device,
             at::ScalarType type)
      : m_models(models), m_device(device.device), m_type(type), m_seed(seed), m_dice(seed) {
    const auto half = at::TensorOptions().dtype(device.isGpu() ? at::kHalf : at::kFloat).device(m_device);
    m_means = at::empty({capacity, 4, 32, 32}, half);
    m_stds = at::empty({capacity, 4, 32, 32}, half);
    m_ids = at::empty({capacity, kCaptions, 77}, at::kLong);
  }

  void begin(std::int64_t count) {
    const at::NoGradGuard noGrad;
    m_scenes.clear();
    at::Tensor horizons = at::empty({count, 1, 1, 1});
    for (std::int64_t i = 0; i < count; ++i) {
      m_scenes.push_back(randomScene(m_seed++));
      horizons.mutable_data_ptr<float>()[i] = m_scenes.back().at(Quantity::Horizon);
    }
    const at::Tensor pictures = renderScenes(m_scenes, 256, m_device);
    const at::Tensor rows = at::arange(256, pictures.options()).div(256.0).view({1, 1, 256, 1});
    const at::Tensor sky = (rows < horizons.to(m_device)).to(at::kFloat);
    m_shares = at::stack({colorShares(pictures, sky), colorShares(pictures)}, 1);
    const LatentDistribution latents = m_models.vae->encode((pictures * 2.0 - 1.0).to(m_type));
    m_newMeans = latents.mean.to(at::kFloat) * m_models.scalingFactor;
    m_newStds = latents.std.to(at::kFloat) * m_models.scalingFactor;
  }

  void readColors() { m_shares = m_shares.cpu(); }

  void finish() {
    const at::NoGradGuard noGrad;
    const std::int64_t count = m_newMeans.size(0);
    for (std::int64_t i = 0; i < count; ++i) {
      const Scene& scene = m_scenes[static_cast<std::size_t>(i)];
      PictureColors colors;
      for (const std::size_t c : mainColors(m_shares[i][0], 0.18)) {
        colors.sky.push_back(colorNames()[c]);
      }
      for (const std::size_t c : mainColors(m_shares[i][1], 0.16)) {
        colors.whole.push_back(colorNames()[c]);
      }
      const std::int64_t slot = (m_next + i) % m_means.size(0);
      for (std::int64_t k = 0; k < kCaptions; ++k) {
        const auto ids = m_models.tokenizer->encodePadded(describe(scene, colors, m_dice));
        std::copy(ids.begin(), ids.end(), m_ids.mutable_data_ptr<std::int64_t>() + (slot * kCaptions + k) * 77);
      }
    }
    std::int64_t done = 0;
    while (done < count) {
      const std::int64_t part = std::min(count - done, m_means.size(0) - m_next);
      m_means.slice(0, m_next, m_next + part).copy_(m_newMeans.slice(0, done, done + part));
      m_stds.slice(0, m_next, m_next + part).copy_(m_newStds.slice(0, done, done + part));
      done += part;
      m_next = (m_next + part) % m_means.size(0);
      m_filled = std::max(m_filled, m_next == 0 ? m_means.size(0) : m_next);
    }
  }

  [[nodiscard]] std::int64_t filled() const { return m_filled; }

  /// Latents [count, 4, 32, 32] float32 on the device and ids [count, 77] on the CPU.
  std::pair<at::Tensor, at::Tensor> batch(std::int64_t count) {
    at::Tensor which = at::empty({count}, at::kLong);
    at::Tensor ids = at::empty({count, 77}, at::kLong);
    for (std::int64_t i = 0; i < count; ++i) {
      const auto slot = static_cast<std::int64_t>(m_dice.bits() % static_cast<std::uint64_t>(m_filled));
      const auto caption = static_cast<std::int64_t>(m_dice.bits() % kCaptions);
      which.mutable_data_ptr<std::int64_t>()[i] = slot;
      std::copy_n(m_ids.const_data_ptr<std::int64_t>() + (slot * kCaptions + caption) * 77, 77,
                  ids.mutable_data_ptr<std::int64_t>() + i * 77);
    }
    const at::Tensor onDevice = which.to(m_device);
    const at::Tensor mean = m_means.index_select(0, onDevice).to(at::kFloat);
    const at::Tensor std = m_stds.index_select(0, onDevice).to(at::kFloat);
    return {mean + std * at::randn_like(mean), ids};
  }

 private:
  const Models& m_models;
  at::Device m_device;
  at::ScalarType m_type;
  std::uint64_t m_seed;
  Dice m_dice;
  at::Tensor m_means, m_stds, m_ids, m_shares, m_newMeans, m_newStds;
  std::vector<Scene> m_scenes;
  std::int64_t m_next = 0, m_filled = 0;
};

/// Min-SNR weighting (Hang et al. 2023) for noise prediction, gamma 5, and a little noise offset so that dark and
/// bright pictures can be reached.
at::Tensor diffusionLoss(const Models& models, const at::Tensor& latents, const at::Tensor& ids, const at::Tensor& alphas,
                         at::ScalarType type) {
  const std::int64_t count = latents.size(0);
  const at::Tensor times = at::randint(1000, {count}, latents.options().dtype(at::kLong));
  const at::Tensor alpha = alphas.index_select(0, times).view({count, 1, 1, 1});
  const at::Tensor noise = at::randn_like(latents) + at::randn({count, 4, 1, 1}, latents.options()) * 0.05;
  const at::Tensor noisy = latents * alpha.sqrt() + noise * (1.0 - alpha).sqrt();
  const at::Tensor context = models.text->forward(ids).lastHidden;
  const at::Tensor guess = models.unet->forward(noisy.to(type), times, context).to(at::kFloat);
  const at::Tensor ratio = (alpha / (1.0 - alpha)).view({count});
  const at::Tensor weight = ratio.clamp_max(5.0) / ratio;
  return ((guess - noise).square().mean({1, 2, 3}) * weight).mean();
}

void save(Models& models, const std::filesystem::path& folder) {
  for (auto saved : {saveModule(*models.unet, folder, "unet", at::kHalf), saveModule(*models.text, folder, "text", at::kHalf)}) {
    if (!saved) {
      throw std::runtime_error(saved.error().text());
    }
  }
}

void showSamples(const Models& models, const std::filesystem::path& file, const DeviceSpec& device) {
  std::vector<std::string> prompts = sheetPrompts();
  if (!device.isGpu()) {
    prompts.resize(4);
  }
  auto pictures = samplePictures(models, prompts, {}, device);
  if (!pictures) {
    std::printf("diffusion: no sheet: %s\n", pictures.error().text().c_str());
    return;
  }
  if (auto written = writeSheet(*pictures, 10, file); !written) {
    std::printf("diffusion: no sheet: %s\n", written.error().text().c_str());
  }
}

}  // namespace

Result<TrainSummary> trainDiffusion(Models& models, const TrainOptions& options, const DeviceSpec& device) {
  return guarded("training the denoiser", [&]() -> TrainSummary {
    const at::ScalarType type = device.isGpu() ? at::kBFloat16 : at::kFloat;
    models.vae->to(device.device, type);
    WeightsInTraining weights({.averageDecay = 0.9985});
    weights.add(*models.unet, device.device, type);
    weights.add(*models.text, device.device, type);
    const at::Tensor alphas = alphasCumprod(ScheduleConfig{}).to(device.device);
    const auto start = Clock::now();
    LatentPool pool(models, options.pool, options.seed * 7000003, device, type);
    while (pool.filled() < std::min(options.pool, options.batch * 16)) {
      pool.begin(std::max<std::int64_t>(options.fresh, std::min<std::int64_t>(128, options.batch)));
      pool.readColors();
      pool.finish();
    }
    std::printf("diffusion: %lld pictures drawn in %.1f s\n", static_cast<long long>(pool.filled()), secondsSince(start));
    std::fflush(stdout);
    pool.begin(options.fresh);
    const double budget = options.minutes * 60.0;
    TrainSummary summary;
    std::vector<at::Tensor> losses;
    double progress = 0.0;
    double saved = 0.0;
    while (progress < 1.0) {
      pool.readColors();
      const auto [latents, ids] = pool.batch(options.batch);
      const at::Tensor loss = diffusionLoss(models, latents, ids, alphas, type);
      loss.backward();
      weights.step(options.learningRate * rateFactor(summary.steps, progress, options));
      losses.push_back(loss.detach());
      pool.finish();
      pool.begin(options.fresh);
      ++summary.steps;
      if (summary.steps % 50 == 0) {
        const double mean = at::stack(std::vector<at::Tensor>(losses.end() - 50, losses.end())).mean().item<double>();
        std::printf("diffusion: step %lld  loss %.4f  %.0f s\n", static_cast<long long>(summary.steps), mean,
                    secondsSince(start));
        std::fflush(stdout);
        if (secondsSince(start) - saved > 100.0) {  // what a lost machine would take with it is small
          saved = secondsSince(start);
          weights.useAverage();
          save(models, options.folder);
          weights.useTrained();
        }
      }
      progress = options.steps > 0 ? static_cast<double>(summary.steps) / static_cast<double>(options.steps)
                                   : secondsSince(start) / budget;
    }
    const at::NoGradGuard noGrad;
    const at::Tensor all = at::stack(losses).cpu();
    const std::int64_t tenth = std::max<std::int64_t>(1, summary.steps / 10);
    summary.firstLoss = all.slice(0, 0, tenth).mean().item<double>();
    summary.lastLoss = all.slice(0, summary.steps - tenth).mean().item<double>();
    weights.useAverage();
    models.vae->to(device.device, at::kFloat);
    save(models, options.folder);
    showSamples(models, options.folder / "samples.png", device);
    std::printf("diffusion: %lld steps, loss %.4f -> %.4f\n", static_cast<long long>(summary.steps), summary.firstLoss,
                summary.lastLoss);
    return summary;
  });
}

}  // namespace pleinair::etude
