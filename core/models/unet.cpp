#include "core/models/unet.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

#include "core/base/cancellation.h"

namespace pleinair {
namespace {

using Skips = std::vector<at::Tensor>;

std::string indexed(const char* name, std::size_t index) { return std::string(name) + "." + std::to_string(index); }

nn::ResnetOptions resnetOptions(const UNetConfig& config, std::int64_t in, std::int64_t out) {
  return {.inChannels = in,
          .outChannels = out,
          .timeSize = config.timeSize(),
          .normGroups = config.normGroups,
          .epsilon = config.normEpsilon};
}

std::unique_ptr<nn::SpatialTransformer> makeTransformer(const UNetConfig& config, std::size_t block) {
  return std::make_unique<nn::SpatialTransformer>(
      nn::SpatialTransformerOptions{.channels = config.blockOutChannels[block],
                                    .heads = config.attentionHeads[block],
                                    .contextSize = config.crossAttentionSize,
                                    .layers = config.transformerLayers[block],
                                    .normGroups = config.normGroups,
                                    .linearProjection = config.linearProjection});
}

}  // namespace

struct UNet::DownBlock final : nn::Module {
  DownBlock(const UNetConfig& config, std::size_t block) {
    const std::int64_t out = config.blockOutChannels[block];
    const std::int64_t in = config.blockOutChannels[block == 0 ? 0 : block - 1];
    for (std::int64_t i = 0; i < config.layersPerBlock[block]; ++i) {
      resnets.push_back(std::make_unique<nn::ResnetBlock>(resnetOptions(config, i == 0 ? in : out, out)));
      registerModule(indexed("resnets", resnets.size() - 1), *resnets.back());
      if (!config.downAttention[block]) continue;
      attentions.push_back(makeTransformer(config, block));
      registerModule(indexed("attentions", attentions.size() - 1), *attentions.back());
    }
    if (block + 1 < config.blockOutChannels.size()) {
      downsample = std::make_unique<nn::Downsample>(out);
      registerModule("downsamplers.0", *downsample);
    }
  }

  at::Tensor forward(at::Tensor h, const at::Tensor& time, const at::Tensor& context, Skips& skips) const {
    for (std::size_t i = 0; i < resnets.size(); ++i) {
      checkCancelled();
      h = resnets[i]->forward(h, time);
      if (!attentions.empty()) h = attentions[i]->forward(h, context);
      skips.push_back(h);
    }
    if (downsample) skips.push_back(h = downsample->forward(h));
    return h;
  }

  std::vector<std::unique_ptr<nn::ResnetBlock>> resnets;
  std::vector<std::unique_ptr<nn::SpatialTransformer>> attentions;
  std::unique_ptr<nn::Downsample> downsample;
};

struct UNet::MidBlock final : nn::Module {
  explicit MidBlock(const UNetConfig& config)
      : first(resnetOptions(config, config.blockOutChannels.back(), config.blockOutChannels.back())),
        attention(makeTransformer(config, config.blockOutChannels.size() - 1)),
        second(resnetOptions(config, config.blockOutChannels.back(), config.blockOutChannels.back())) {
    registerModule("resnets.0", first);
    registerModule("attentions.0", *attention);
    registerModule("resnets.1", second);
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor& time, const at::Tensor& context) const {
    return second.forward(attention->forward(first.forward(x, time), context), time);
  }

  nn::ResnetBlock first;
  std::unique_ptr<nn::SpatialTransformer> attention;
  nn::ResnetBlock second;
};

struct UNet::UpBlock final : nn::Module {
  /// `index` counts from the narrowest feature map, as diffusers' up_blocks do.
  UpBlock(const UNetConfig& config, std::size_t index) {
    const auto& channels = config.blockOutChannels;
    const std::size_t block = channels.size() - 1 - index;
    const std::int64_t out = channels[block];
    const std::int64_t previous = channels[std::min(block + 1, channels.size() - 1)];
    const std::int64_t lastSkip = channels[block == 0 ? 0 : block - 1];
    const std::int64_t layers = config.layersPerBlock[block] + 1;
    for (std::int64_t i = 0; i < layers; ++i) {
      const std::int64_t in = (i == 0 ? previous : out) + (i + 1 == layers ? lastSkip : out);
      resnets.push_back(std::make_unique<nn::ResnetBlock>(resnetOptions(config, in, out)));
      registerModule(indexed("resnets", resnets.size() - 1), *resnets.back());
      if (!config.upAttention[index]) continue;
      attentions.push_back(makeTransformer(config, block));
      registerModule(indexed("attentions", attentions.size() - 1), *attentions.back());
    }
    if (block > 0) {
      upsample = std::make_unique<nn::Upsample>(out);
      registerModule("upsamplers.0", *upsample);
    }
  }

  at::Tensor forward(at::Tensor h, const at::Tensor& time, const at::Tensor& context, Skips& skips) const {
    for (std::size_t i = 0; i < resnets.size(); ++i) {
      checkCancelled();
      h = at::cat({h, nn::repeatedTo(skips.back(), h.size(0))}, 1);
      skips.pop_back();
      h = resnets[i]->forward(h, time);
      if (!attentions.empty()) h = attentions[i]->forward(h, context);
    }
    // The next skip has the size to reach, which is not always twice ours (odd sizes round up on the way down).
    return upsample ? upsample->forward(h, skips.back().size(2), skips.back().size(3)) : h;
  }

  std::vector<std::unique_ptr<nn::ResnetBlock>> resnets;
  std::vector<std::unique_ptr<nn::SpatialTransformer>> attentions;
  std::unique_ptr<nn::Upsample> upsample;
};

UNet::UNet(UNetConfig config)
    : m_config(std::move(config)),
      m_convIn(m_config.inChannels, m_config.blockOutChannels.front(), 3, 1, 1),
      m_timeEmbedding(m_config.blockOutChannels.front(), m_config.timeSize()),
      m_midBlock(std::make_unique<MidBlock>(m_config)),
      m_normOut(m_config.normGroups, m_config.blockOutChannels.front(), m_config.normEpsilon),
      m_convOut(m_config.blockOutChannels.front(), m_config.outChannels, 3, 1, 1) {
  registerModule("conv_in", m_convIn);
  registerModule("time_embedding", m_timeEmbedding);
  if (m_config.textTime) {
    m_addEmbedding = std::make_unique<nn::TimestepEmbedding>(m_config.additionProjectionSize, m_config.timeSize());
    registerModule("add_embedding", *m_addEmbedding);
  }
  for (std::size_t i = 0; i < m_config.blockOutChannels.size(); ++i) {
    m_downBlocks.push_back(std::make_unique<DownBlock>(m_config, i));
    registerModule(indexed("down_blocks", i), *m_downBlocks.back());
  }
  registerModule("mid_block", *m_midBlock);
  for (std::size_t i = 0; i < m_config.blockOutChannels.size(); ++i) {
    m_upBlocks.push_back(std::make_unique<UpBlock>(m_config, i));
    registerModule(indexed("up_blocks", i), *m_upBlocks.back());
  }
  registerModule("conv_norm_out", m_normOut);
  registerModule("conv_out", m_convOut);
}

UNet::~UNet() = default;

at::Tensor UNet::timeEmbedding(const at::Tensor& timesteps, std::int64_t batch,
                               const TextTimeConditions& conditions) const {
  const at::ScalarType dtype = m_convIn.weight.scalar_type();
  at::Tensor t = timesteps.to(m_convIn.weight.device()).reshape({-1});
  if (t.size(0) != 1) t = nn::repeatedTo(t, batch);  // one time for all is worked out once and broadcast
  at::Tensor time = m_timeEmbedding.forward(
      nn::timestepFeatures(t, m_config.blockOutChannels.front(), m_config.cosineFirst, m_config.frequencyShift)
          .to(dtype));
  if (m_addEmbedding) {
    TORCH_CHECK(conditions.textEmbeds.defined() && conditions.timeIds.defined(),
                "this model needs pooled text and sizes beside the prompt");
    const at::Tensor sizes = nn::timestepFeatures(conditions.timeIds.reshape({-1}), m_config.additionTimeSize,
                                                  m_config.cosineFirst, m_config.frequencyShift)
                                 .reshape({conditions.textEmbeds.size(0), -1});
    const at::Tensor added = at::cat({conditions.textEmbeds.to(dtype), sizes.to(dtype)}, -1);
    time = time + m_addEmbedding->forward(added);
  }
  return time;
}

at::Tensor UNet::forward(const at::Tensor& sample, const at::Tensor& timesteps, const at::Tensor& context,
                         const TextTimeConditions& conditions) const {
  // Where the passes of guidance differ in more than the context, no part of the network is common to them.
  const bool common = !m_addEmbedding && timesteps.numel() == 1;
  at::Tensor h = m_convIn.forward(common ? sample : nn::repeatedTo(sample, context.size(0)));
  const at::Tensor time = timeEmbedding(timesteps, h.size(0), conditions);  // [1 or h's batch, 4 * C0]
  Skips skips{h};
  for (const auto& block : m_downBlocks) h = block->forward(h, time, context, skips);
  h = m_midBlock->forward(h, time, context);
  for (const auto& block : m_upBlocks) h = block->forward(h, time, context, skips);
  return m_convOut.forward(m_normOut.activated(nn::repeatedTo(h, context.size(0))));
}

}  // namespace pleinair
