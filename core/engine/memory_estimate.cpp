#include "core/engine/memory_estimate.h"

#include <algorithm>

#include "core/nn/packed_convolutions.h"

namespace pleinair {
namespace {

/// The program and its libraries in work, and the small blocks they keep.
constexpr double kProgramBytes = 180.0 * 1024 * 1024;
/// Tensors of its widest layer that the VAE's decoder holds at once: what goes in, what comes out, a normalised copy
/// and the convolution's own scratch.
constexpr double kVaeTensors = 4;
/// The same for the UNet, whose feed-forward layers are eight times as wide as what goes in.
constexpr double kUNetTensors = 14;
/// What a resnet and a transformer block keep for their backward pass, in tensors of their own width. Fitted to
/// SD 1.5 at 512x512: 6,834 MiB in float32 and 3,970 MiB in bfloat16.
constexpr double kKeptByResnet = 7;
constexpr double kKeptByTransformer = 48;
/// What a block keeps beside these in 16 bits, in its eight attention projections. Fitted when adapters were computed
/// in float32 and kept such a copy of their inputs; since they follow the activations, SD 1.5 peaks at 3,711 MiB.
constexpr double kCopiesForAdapter = 8;
/// A value, its gradient and Adam's two moments, in float32.
constexpr double kBytesPerTrained = 16;
constexpr double kPassesOfGuidance = 2;

double bytesOf(const ModelUse& use) { return use.halfPrecision ? 2 : 4; }

double latents(const ModelSource& source, int width, int height) {
  const auto scale = static_cast<double>(source.vae.scale());
  return width / scale * (height / scale);
}

/// Positions of block `i`, which is half as wide and high as the one before.
double positionsOf(double latents, std::size_t block) { return latents / static_cast<double>(1U << (2 * block)); }

double at(const std::vector<std::int64_t>& list, std::size_t i) { return static_cast<double>(list.at(i)); }

/// Numbers that the UNet holds at its widest moment for one sample: all skips, and the work at full size.
double widestOfUNet(const UNetConfig& unet, double positions) {
  double skips = 0, widest = 0;
  for (std::size_t i = 0; i < unet.blockOutChannels.size(); ++i) {
    const double one = positionsOf(positions, i) * at(unet.blockOutChannels, i);
    skips += one * (at(unet.layersPerBlock, i) + 1);
    widest = std::max(widest, one);
  }
  return skips + kUNetTensors * widest;
}

/// The decoder's last block takes the channels of the one before it at the full size of the picture.
double widestOfVae(const VaeConfig& vae, double pixels) {
  const std::size_t blocks = vae.blockOutChannels.size();
  return kVaeTensors * pixels * at(vae.blockOutChannels, blocks > 1 ? 1 : 0);
}

/// Numbers kept for the backward pass of one sample.
double keptOfUNet(const UNetConfig& unet, double positions, double bytes) {
  const std::size_t blocks = unet.blockOutChannels.size();
  const double copies = bytes < sizeof(float) ? kCopiesForAdapter * sizeof(float) / bytes : 0;
  double kept = 0;
  const auto add = [&](std::size_t block, double resnets, double transformers) {
    const double one = positionsOf(positions, block) * at(unet.blockOutChannels, block);
    kept += one * (resnets * kKeptByResnet +
                   transformers * at(unet.transformerLayers, block) * (kKeptByTransformer + copies));
  };
  for (std::size_t i = 0; i < blocks; ++i) {
    const double layers = at(unet.layersPerBlock, i);
    add(i, layers, unet.downAttention.at(i) ? layers : 0);
    // On the way up there is one layer more, and each one's input is joined with a skip.
    add(i, 1.5 * (layers + 1), unet.upAttention.at(blocks - 1 - i) ? layers + 1 : 0);
  }
  add(blocks - 1, 2, 1);
  return kept;
}

/// The convolutions' second copies, which a CPU trains with where it has the memory.
double trainingCopies(const ParameterCounts& counts, const ModelUse& use) {
  const std::int64_t each = use.halfPrecision ? 2 : 4;
  if (!nn::roomForTrainingCopies(counts.unet, each, use.cpuMemoryBytes)) return 0;
  return static_cast<double>(nn::trainingCopiesBytes(counts.unet, each));
}

double standing(const ParameterCounts& counts, const ModelUse& use) {
  return kProgramBytes + static_cast<double>(counts.model) * bytesOf(use);
}

}  // namespace

std::int64_t estimateGenerationBytes(const ModelSource& source, const ParameterCounts& counts, const ModelUse& use) {
  const double unet =
      kPassesOfGuidance * widestOfUNet(source.unet, latents(source, use.width, use.height)) * bytesOf(use);
  const double vae = widestOfVae(source.vae, static_cast<double>(use.width) * use.height) * bytesOf(use);
  return static_cast<std::int64_t>(standing(counts, use) + std::max(unet, vae));
}

std::int64_t estimateTrainingBytes(const ModelSource& source, const ParameterCounts& counts, const ModelUse& use) {
  const TrainingConfig& run = use.training;
  const double positions = latents(source, run.resolution, run.resolution);
  const double kept = run.batchSize * keptOfUNet(source.unet, positions, bytesOf(use)) * bytesOf(use);
  // Before the first step the photos go through the VAE one by one, and samples through all of it.
  const double vae = widestOfVae(source.vae, static_cast<double>(run.resolution) * run.resolution) * bytesOf(use);
  return static_cast<std::int64_t>(standing(counts, use) + trainingCopies(counts, use) +
                                   kBytesPerTrained * static_cast<double>(counts.adapter) +
                                   std::max(kept, vae));
}

}  // namespace pleinair
