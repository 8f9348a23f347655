#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/dataset/buckets.h"
#include "core/models/text_conditioning.h"
#include "core/models/vae.h"

namespace pleinair {

/// What identifies the weights of one part of a model: the SHA-256 over its weight files and config, or of the one file
/// that holds all parts. The device and
/// precision it runs in do not count, so that a project prepared on one machine trains on another.
Result<std::string> componentFingerprint(const std::filesystem::path& component);

/// A project's `cache/latents/` and `cache/texts/`: one small safetensors file each, named by a hash of everything
/// that decides its content, float32. Tensors come back as views of the mapped file. Files that are broken count as
/// missing.
class LatentCache {
 public:
  LatentCache(std::filesystem::path cacheFolder, std::string vaeFingerprint, std::string textFingerprint);

  /// A photo's latents: the Gaussian that the VAE describes, [4, h, w] each, not scaled.
  [[nodiscard]] std::optional<LatentDistribution> latents(const std::string& contentHash, BucketSize bucket) const;
  Result<void> storeLatents(const std::string& contentHash, BucketSize bucket,
                            const LatentDistribution& latents) const;

  /// A caption's embedding, [77, C], with the pooled text, [P], where the model has one.
  [[nodiscard]] std::optional<PromptEncoding> text(const std::string& caption) const;
  Result<void> storeText(const std::string& caption, const PromptEncoding& embedding) const;

 private:
  [[nodiscard]] std::filesystem::path latentFile(const std::string& contentHash, BucketSize bucket) const;
  [[nodiscard]] std::filesystem::path textFile(const std::string& caption) const;
  std::filesystem::path m_folder;
  std::string m_vae, m_text;
};

}  // namespace pleinair
