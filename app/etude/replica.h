#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "app/etude/latent_pool.h"
#include "app/etude/models.h"
#include "app/etude/painters.h"
#include "app/etude/training.h"

namespace pleinair::etude {

/// One device's part in training the denoiser: it draws pictures of its own, keeps them, and finds the gradient of
/// its share of every batch with networks that WeightsInTraining keeps alike on all devices.
class Replica {
 public:
  /// Which of how many, on which device. The first one computes with the networks of `models`, the others with
  /// copies.
  struct Place {
    int number = 0, of = 1;
    at::Device device = at::kCPU;
  };
  /// Beside a GPU's training threads begin to draw at once. The models' autoencoder is float32 by then; models and
  /// options outlive the replica.
  Replica(Models& models, const TrainOptions& options, Place place);

  /// The networks it computes with, on whichever device WeightsInTraining puts them.
  [[nodiscard]] UNet& unet() { return m_ownUnet ? *m_ownUnet : *m_models.unet; }
  [[nodiscard]] ClipText& text() { return m_ownText ? *m_ownText : *m_models.text; }
  /// How many pictures it has drawn so far.
  [[nodiscard]] std::int64_t drawn() const { return m_pool.drawn(); }

  /// Waits until there are pictures enough to begin with.
  void waitForPictures();
  /// Adds the loss's gradient over this replica's share of a batch to the weights of its networks. Any thread, one at
  /// a time.  -> the loss, a scalar on the device
  at::Tensor learn();

 private:
  void refill(bool wait);

  Models& m_models;
  const TrainOptions& m_options;
  Place m_place;
  std::int64_t m_share = 1, m_shown = 0;
  at::ScalarType m_type;
  at::Tensor m_alphas;
  std::unique_ptr<UNet> m_ownUnet;
  std::unique_ptr<ClipText> m_ownText;
  LatentPainter m_painter;
  LatentPool m_pool;
  Painters<LatentParcel> m_painters;  // last: its threads use what stands above
};

}  // namespace pleinair::etude
