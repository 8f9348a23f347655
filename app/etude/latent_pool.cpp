#include "app/etude/latent_pool.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "app/etude/captions.h"
#include "app/etude/colors.h"
#include "app/etude/painters.h"
#include "app/etude/renderer.h"
#include "core/models/load_module.h"

namespace pleinair::etude {

LatentPainter::LatentPainter(Models& models, at::Device device)
    : m_models(models), m_device(device), m_type(device.is_cuda() ? at::kBFloat16 : at::kFloat) {
  m_vae = std::make_unique<Vae>(models.vae->config());
  const TensorMap weights = parametersOf(*models.vae);
  m_vae->visitParameters([&](const std::string& name, at::Tensor& slot, const std::vector<std::int64_t>&) {
    slot = weights.at(name).detach().to(m_device, m_type).clone();
  });
  if (m_device.is_cuda()) {  // painters read it in streams of their own
    c10::impl::VirtualGuardImpl(at::kCUDA).synchronizeDevice(m_device.index());
  }
}

LatentParcel LatentPainter::draw(std::uint64_t seed, std::int64_t count) const {
  const at::NoGradGuard noGrad;
  std::vector<Scene> scenes;
  at::Tensor horizons = at::empty({count, 1, 1, 1});
  for (std::int64_t i = 0; i < count; ++i) {
    scenes.push_back(randomScene(seed + static_cast<std::uint64_t>(i)));
    horizons.mutable_data_ptr<float>()[i] = scenes.back().at(Quantity::Horizon);
  }
  const at::Tensor pictures = renderScenes(scenes, 256, m_device);
  const at::Tensor rows = at::arange(256, pictures.options()).div(256.0).view({1, 1, 256, 1});
  const at::Tensor sky = (rows < horizons.to(m_device)).to(at::kFloat);
  const at::Tensor shares = at::stack({colorShares(pictures, sky), colorShares(pictures)}, 1).cpu();
  // No caption speaks of left and right: the mirrored picture is another one, and costs no drawing.
  const at::Tensor both = at::cat({pictures, pictures.flip({3})});
  const LatentDistribution latents = m_vae->encode((both * 2.0 - 1.0).to(m_type));
  const at::ScalarType kept = m_device.is_cuda() ? at::kHalf : at::kFloat;
  LatentParcel parcel;
  const auto scaled = [&](const at::Tensor& x) {
    return forDevice((x.to(at::kFloat) * m_models.scalingFactor).to(kept).cpu(), m_device);
  };
  parcel.means = scaled(latents.mean);
  parcel.stds = scaled(latents.std);
  parcel.ids = forDevice(at::empty({2 * count, kCaptions, 77}, at::kShort), m_device);
  Dice dice(seed ^ 0x5bd1e995U);
  auto* ids = parcel.ids.mutable_data_ptr<std::int16_t>();
  for (std::int64_t picture = 0; picture < 2 * count; ++picture) {
    const std::int64_t i = picture % count;
    PictureColors colors;
    for (const std::size_t c : mainColors(shares[i][0], 0.18)) {
      colors.sky.push_back(colorNames()[c]);
    }
    for (const std::size_t c : mainColors(shares[i][1], 0.16)) {
      colors.whole.push_back(colorNames()[c]);
    }
    for (std::int64_t k = 0; k < kCaptions; ++k) {
      for (const std::int64_t id :
           m_models.tokenizer->encodePadded(describe(scenes[static_cast<std::size_t>(i)], colors, dice))) {
        *ids++ = static_cast<std::int16_t>(id);
      }
    }
  }
  return parcel;
}

LatentPool::LatentPool(std::int64_t capacity, std::int64_t channels, at::Device device) : m_device(device) {
  const auto options = at::TensorOptions().dtype(device.is_cuda() ? at::kHalf : at::kFloat).device(device);
  m_means = at::empty({capacity, channels, 32, 32}, options);
  m_stds = at::empty({capacity, channels, 32, 32}, options);
  m_ids = at::empty({capacity, kCaptions, 77}, options.dtype(at::kShort));
}

void LatentPool::add(const LatentParcel& parcel) {
  m_ring.add({m_means, m_stds, m_ids}, {parcel.means, parcel.stds, parcel.ids});
}

std::pair<at::Tensor, at::Tensor> LatentPool::batch(std::int64_t count) const {
  const auto numbers = at::TensorOptions().dtype(at::kLong).device(m_device);
  const at::Tensor which = at::randint(filled(), {count}, numbers),
                   caption = at::randint(kCaptions, {count}, numbers);
  const at::Tensor mean = m_means.index_select(0, which).to(at::kFloat);
  const at::Tensor std = m_stds.index_select(0, which).to(at::kFloat);
  const at::Tensor ids = m_ids.view({-1, 77}).index_select(0, which * kCaptions + caption).to(at::kLong);
  return {mean + std * at::randn_like(mean), ids};
}

}  // namespace pleinair::etude
