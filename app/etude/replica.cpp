#include "app/etude/replica.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/DeviceGuard.h>

#include <algorithm>
#include <cstdio>

#include "core/diffusion/schedule.h"

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
at::Tensor diffusionLoss(const UNet& unet, const ClipText& text, const at::Tensor& latents, const at::Tensor& ids,
                         const at::Tensor& alphas, at::ScalarType type) {
  const at::Tensor times = trainingTimes(latents.size(0), latents.device());
  const at::Tensor noise = at::randn_like(latents);
  const at::Tensor noisy = addNoise(alphas, latents, noise, times);
  const at::Tensor context = text.forward(ids).lastHidden;
  const at::Tensor guess = unet.forward(noisy.to(type), times, context).to(at::kFloat);
  const at::Tensor alpha = alphas.index_select(0, times);
  const at::Tensor weight = ((1.0 - alpha) * 5.0).clamp_max(1.0);  // 1 - alpha = 1 / (SNR + 1)
  return ((guess - velocity(alphas, latents, noise, times)).square().mean({1, 2, 3}) * weight).mean();
}

}  // namespace

Replica::Replica(Models& models, const TrainOptions& options, Place place)
    : m_models(models),
      m_options(options),
      m_place(place),
      m_share(std::max<std::int64_t>(1, options.batch / place.of)),
      m_type(place.device.is_cuda() ? at::kBFloat16 : at::kFloat),
      m_alphas(alphasCumprod(noiseSchedule()).to(place.device)),
      m_ownUnet(place.number > 0 ? std::make_unique<UNet>(models.unet->config()) : nullptr),
      m_ownText(place.number > 0 ? std::make_unique<ClipText>(models.text->config()) : nullptr),
      m_painter(models, place.device),
      m_pool(options.pool / place.of, models.vae->config().latentChannels, place.device),
      m_painters(place.device.is_cuda() ? options.painters : 0, place.device, [this](std::uint64_t ticket) {
        const auto parcel =
            ticket * static_cast<std::uint64_t>(m_place.of) + static_cast<std::uint64_t>(m_place.number);
        const auto fresh = static_cast<std::uint64_t>(m_options.fresh);
        return m_painter.draw(m_options.seed * 7000003 + parcel * fresh, m_options.fresh);
      }) {
  if (place.device.is_cuda() && place.number > 0) {  // or all devices would draw the same noise
    at::Generator noise = at::globalContext().defaultGenerator(place.device);
    noise.set_current_seed(options.seed + 1000003 * static_cast<std::uint64_t>(place.number));
  }
}

void Replica::refill(bool wait) {
  for (const LatentParcel& parcel : m_painters.take(wait)) {
    if (at::isfinite(parcel.means).all().item<bool>()) {
      m_pool.add(parcel);
    } else {  // one such latent would end in every weight
      std::printf("diffusion: a parcel has latents that are no numbers, left out\n");
    }
  }
}

void Replica::waitForPictures() {
  while (m_pool.filled() < std::min(m_options.pool / m_place.of, m_share * 16)) {
    refill(true);
  }
}

at::Tensor Replica::learn() {
  const c10::DeviceGuard here(m_place.device);
  const auto [latents, ids] = m_pool.batch(m_share);
  const at::Tensor loss = diffusionLoss(unet(), text(), latents, ids, m_alphas, m_type);
  loss.backward();
  m_shown += m_share;
  if (paintersMayGoOn(m_options, m_place.device.is_cuda(), m_pool.drawn(), m_shown)) {
    refill(false);
  }
  return loss.detach();
}

}  // namespace pleinair::etude
