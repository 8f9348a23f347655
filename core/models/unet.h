#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/nn/attention.h"
#include "core/nn/layers.h"
#include "core/nn/module.h"
#include "core/nn/resnet.h"
#include "core/weights/component_weights.h"

namespace pleinair {

/// The shape of a UNet2DConditionModel, as in diffusers' unet/config.json. The defaults are SD 1.5's. Lists
/// have one entry for each block, from the widest feature map to the narrowest.
struct UNetConfig {
  std::int64_t inChannels = 4;
  std::int64_t outChannels = 4;
  std::int64_t sampleSize = 64;  ///< latent edge length the model was trained at
  std::vector<std::int64_t> blockOutChannels{320, 640, 1280, 1280};
  std::vector<std::int64_t> layersPerBlock{2, 2, 2, 2};
  std::vector<bool> downAttention{true, true, true, false};
  std::vector<bool> upAttention{false, true, true, true};  ///< in the order of up_blocks: narrowest first
  std::vector<std::int64_t> attentionHeads{8, 8, 8, 8};    ///< diffusers calls this attention_head_dim
  std::vector<std::int64_t> transformerLayers{1, 1, 1, 1};
  std::int64_t crossAttentionSize = 768;
  bool linearProjection = false;
  bool cosineFirst = true;  ///< flip_sin_to_cos
  double frequencyShift = 0;
  std::int64_t normGroups = 32;
  double normEpsilon = 1e-5;
  bool textTime = false;                    ///< SDXL's pooled text and sizes beside the timestep
  std::int64_t additionTimeSize = 0;        ///< features for each of the six sizes
  std::int64_t additionProjectionSize = 0;  ///< width of pooled text and size features together

  [[nodiscard]] std::int64_t timeSize() const { return blockOutChannels.front() * 4; }

  /// Reads unet/config.json; names the field that is wrong or not supported.
  static Result<UNetConfig> load(const std::filesystem::path& file);
  /// Told from the shapes of the weights under diffusers' names; what they do not say keeps its default.
  static Result<UNetConfig> detect(const ShapeMap& shapes);
  /// The config.json that diffusers reads back.
  [[nodiscard]] std::string toJson() const;
};

/// SDXL's extra conditions; both undefined for SD 1.x and 2.x.
struct TextTimeConditions {
  at::Tensor textEmbeds;  // [B, projection]
  at::Tensor timeIds;     // [B, 6]
};

/// The denoiser of Stable Diffusion (Rombach et al. 2022) under diffusers' parameter names.
class UNet final : public nn::Module {
 public:
  explicit UNet(UNetConfig config);
  ~UNet() override;

  /// sample [B, in, h, w], timesteps [1 or B] (any number type), context [n * B, N, crossAttentionSize]
  /// -> [n * B, out, h, w]. With n > 1 (the passes of guidance) and one timestep, each n-th part of the context sees
  /// the same sample, and what comes before the first attention to the context is computed once; conditions then have
  /// n * B rows. Records gradients where the caller does.
  [[nodiscard]] at::Tensor forward(const at::Tensor& sample, const at::Tensor& timesteps, const at::Tensor& context,
                                   const TextTimeConditions& conditions = {}) const;

  [[nodiscard]] const UNetConfig& config() const { return m_config; }

 private:
  struct DownBlock;
  struct MidBlock;
  struct UpBlock;
  [[nodiscard]] at::Tensor timeEmbedding(const at::Tensor& timesteps, std::int64_t batch,
                                         const TextTimeConditions& conditions) const;

  UNetConfig m_config;
  nn::Conv2d m_convIn;
  nn::TimestepEmbedding m_timeEmbedding;
  std::unique_ptr<nn::TimestepEmbedding> m_addEmbedding;
  std::vector<std::unique_ptr<DownBlock>> m_downBlocks;
  std::unique_ptr<MidBlock> m_midBlock;
  std::vector<std::unique_ptr<UpBlock>> m_upBlocks;
  nn::GroupNorm m_normOut;
  nn::Conv2d m_convOut;
};

}  // namespace pleinair
