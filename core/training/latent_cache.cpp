#include "core/training/latent_cache.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

#include "core/base/atomic_file.h"
#include "core/weights/hash.h"
#include "core/weights/safetensors.h"

namespace pleinair {

namespace fs = std::filesystem;

namespace {

// Counted up whenever the way of encoding changes, so that old caches are not taken for new ones.
constexpr const char* kVersion = "1";

Result<void> store(const fs::path& file, const TensorMap& tensors) {
  std::error_code problem;
  fs::create_directories(file.parent_path(), problem);
  if (problem) return systemError(problem.value(), "Cannot create the folder", file.parent_path());
  return writeSafetensors(file, tensors);
}

std::optional<SafetensorsFile> existing(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return std::nullopt;
  auto opened = SafetensorsFile::open(file);
  if (!opened) return std::nullopt;
  return std::move(opened).value();
}

}  // namespace

Result<std::string> componentFingerprint(const fs::path& componentFolder) {
  std::vector<fs::path> files;
  std::error_code problem;
  if (fs::is_regular_file(componentFolder, problem)) return sha256OfFile(componentFolder);
  for (fs::directory_iterator it(componentFolder, problem), end; !problem && it != end; it.increment(problem)) {
    const std::string extension = it->path().extension().string();
    if (extension == ".safetensors" || it->path().filename() == "config.json") files.push_back(it->path());
  }
  if (problem) return systemError(problem.value(), "Cannot read the model's folder", componentFolder);
  std::ranges::sort(files);
  std::string all;
  for (const fs::path& file : files) {
    PLEINAIR_ASSIGN(const std::string hash, sha256OfFile(file));
    all += file.filename().string() + "=" + hash + "\n";
  }
  return sha256Hex(all);
}

LatentCache::LatentCache(fs::path cacheFolder, std::string vaeFingerprint, std::string textFingerprint)
    : m_folder(std::move(cacheFolder)), m_vae(std::move(vaeFingerprint)), m_text(std::move(textFingerprint)) {}

fs::path LatentCache::latentFile(const std::string& contentHash, BucketSize bucket) const {
  const std::string size = std::to_string(bucket.width) + "x" + std::to_string(bucket.height);
  std::string key = kVersion;
  key.append("|").append(m_vae).append("|").append(contentHash).append("|").append(size);
  return m_folder / "latents" / (sha256Hex(key).substr(0, 32) + ".safetensors");
}

fs::path LatentCache::textFile(const std::string& caption) const {
  std::string key = kVersion;
  key.append("|").append(m_text).append("|").append(caption);
  return m_folder / "texts" / (sha256Hex(key).substr(0, 32) + ".safetensors");
}

std::optional<LatentDistribution> LatentCache::latents(const std::string& contentHash, BucketSize bucket) const {
  const auto file = existing(latentFile(contentHash, bucket));
  if (!file) return std::nullopt;
  auto mean = file->tensor("mean"), std = file->tensor("std");
  if (!mean || !std || mean->dim() != 3 || mean->sizes() != std->sizes()) return std::nullopt;
  return LatentDistribution{*mean, *std};
}

Result<void> LatentCache::storeLatents(const std::string& contentHash, BucketSize bucket,
                                       const LatentDistribution& latents) const {
  return store(latentFile(contentHash, bucket),
               {{"mean", latents.mean.to(at::kCPU, at::kFloat)}, {"std", latents.std.to(at::kCPU, at::kFloat)}});
}

std::optional<PromptEncoding> LatentCache::text(const std::string& caption) const {
  const auto file = existing(textFile(caption));
  if (!file) return std::nullopt;
  auto embedding = file->tensor("embedding");
  if (!embedding || embedding->dim() != 2) return std::nullopt;
  PromptEncoding encoding{*embedding, {}};
  if (auto pooled = file->tensor("pooled"); pooled && pooled->dim() == 1) encoding.pooled = *pooled;
  return encoding;
}

Result<void> LatentCache::storeText(const std::string& caption, const PromptEncoding& embedding) const {
  TensorMap tensors{{"embedding", embedding.context.to(at::kCPU, at::kFloat)}};
  if (embedding.pooled.defined()) tensors["pooled"] = embedding.pooled.to(at::kCPU, at::kFloat);
  return store(textFile(caption), tensors);
}

}  // namespace pleinair
