#include "core/models/vae.h"

#include <ATen/ATen.h>

#include <utility>

#include "core/base/cancellation.h"
#include "core/nn/attention.h"
#include "core/nn/resnet.h"

namespace pleinair {
namespace {

constexpr double kEpsilon = 1e-6;

std::string indexed(const char* name, std::size_t index) { return std::string(name) + "." + std::to_string(index); }

std::unique_ptr<nn::ResnetBlock> makeResnet(const VaeConfig& config, std::int64_t in, std::int64_t out) {
  return std::make_unique<nn::ResnetBlock>(
      nn::ResnetOptions{.inChannels = in, .outChannels = out, .normGroups = config.normGroups, .epsilon = kEpsilon});
}

at::Tensor apply(const nn::ResnetBlock& block, const at::Tensor& x) {
  checkCancelled();
  return block.forward(x, {});
}

}  // namespace

/// One head over all pixels, beside a residual.
struct Vae::SelfAttention final : nn::Module {
  SelfAttention(std::int64_t channels, std::int64_t groups)
      : norm(groups, channels, kEpsilon), attention({.size = channels, .heads = 1, .projectionBias = true}) {
    registerModule("group_norm", norm);
    registerModule("to_q", attention.toQ);
    registerModule("to_k", attention.toK);
    registerModule("to_v", attention.toV);
    registerModule("to_out.0", attention.toOut);
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor pixels = norm.forward(x).flatten(2).transpose(1, 2).contiguous();  // [B, H*W, C]
    return attention.forward(pixels, pixels).transpose(1, 2).reshape(x.sizes()) + x;
  }

  nn::GroupNorm norm;
  nn::Attention attention;
};

struct Vae::MidBlock final : nn::Module {
  explicit MidBlock(const VaeConfig& config) {
    const std::int64_t channels = config.blockOutChannels.back();
    first = makeResnet(config, channels, channels);
    second = makeResnet(config, channels, channels);
    registerModule("resnets.0", *first);
    if (config.midAttention) {
      attention = std::make_unique<SelfAttention>(channels, config.normGroups);
      registerModule("attentions.0", *attention);
    }
    registerModule("resnets.1", *second);
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor h = apply(*first, x);
    return apply(*second, attention ? attention->forward(h) : h);
  }

  std::unique_ptr<nn::ResnetBlock> first, second;
  std::unique_ptr<SelfAttention> attention;
};

struct Vae::EncoderBlock final : nn::Module {
  EncoderBlock(const VaeConfig& config, std::size_t block) {
    const std::int64_t out = config.blockOutChannels[block];
    std::int64_t in = config.blockOutChannels[block == 0 ? 0 : block - 1];
    for (std::int64_t i = 0; i < config.layersPerBlock; ++i, in = out) {
      resnets.push_back(makeResnet(config, in, out));
      registerModule(indexed("resnets", resnets.size() - 1), *resnets.back());
    }
    if (block + 1 < config.blockOutChannels.size()) {
      downsample = std::make_unique<nn::Downsample>(out, true);
      registerModule("downsamplers.0", *downsample);
    }
  }

  at::Tensor forward(at::Tensor h) const {
    for (const auto& resnet : resnets) h = apply(*resnet, h);
    return downsample ? downsample->forward(h) : h;
  }

  std::vector<std::unique_ptr<nn::ResnetBlock>> resnets;
  std::unique_ptr<nn::Downsample> downsample;
};

struct Vae::DecoderBlock final : nn::Module {
  /// `index` counts from the narrowest feature map, as diffusers' up_blocks do.
  DecoderBlock(const VaeConfig& config, std::size_t index) {
    const auto& channels = config.blockOutChannels;
    const std::size_t block = channels.size() - 1 - index;
    const std::int64_t out = channels[block];
    std::int64_t in = channels[index == 0 ? block : block + 1];
    for (std::int64_t i = 0; i <= config.layersPerBlock; ++i, in = out) {
      resnets.push_back(makeResnet(config, in, out));
      registerModule(indexed("resnets", resnets.size() - 1), *resnets.back());
    }
    if (block > 0) {
      upsample = std::make_unique<nn::Upsample>(out);
      registerModule("upsamplers.0", *upsample);
    }
  }

  at::Tensor forward(at::Tensor h) const {
    for (const auto& resnet : resnets) h = apply(*resnet, h);
    return upsample ? upsample->forward(h) : h;
  }

  std::vector<std::unique_ptr<nn::ResnetBlock>> resnets;
  std::unique_ptr<nn::Upsample> upsample;
};

struct Vae::Encoder final : nn::Module {
  explicit Encoder(const VaeConfig& config)
      : convIn(config.inChannels, config.blockOutChannels.front(), 3, 1, 1),
        mid(config),
        normOut(config.normGroups, config.blockOutChannels.back(), kEpsilon),
        convOut(config.blockOutChannels.back(), config.latentChannels * 2, 3, 1, 1) {
    registerModule("conv_in", convIn);
    for (std::size_t i = 0; i < config.blockOutChannels.size(); ++i) {
      blocks.push_back(std::make_unique<EncoderBlock>(config, i));
      registerModule(indexed("down_blocks", i), *blocks.back());
    }
    registerModule("mid_block", mid);
    registerModule("conv_norm_out", normOut);
    registerModule("conv_out", convOut);
  }

  at::Tensor forward(const at::Tensor& pixels) const {
    at::Tensor h = convIn.forward(pixels);
    for (const auto& block : blocks) h = block->forward(h);
    return convOut.forward(normOut.activated(mid.forward(h)));
  }

  nn::Conv2d convIn;
  std::vector<std::unique_ptr<EncoderBlock>> blocks;
  MidBlock mid;
  nn::GroupNorm normOut;
  nn::Conv2d convOut;
};

struct Vae::Decoder final : nn::Module {
  explicit Decoder(const VaeConfig& config)
      : convIn(config.latentChannels, config.blockOutChannels.back(), 3, 1, 1),
        mid(config),
        normOut(config.normGroups, config.blockOutChannels.front(), kEpsilon),
        convOut(config.blockOutChannels.front(), config.outChannels, 3, 1, 1) {
    registerModule("conv_in", convIn);
    registerModule("mid_block", mid);
    for (std::size_t i = 0; i < config.blockOutChannels.size(); ++i) {
      blocks.push_back(std::make_unique<DecoderBlock>(config, i));
      registerModule(indexed("up_blocks", i), *blocks.back());
    }
    registerModule("conv_norm_out", normOut);
    registerModule("conv_out", convOut);
  }

  at::Tensor front(const at::Tensor& latents) const { return mid.forward(convIn.forward(latents)); }

  at::Tensor back(const at::Tensor& features) const {
    at::Tensor h = features;
    for (const auto& block : blocks) h = block->forward(h);
    return convOut.forward(normOut.activated(h));
  }

  nn::Conv2d convIn;
  MidBlock mid;
  std::vector<std::unique_ptr<DecoderBlock>> blocks;
  nn::GroupNorm normOut;
  nn::Conv2d convOut;
};

Vae::Vae(VaeConfig config)
    : m_config(std::move(config)),
      m_encoder(std::make_unique<Encoder>(m_config)),
      m_decoder(std::make_unique<Decoder>(m_config)) {
  registerModule("encoder", *m_encoder);
  registerModule("decoder", *m_decoder);
  if (m_config.quantConv) {
    m_quantConv = std::make_unique<nn::Conv2d>(m_config.latentChannels * 2, m_config.latentChannels * 2, 1);
    registerModule("quant_conv", *m_quantConv);
  }
  if (m_config.postQuantConv) {
    m_postQuantConv = std::make_unique<nn::Conv2d>(m_config.latentChannels, m_config.latentChannels, 1);
    registerModule("post_quant_conv", *m_postQuantConv);
  }
}

Vae::~Vae() = default;

LatentDistribution Vae::encode(const at::Tensor& pixels) const {
  at::Tensor moments = m_encoder->forward(pixels);
  if (m_quantConv) moments = m_quantConv->forward(moments);
  const std::vector<at::Tensor> halves = moments.chunk(2, 1);
  return {halves[0], at::exp(halves[1].clamp(-30.0, 20.0) * 0.5)};
}

at::Tensor Vae::decode(const at::Tensor& latents) const { return decodeBack(decodeFront(latents)); }

at::Tensor Vae::decodeFront(const at::Tensor& latents) const {
  return m_decoder->front(m_postQuantConv ? m_postQuantConv->forward(latents) : latents);
}

at::Tensor Vae::decodeBack(const at::Tensor& features) const { return m_decoder->back(features); }

at::ScalarType Vae::dtype() const { return m_decoder->convIn.weight.scalar_type(); }

}  // namespace pleinair
