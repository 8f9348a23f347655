// Weighted prompts as A1111 reads them: the hidden states of each token are multiplied by its weight, and the whole is
// brought back to its mean, so that weights shift attention and not brightness.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <array>

#include "core/pipeline/stable_diffusion.h"
#include "core/tokenizer/prompt_chunks.h"

namespace pleinair {
namespace {

at::Tensor idsOf(const std::vector<PromptChunk>& chunks) {
  std::vector<at::Tensor> rows;
  for (const PromptChunk& chunk : chunks) rows.push_back(at::tensor(chunk.ids, at::kLong));
  return at::stack(rows);
}

at::Tensor weighted(const at::Tensor& context, const PromptChunk& chunk) {
  if (!chunk.weighted()) return context;
  const at::Tensor z = context.to(at::kFloat);
  const at::Tensor weights = at::tensor(chunk.weights, at::kFloat).to(z.device()).unsqueeze(-1);
  const at::Tensor scaled = z * weights;
  return (scaled * (z.mean() / scaled.mean())).to(context.scalar_type());
}

/// Where two encoders have vocabularies of their own, one may need more chunks: the other gets empty ones.
void fillUp(std::vector<PromptChunk>& chunks, std::size_t count, const ClipTokenizer& tokenizer) {
  if (chunks.size() < count) chunks.resize(count, chunkPrompt(tokenizer, {}).front());
}

}  // namespace

PromptEncoding StableDiffusion::encodeWeightedPrompt(const std::string& prompt, int clipSkip) const {
  const at::NoGradGuard noGradients;
  std::vector<PromptChunk> chunks = chunkPrompt(*tokenizer, prompt), chunks2;
  if (textEncoder2) {
    chunks2 = chunkPrompt(*tokenizer2, prompt);
    fillUp(chunks, chunks2.size(), *tokenizer);
    fillUp(chunks2, chunks.size(), *tokenizer2);
  }
  PromptTokens tokens{idsOf(chunks), textEncoder2 ? idsOf(chunks2) : at::Tensor()};
  // One chunk after another: a chunk's numbers must not depend on how many stand beside it.
  std::vector<at::Tensor> contexts;
  PromptEncoding whole;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    PromptTokens one{tokens.first.narrow(0, row, 1), {}};
    if (tokens.second.defined()) one.second = tokens.second.narrow(0, row, 1);
    const PromptEncoding encoded = encodeTokens(textEncoders(), one, clipSkip);
    // Each encoder's part on its own, as its tokens and their mean are.
    const std::int64_t first = textEncoder2 ? textEncoder->config().size : encoded.context.size(2);
    contexts.push_back(weighted(encoded.context.narrow(2, 0, first), chunks[i]));
    if (textEncoder2) {
      const at::Tensor second = encoded.context.narrow(2, first, encoded.context.size(2) - first);
      contexts.back() = at::cat({contexts.back(), weighted(second, chunks2[i])}, 2);
    }
    if (i == 0) whole.pooled = encoded.pooled;
  }
  whole.context = at::cat(contexts, 1);
  return whole;
}

PromptEncoding StableDiffusion::encodeNothing(int clipSkip) const {
  PromptEncoding empty = encodeWeightedPrompt({}, clipSkip);
  if (!source.emptyIsZero) return empty;
  empty.context = at::zeros_like(empty.context);
  if (empty.pooled.defined()) empty.pooled = at::zeros_like(empty.pooled);
  return empty;
}

void padTogether(const StableDiffusion& model, PromptEncoding& a, PromptEncoding& b, int clipSkip) {
  PromptEncoding& shorter = a.context.size(1) < b.context.size(1) ? a : b;
  const std::int64_t length = std::max(a.context.size(1), b.context.size(1));
  if (shorter.context.size(1) == length) return;
  const at::Tensor empty = model.encodeWeightedPrompt({}, clipSkip).context;
  while (shorter.context.size(1) < length) shorter.context = at::cat({shorter.context, empty}, 1);
}

}  // namespace pleinair
