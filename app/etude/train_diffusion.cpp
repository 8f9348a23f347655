#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "app/etude/latent_pool.h"
#include "app/etude/painters.h"
#include "app/etude/pictures.h"
#include "app/etude/training.h"
#include "app/etude/weights_in_training.h"
#include "core/base/clock.h"
#include "core/diffusion/schedule.h"
#include "core/tensor/torch_error.h"

namespace pleinair::etude {
namespace {

/// Timesteps [count], half of them spread evenly and half about the middle (logit-normal, Esser et al. 2024): there a
/// picture's forms are decided, and at both ends there is less to learn from another look.
at::Tensor trainingTimes(std::int64_t count, at::Device device) {
  const auto floats = at::TensorOptions().dtype(at::kFloat).device(device);
  const at::Tensor even = at::rand({count}, floats), middle = at::randn({count}, floats).sigmoid();
  const at::Tensor place = at::where(at::rand({count}, floats) < 0.5, even, middle);
  return place.mul(1000.0).to(at::kLong).clamp(0, 999);
}

/// The velocity's error. Levels with hardly any noise would outweigh all others (a velocity's error there is one of
/// the clean latents many times over), so their weight is cut as min-SNR does (Hang et al. 2023), gamma 5; the noisy
/// levels, where a picture's colours and composition are decided, keep theirs.
at::Tensor diffusionLoss(const Models& models, const at::Tensor& latents, const at::Tensor& ids,
                         const at::Tensor& alphas, at::ScalarType type) {
  const std::int64_t count = latents.size(0);
  const at::Tensor times = trainingTimes(count, latents.device());
  const at::Tensor noise = at::randn_like(latents);
  const at::Tensor noisy = addNoise(alphas, latents, noise, times);
  const at::Tensor context = models.text->forward(ids).lastHidden;
  const at::Tensor guess = models.unet->forward(noisy.to(type), times, context).to(at::kFloat);
  const at::Tensor alpha = alphas.index_select(0, times);
  const at::Tensor weight = ((1.0 - alpha) * 5.0).clamp_max(1.0);  // 1 - alpha = 1 / (SNR + 1)
  return ((guess - velocity(alphas, latents, noise, times)).square().mean({1, 2, 3}) * weight).mean();
}

void save(Models& models, const std::filesystem::path& folder) {
  for (auto saved :
       {saveModule(*models.unet, folder, "unet", at::kHalf), saveModule(*models.text, folder, "text", at::kHalf)}) {
    if (!saved) {
      throw std::runtime_error(saved.error().text());
    }
  }
}

void show(const at::Tensor& pictures, std::int64_t columns, const std::filesystem::path& file) {
  if (auto written = writeSheet(pictures, columns, file); !written) {
    std::printf("diffusion: no sheet: %s\n", written.error().text().c_str());
  }
}

std::vector<std::string> promptsFor(const DeviceSpec& device) {
  std::vector<std::string> prompts = sheetPrompts();
  if (!device.isGpu()) {
    prompts.resize(4);
  }
  return prompts;
}

/// When pictures are drawn for the evolution strip; its last row is the finished model's.
constexpr std::array<std::int64_t, 6> kStripSteps = {250, 1000, 2500, 5000, 9000, 14000};

/// One row of the evolution strip.
at::Tensor strip(const Models& models, const DeviceSpec& device) {
  auto pictures = samplePictures(models, evolutionPrompts(), {}, device);
  return pictures ? at::avg_pool2d(*pictures, {2, 2}).cpu() : at::Tensor();
}

/// What is the same in every step of one training.
struct Session {
  Session(Models& m, const TrainOptions& o, const DeviceSpec& d) : models(m), options(o), device(d) {}

  Models& models;
  const TrainOptions& options;
  const DeviceSpec& device;
  WeightsInTraining weights{{.averageDecay = 0.999}};
  at::Tensor alphas;
  at::ScalarType type = at::kFloat;
  std::vector<at::Tensor> losses, strips;
  double saved = 0.0;

  void step(LatentPool& pool, double progress) {
    const auto [latents, ids] = pool.batch(options.batch);
    const at::Tensor loss = diffusionLoss(models, latents, ids, alphas, type);
    loss.backward();
    weights.step(options.learningRate * rateFactor(static_cast<std::int64_t>(losses.size()), progress, options));
    losses.push_back(loss.detach());
  }

  void report(const LatentPool& pool, double seconds) {
    const auto steps = static_cast<std::int64_t>(losses.size());
    const bool stripDue = device.isGpu() && std::ranges::find(kStripSteps, steps) != kStripSteps.end();
    if (stripDue || seconds - saved > 100.0) {  // what a lost machine would take with it is small
      weights.useAverage();
      if (stripDue) {
        const at::NoGradGuard noGrad;
        strips.push_back(strip(models, device));
      } else {
        saved = seconds;
        save(models, options.folder);
      }
      weights.useTrained();
    }
    if (steps % 50 == 0) {
      const double mean = at::stack(std::vector<at::Tensor>(losses.end() - 50, losses.end())).mean().item<double>();
      std::printf("diffusion: step %lld  loss %.4f  %lld pictures  %.0f s\n", static_cast<long long>(steps), mean,
                  static_cast<long long>(pool.drawn()), seconds);
      std::fflush(stdout);
    }
  }
};

}  // namespace

Result<TrainSummary> trainDiffusion(Models& models, const TrainOptions& options, const DeviceSpec& device) {
  return guarded("training the denoiser", [&]() -> TrainSummary {
    Session session(models, options, device);
    session.type = device.isGpu() ? at::kBFloat16 : at::kFloat;
    session.alphas = alphasCumprod(noiseSchedule()).to(device.device);
    const LatentPainter painter(models, paintingDevice(device));
    models.vae->to(device.device, at::kFloat);
    session.weights.add(*models.unet, device.device, session.type);
    session.weights.add(*models.text, device.device, session.type);
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t seeds = options.seed * 7000003;
    LatentPool pool(options.pool, models.vae->config().latentChannels, device.device);
    Painters<LatentParcel> painters(
        device.isGpu() ? options.painters : 0, paintingDevice(device), [&](std::uint64_t ticket) {
          return painter.draw(seeds + ticket * static_cast<std::uint64_t>(options.fresh), options.fresh);
        });
    const auto refill = [&](bool wait) {
      for (const LatentParcel& parcel : painters.take(wait)) {
        if (at::isfinite(parcel.means).all().item<bool>()) {
          pool.add(parcel);
        } else {  // one such latent would end in every weight
          std::printf("diffusion: a parcel has latents that are no numbers, left out\n");
        }
      }
    };
    while (pool.filled() < std::min(options.pool, options.batch * 16)) {
      refill(true);
    }
    std::printf("diffusion: %lld pictures drawn in %.1f s\n", static_cast<long long>(pool.filled()),
                secondsSince(start));
    std::fflush(stdout);
    const double budget = options.minutes * 60.0;
    double progress = 0.0;
    while (progress < 1.0) {
      session.step(pool, progress);
      const auto shown = static_cast<std::int64_t>(session.losses.size()) * options.batch;
      if (paintersMayGoOn(options, device, pool.drawn(), shown)) {
        refill(false);
      }
      session.report(pool, secondsSince(start));
      const auto steps = static_cast<double>(session.losses.size());
      progress = options.steps > 0 ? steps / static_cast<double>(options.steps) : secondsSince(start) / budget;
    }
    const at::NoGradGuard noGrad;
    const TrainSummary summary = summaryOf(session.losses);
    session.weights.useAverage();
    save(models, options.folder);
    auto pictures = samplePictures(models, promptsFor(device), {}, device);
    if (pictures) {
      show(*pictures, 8, options.folder / "samples.png");
    }
    if (!session.strips.empty()) {
      session.strips.push_back(strip(models, device));
      show(at::cat(session.strips), session.strips.front().size(0), options.folder / "evolution.png");
    }
    std::printf("diffusion: %lld steps, loss %.4f -> %.4f, %lld pictures drawn\n",
                static_cast<long long>(summary.steps), summary.firstLoss, summary.lastLoss,
                static_cast<long long>(pool.drawn()));
    return summary;
  });
}

}  // namespace pleinair::etude
