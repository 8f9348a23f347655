#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/config/training_config.h"
#include "core/dataset/buckets.h"
#include "core/dataset/photos.h"
#include "core/models/text_conditioning.h"
#include "core/models/vae.h"
#include "core/training/listener.h"

namespace pleinair {

struct StableDiffusion;

/// One photo, ready to train on. The tensors are float32 views of the caches' files on the CPU.
struct TrainingPhoto {
  Photo photo;
  std::string caption;  ///< what is trained: the photo's, else the project's trigger alone
  BucketSize bucket;
  SizeConditioning sizes;  ///< the photo's own size and what the bucket crops of it, for SDXL
  LatentDistribution latents;  // [4, h, w] each, not scaled
};

/// A project's photos with latents and text embeddings, encoded where the caches lack them.
struct TrainingSet {
  std::vector<TrainingPhoto> photos;        ///< sorted by path
  std::map<std::string, PromptEncoding> texts;  ///< caption -> [77, C] and [P]; "" is always there
  std::string trigger;
  std::string fingerprint;  ///< of photos, captions and sizes
  int encodedPhotos = 0, skippedPhotos = 0;
  bool cancelled = false;

  [[nodiscard]] std::vector<BucketSize> sizes() const;
};

/// Reads the project's photos and captions and fills its caches. A photo that cannot be used (missing, corrupt, NaN
/// latents, or not cached where no decoder is built in) is told to the listener and left out; EmptyDataset when
/// none is left. A cancelled set holds what was ready.
Result<TrainingSet> prepareTrainingSet(StableDiffusion& model, const std::filesystem::path& project,
                                       const TrainingConfig& config, TrainingListener& listener,
                                       const std::stop_token& stop);

}  // namespace pleinair
