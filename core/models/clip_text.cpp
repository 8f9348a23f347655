#include "core/models/clip_text.h"

#include <ATen/ATen.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "core/base/cancellation.h"
#include "core/models/config_reader.h"
#include "core/nn/attention.h"

namespace pleinair {

Result<ClipTextConfig> ClipTextConfig::load(const std::filesystem::path& file) {
  PLEINAIR_ASSIGN(ConfigReader reader, ConfigReader::open(file));
  ClipTextConfig config;
  config.vocabularySize = reader.integer("vocab_size", 49408);
  config.size = reader.integer("hidden_size", 512);
  config.feedForwardSize = reader.integer("intermediate_size", 2048);
  config.layers = reader.integer("num_hidden_layers", 12);
  config.heads = reader.integer("num_attention_heads", 8);
  config.positions = reader.integer("max_position_embeddings", 77);
  config.normEpsilon = reader.number("layer_norm_eps", 1e-5);
  config.endToken = reader.integer("eos_token_id", 49407);
  const std::string activation = reader.text("hidden_act", "quick_gelu");
  if (activation == "gelu") {
    config.activation = Activation::Gelu;
  } else if (activation != "quick_gelu") {
    reader.fail(ErrorCode::UnsupportedModel, "The activation " + activation.substr(0, 60) + " is not known",
                "hidden_act");
  }
  for (const std::string& name : reader.texts("architectures", {})) {
    if (name == "CLIPTextModelWithProjection") config.projectionSize = reader.integer("projection_dim", 512);
  }
  if (config.vocabularySize < 1 || config.vocabularySize > 4'000'000) {
    reader.fail(ErrorCode::BadConfig, "The size of the vocabulary is out of range", "vocab_size");
  }
  reader.checkSize("hidden_size", config.size);
  reader.checkSize("num_attention_heads", config.heads);
  if (config.heads > 0) reader.checkSize("hidden_size", config.size, config.heads);
  reader.checkSize("intermediate_size", config.feedForwardSize);
  reader.checkSize("num_hidden_layers", config.layers);
  reader.checkSize("max_position_embeddings", config.positions);
  PLEINAIR_TRY(reader.finish());
  return config;
}

std::string ClipTextConfig::toJson() const {
  const nlohmann::ordered_json json{
      {"architectures", {projectionSize > 0 ? "CLIPTextModelWithProjection" : "CLIPTextModel"}},
      {"attention_dropout", 0.0},
      {"bos_token_id", 0},
      {"eos_token_id", endToken},
      {"hidden_act", activation == Activation::Gelu ? "gelu" : "quick_gelu"},
      {"hidden_size", size},
      {"intermediate_size", feedForwardSize},
      {"layer_norm_eps", normEpsilon},
      {"max_position_embeddings", positions},
      {"model_type", "clip_text_model"},
      {"num_attention_heads", heads},
      {"num_hidden_layers", layers},
      {"pad_token_id", 1},
      {"projection_dim", projectionSize > 0 ? projectionSize : size},
      {"vocab_size", vocabularySize}};
  return json.dump(2) + "\n";
}

struct ClipText::Layer final : nn::Module {
  explicit Layer(const ClipTextConfig& config)
      : norm1(config.size, config.normEpsilon),
        norm2(config.size, config.normEpsilon),
        q(config.size, config.size),
        k(config.size, config.size),
        v(config.size, config.size),
        out(config.size, config.size),
        up(config.size, config.feedForwardSize),
        down(config.feedForwardSize, config.size),
        heads(config.heads),
        quick(config.activation == ClipTextConfig::Activation::QuickGelu) {
    registerModule("self_attn.k_proj", k);
    registerModule("self_attn.v_proj", v);
    registerModule("self_attn.q_proj", q);
    registerModule("self_attn.out_proj", out);
    registerModule("layer_norm1", norm1);
    registerModule("mlp.fc1", up);
    registerModule("mlp.fc2", down);
    registerModule("layer_norm2", norm2);
  }

  [[nodiscard]] at::Tensor activate(const at::Tensor& x) const {
    return quick ? x * at::sigmoid(x * 1.702) : at::gelu(x);
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor normal = norm1.forward(x);
    const at::Tensor h = x + out.forward(nn::multiHeadAttention(q.forward(normal), k.forward(normal),
                                                                v.forward(normal), heads, /*causal=*/true));
    return h + down.forward(activate(up.forward(norm2.forward(h))));
  }

  nn::LayerNorm norm1, norm2;
  nn::Linear q, k, v, out, up, down;
  std::int64_t heads;
  bool quick;
};

ClipText::ClipText(ClipTextConfig config)
    : m_config(std::move(config)),
      m_tokens(m_config.vocabularySize, m_config.size),
      m_positions(m_config.positions, m_config.size),
      m_finalNorm(m_config.size, m_config.normEpsilon) {
  registerModule("text_model.embeddings.token_embedding", m_tokens);
  registerModule("text_model.embeddings.position_embedding", m_positions);
  for (std::int64_t i = 0; i < m_config.layers; ++i) {
    m_layers.push_back(std::make_unique<Layer>(m_config));
    registerModule("text_model.encoder.layers." + std::to_string(i), *m_layers.back());
  }
  registerModule("text_model.final_layer_norm", m_finalNorm);
  if (m_config.projectionSize > 0) {
    m_projection = std::make_unique<nn::Linear>(m_config.size, m_config.projectionSize, false);
    registerModule("text_projection", *m_projection);
  }
}

ClipText::~ClipText() = default;

at::Tensor ClipText::endPositions(const at::Tensor& ids) const {
  // Files from before transformers fixed the id say 2; the end token was then found as the largest one.
  return (m_config.endToken == 2 ? ids.to(at::kInt) : ids.eq(m_config.endToken).to(at::kInt)).argmax(-1);
}

TextEncoding ClipText::forward(const at::Tensor& ids) const {
  TORCH_CHECK(ids.size(1) <= m_config.positions, "the text has more tokens than the encoder has positions");
  const at::Tensor onDevice = ids.to(m_tokens.weight.device());
  at::Tensor h = m_tokens.forward(onDevice) + m_positions.weight.slice(0, 0, ids.size(1));
  TextEncoding encoding;
  for (const auto& layer : m_layers) {
    checkCancelled();
    encoding.hidden.push_back(h);
    h = layer->forward(h);
  }
  encoding.penultimate = encoding.hidden.back();
  encoding.hidden.push_back(h);
  encoding.lastHidden = m_finalNorm.forward(h);
  const at::Tensor rows = at::arange(ids.size(0), onDevice.options());
  encoding.pooled = encoding.lastHidden.index({rows, endPositions(ids).to(rows.device())});
  if (m_projection) encoding.pooled = m_projection->forward(encoding.pooled);
  return encoding;
}

}  // namespace pleinair
