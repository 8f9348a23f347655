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

/// The shape of a CLIP text encoder, as in transformers' text_encoder/config.json. The defaults are SD 1.5's.
struct ClipTextConfig {
  enum class Activation { QuickGelu, Gelu };

  std::int64_t vocabularySize = 49408;
  std::int64_t size = 768;
  std::int64_t feedForwardSize = 3072;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t positions = 77;
  Activation activation = Activation::QuickGelu;
  double normEpsilon = 1e-5;
  std::int64_t endToken = 2;        ///< eos_token_id; 2 in old files means "the largest id of the row"
  std::int64_t projectionSize = 0;  ///< > 0 for a CLIPTextModelWithProjection

  /// Reads text_encoder/config.json; names the field that is wrong or not supported.
  static Result<ClipTextConfig> load(const std::filesystem::path& file);
  /// Told from the shapes of the weights under transformers' names; what they do not say keeps its default.
  static Result<ClipTextConfig> detect(const ShapeMap& shapes);
  /// The config.json that transformers reads back.
  [[nodiscard]] std::string toJson() const;
};

/// What a text encoder says about a row of tokens.
struct TextEncoding {
  at::Tensor lastHidden;   // [B, N, size], after the final norm
  at::Tensor penultimate;  // [B, N, size], what enters the last layer
  at::Tensor pooled;       // [B, size] at the end token, or [B, projection]
  std::vector<at::Tensor> hidden;  ///< what enters each layer, then what leaves the last, [B, N, size] before the norm
};

/// CLIP's text transformer (Radford et al. 2021) under the original "text_model." names.
class ClipText final : public nn::Module {
 public:
  explicit ClipText(ClipTextConfig config);
  ~ClipText() override;

  /// ids int64 [B, N], N at most `positions`.
  [[nodiscard]] TextEncoding forward(const at::Tensor& ids) const;
  /// A hidden state through the final norm.
  [[nodiscard]] at::Tensor normalized(const at::Tensor& hidden) const { return m_finalNorm.forward(hidden); }

  [[nodiscard]] const ClipTextConfig& config() const { return m_config; }

 private:
  struct Layer;
  [[nodiscard]] at::Tensor endPositions(const at::Tensor& ids) const;

  ClipTextConfig m_config;
  nn::Embedding m_tokens, m_positions;
  std::vector<std::unique_ptr<Layer>> m_layers;
  nn::LayerNorm m_finalNorm;
  std::unique_ptr<nn::Linear> m_projection;
};

}  // namespace pleinair
