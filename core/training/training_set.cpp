#include "core/training/training_set.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "core/base/cancellation.h"
#include "core/config/yaml_codec.h"
#include "core/image/codec.h"
#include "core/pipeline/stable_diffusion.h"
#include "core/tensor/image_tensor.h"
#include "core/tensor/torch_error.h"
#include "core/training/latent_cache.h"
#include "core/training/photo_index.h"
#include "core/weights/hash.h"

namespace pleinair {

namespace fs = std::filesystem;

namespace {

Result<LatentDistribution> encodePhoto(StableDiffusion& model, const fs::path& file, BucketSize bucket) {
  PLEINAIR_ASSIGN(const Image image, decodeCover(file, bucket.width, bucket.height));
  PLEINAIR_ASSIGN(
      LatentDistribution latents, guarded("encoding a photo", [&] {
        const at::NoGradGuard noGrad;
        const at::Tensor pixels = imageToTensor(image).to(model.device.device, model.vae->dtype());
        const LatentDistribution one = model.vae->encode(pixels);
        return LatentDistribution{one.mean[0].to(at::kCPU, at::kFloat), one.std[0].to(at::kCPU, at::kFloat)};
      }));
  if (!at::isfinite(latents.mean).all().item<bool>() || !at::isfinite(latents.std).all().item<bool>()) {
    return Error{ErrorCode::NotANumber, "The model turns this photo into numbers that are none",
                 file.string() + ", VAE latents", "Use float32 for this model, or leave the photo out."};
  }
  return latents;
}

Result<PromptEncoding> encodeCaption(StableDiffusion& model, const std::string& caption) {
  return guarded("encoding a caption", [&] {
    const PromptEncoding encoded = model.encodePrompts(std::span(&caption, 1));
    PromptEncoding row{encoded.context[0].to(at::kCPU, at::kFloat), {}};
    if (encoded.pooled.defined()) row.pooled = encoded.pooled[0].to(at::kCPU, at::kFloat);
    return row;
  });
}

/// What SDXL is told about a photo that was scaled to cover its bucket and cropped to its centre: the crop corner counts
/// in pixels of the scaled photo, as in the training that the model knows.
SizeConditioning sizesOf(int width, int height, BucketSize bucket) {
  const double scale = std::max(static_cast<double>(bucket.width) / width, static_cast<double>(bucket.height) / height);
  SizeConditioning sizes{.originalWidth = width, .originalHeight = height};
  sizes.cropLeft = std::max(0, static_cast<int>(std::lround(width * scale)) - bucket.width) / 2;
  sizes.cropTop = std::max(0, static_cast<int>(std::lround(height * scale)) - bucket.height) / 2;
  sizes.targetWidth = bucket.width;
  sizes.targetHeight = bucket.height;
  return sizes;
}

/// Walks over the project once; the steps share what they need.
class Preparation {
 public:
  Preparation(StableDiffusion& model, const fs::path& project, const TrainingConfig& config,
              TrainingListener& listener, const std::stop_token& stop, LatentCache cache)
      : m_model(model),
        m_project(project),
        m_config(config),
        m_listener(listener),
        m_stop(stop),
        m_cache(std::move(cache)) {}

  Result<TrainingSet> run() {
    PLEINAIR_ASSIGN(const Project project, yaml::loadProject(m_project / "project.yaml"));
    m_set.trigger = project.trigger;
    try {
      PLEINAIR_TRY(readPhotos());
      PLEINAIR_TRY(encodePhotos());
      PLEINAIR_TRY(encodeCaptions());
    } catch (const CancelledException&) {
      m_set.cancelled = true;
    }
    if (m_set.photos.empty() && !m_set.cancelled) {
      return Error{
          ErrorCode::EmptyDataset, "There is no photo to train on", m_project.string(),
          m_set.skippedPhotos > 0 ? "Every photo was left out; see the reasons." : "Add photos to the project."};
    }
    std::string all;
    for (const TrainingPhoto& photo : m_set.photos) {
      all.append(photo.photo.path).append("|").append(photo.caption).append("|");
      all.append(std::to_string(photo.bucket.width))
          .append("x")
          .append(std::to_string(photo.bucket.height))
          .append("\n");
    }
    m_set.fingerprint = sha256Hex(all);
    return std::move(m_set);
  }

 private:
  [[nodiscard]] fs::path fileOf(const Photo& photo) const {
    return m_project / "dataset" / fs::path(std::u8string(photo.path.begin(), photo.path.end()));
  }

  bool cancelled() { return m_set.cancelled = m_set.cancelled || m_stop.stop_requested(); }

  void skip(const Photo& photo, const Error& error) {
    ++m_set.skippedPhotos;
    m_listener.onPhotoSkipped(fileOf(photo), error);
  }

  Result<void> readPhotos() {
    PLEINAIR_ASSIGN(std::vector<Photo> photos, listPhotos(m_project));
    PhotoIndex index = PhotoIndex::open(m_project / "cache");
    m_listener.onStage(training::stage::kReadingPhotos, static_cast<std::int64_t>(photos.size()));
    std::int64_t done = 0;
    for (Photo& photo : photos) {
      if (cancelled()) return {};
      auto facts = index.facts(photo.path, fileOf(photo));
      m_listener.onProgress(++done);
      if (!facts) {
        skip(photo, facts.error());
        continue;
      }
      TrainingPhoto entry;
      entry.caption = photo.caption.empty() ? m_set.trigger : photo.caption;
      entry.bucket = bucketFor(facts->width, facts->height, m_config.resolution, m_config.bucketStep);
      entry.sizes = sizesOf(facts->width, facts->height, entry.bucket);
      entry.photo = std::move(photo);
      m_set.photos.push_back(std::move(entry));
      m_hashes.push_back(facts->contentHash);
    }
    return index.save();
  }

  Result<void> encodePhotos() {
    m_listener.onStage(training::stage::kEncodingPhotos, static_cast<std::int64_t>(m_set.photos.size()));
    std::vector<TrainingPhoto> ready;
    for (std::size_t i = 0; i < m_set.photos.size() && !cancelled(); ++i) {
      TrainingPhoto& photo = m_set.photos[i];
      auto cached = m_cache.latents(m_hashes[i], photo.bucket);
      if (!cached) {
        auto encoded = encodePhoto(m_model, fileOf(photo.photo), photo.bucket);
        if (!encoded && encoded.error().code == ErrorCode::OutOfMemory) return std::move(encoded).error();
        if (!encoded) {
          skip(photo.photo, encoded.error());
          continue;
        }
        PLEINAIR_TRY(m_cache.storeLatents(m_hashes[i], photo.bucket, *encoded));
        ++m_set.encodedPhotos;
        cached = std::move(*encoded);
      }
      photo.latents = std::move(*cached);
      ready.push_back(std::move(photo));
      m_listener.onProgress(static_cast<std::int64_t>(i) + 1);
    }
    m_set.photos = std::move(ready);
    m_hashes.clear();
    return {};
  }

  Result<void> encodeCaptions() {
    std::set<std::string> captions{""};  // caption dropout needs the empty one
    for (const TrainingPhoto& photo : m_set.photos) captions.insert(photo.caption);
    m_listener.onStage(training::stage::kEncodingCaptions, static_cast<std::int64_t>(captions.size()));
    std::int64_t done = 0;
    for (const std::string& caption : captions) {
      if (cancelled()) return {};
      auto cached = m_cache.text(caption);
      if (!cached) {
        PLEINAIR_ASSIGN(PromptEncoding encoded, encodeCaption(m_model, caption));
        PLEINAIR_TRY(m_cache.storeText(caption, encoded));
        cached = std::move(encoded);
      }
      m_set.texts[caption] = *cached;
      m_listener.onProgress(++done);
    }
    return {};
  }

  StableDiffusion& m_model;
  const fs::path& m_project;
  const TrainingConfig& m_config;
  TrainingListener& m_listener;
  const std::stop_token& m_stop;
  LatentCache m_cache;
  TrainingSet m_set;
  std::vector<std::string> m_hashes;  ///< content of each of m_set.photos while they are being read
};

}  // namespace

std::vector<BucketSize> TrainingSet::sizes() const {
  std::vector<BucketSize> sizes;
  for (const TrainingPhoto& photo : photos) sizes.push_back(photo.bucket);
  return sizes;
}

Result<TrainingSet> prepareTrainingSet(StableDiffusion& model, const fs::path& project, const TrainingConfig& config,
                                       TrainingListener& listener, const std::stop_token& stop) {
  const ModelSource& source = model.source;
  PLEINAIR_ASSIGN(std::string vae, componentFingerprint(source.partPath(ModelPart::Vae)));
  std::string text = vae;  // one file holds all parts
  if (!source.singleFile()) {
    PLEINAIR_ASSIGN(text, componentFingerprint(source.partPath(ModelPart::Text1)));
    if (source.texts.size() > 1) {
      PLEINAIR_ASSIGN(const std::string second, componentFingerprint(source.partPath(ModelPart::Text2)));
      text += second;
    }
  }
  LatentCache cache(project / "cache", std::move(vae), std::move(text));
  return Preparation(model, project, config, listener, stop, std::move(cache)).run();
}

}  // namespace pleinair
