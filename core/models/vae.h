#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/nn/layers.h"
#include "core/nn/module.h"
#include "core/weights/component_weights.h"

namespace pleinair {

/// The shape of an AutoencoderKL, as in diffusers' vae/config.json. The defaults are SD 1.5's.
struct VaeConfig {
  std::int64_t inChannels = 3;
  std::int64_t outChannels = 3;
  std::int64_t latentChannels = 4;
  std::int64_t sampleSize = 512;
  std::vector<std::int64_t> blockOutChannels{128, 256, 512, 512};
  std::int64_t layersPerBlock = 2;
  std::int64_t normGroups = 32;
  bool midAttention = true;
  bool quantConv = true;
  bool postQuantConv = true;
  double scalingFactor = 0.18215;
  bool forceUpcast = true;  ///< float16 overflows inside this VAE

  /// How many pixels one latent spans on each axis.
  [[nodiscard]] std::int64_t scale() const { return std::int64_t{1} << (blockOutChannels.size() - 1); }

  /// Reads vae/config.json; names the field that is wrong or not supported.
  static Result<VaeConfig> load(const std::filesystem::path& file);
  /// Told from the shapes of the weights under diffusers' names; what they do not say keeps its default.
  static Result<VaeConfig> detect(const ShapeMap& shapes);
  /// The config.json that diffusers reads back.
  [[nodiscard]] std::string toJson() const;
};

/// The Gaussian an encoder describes: sample = mean + std * noise.
struct LatentDistribution {
  at::Tensor mean;  // [B, latent, H/8, W/8]
  at::Tensor std;   // [B, latent, H/8, W/8]
};

/// The picture autoencoder of Stable Diffusion under diffusers' parameter names. Neither direction applies the
/// scaling factor.
class Vae final : public nn::Module {
 public:
  explicit Vae(VaeConfig config);
  ~Vae() override;

  /// pixels [B, 3, H, W] in [-1, 1]
  [[nodiscard]] LatentDistribution encode(const at::Tensor& pixels) const;
  /// latents [B, latent, h, w] -> [B, 3, h*8, w*8], about [-1, 1]
  [[nodiscard]] at::Tensor decode(const at::Tensor& latents) const;
  /// The two halves of decode(): the part at the latents' size, which looks at the whole picture, and the widening.
  [[nodiscard]] at::Tensor decodeFront(const at::Tensor& latents) const;  // -> [B, C, h, w]
  [[nodiscard]] at::Tensor decodeBack(const at::Tensor& features) const;  // -> [B, 3, h*8, w*8]
  /// The type its weights are held in.
  [[nodiscard]] at::ScalarType dtype() const;

  [[nodiscard]] const VaeConfig& config() const { return m_config; }

 private:
  struct SelfAttention;
  struct MidBlock;
  struct EncoderBlock;
  struct DecoderBlock;
  struct Encoder;
  struct Decoder;

  VaeConfig m_config;
  std::unique_ptr<Encoder> m_encoder;
  std::unique_ptr<Decoder> m_decoder;
  std::unique_ptr<nn::Conv2d> m_quantConv, m_postQuantConv;
};

}  // namespace pleinair
