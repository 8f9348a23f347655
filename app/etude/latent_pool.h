#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <utility>

#include "app/etude/models.h"
#include "app/etude/ring.h"
#include "app/etude/scene.h"
#include "core/tensor/device.h"

namespace pleinair::etude {

constexpr std::int64_t kCaptions = 4;  ///< of each picture, so that no wording sticks to it

/// What a UNet learns from: pictures as the autoencoder describes them, and what they show in words. On the CPU.
struct LatentParcel {
  at::Tensor means, stds;  // [n, channels, 32, 32] scaled, half on a GPU's way and else float32
  at::Tensor ids;          // [n, kCaptions, 77] int16
};

/// Draws scenes on a device of its own and encodes them with a copy of the autoencoder.
class LatentPainter {
 public:
  LatentPainter(Models& models, at::Device device);
  /// Any thread.  2 * count pictures: the scenes, then the same mirrored, with other captions. `seed` is the first
  /// scene's; the others follow it
  [[nodiscard]] LatentParcel draw(std::uint64_t seed, std::int64_t count) const;

 private:
  const Models& m_models;
  at::Device m_device;
  at::ScalarType m_type;
  std::unique_ptr<Vae> m_vae;
};

/// The latents and captions a training draws its batches from; the oldest give way once it is full.
class LatentPool {
 public:
  /// Room on `device` for so many pictures, whose latents have so many channels.
  LatentPool(std::int64_t capacity, std::int64_t channels, at::Device device);
  void add(const LatentParcel& parcel);
  [[nodiscard]] std::int64_t filled() const { return m_ring.filled(); }
  [[nodiscard]] std::int64_t drawn() const { return m_ring.added(); }
  /// Samples of the latents [count, channels, 32, 32] float32 and ids [count, 77], on the device. Chosen there, so
  /// that a training need not wait for its GPU to ask for the next step.
  [[nodiscard]] std::pair<at::Tensor, at::Tensor> batch(std::int64_t count) const;

 private:
  at::Device m_device;
  at::Tensor m_means, m_stds, m_ids;
  Ring m_ring;
};

}  // namespace pleinair::etude
