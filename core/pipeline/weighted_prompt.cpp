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
  const at::Tensor z = context.to(at::kFloat);
  const at::Tensor weights = at::tensor(chunk.weights, at::kFloat).to(z.device()).unsqueeze(-1);
  const at::Tensor scaled = z * weights;
  return (scaled * (z.mean() / scaled.mean())).to(context.scalar_type());
}

}  // namespace

PromptEncoding StableDiffusion::encodeWeightedPrompt(const std::string& prompt, int clipSkip) const {
  const at::NoGradGuard noGradients;
  const std::vector<PromptChunk> chunks = chunkPrompt(*tokenizer, prompt);
  PromptTokens tokens{idsOf(chunks), {}};
  if (textEncoder2) tokens.second = idsOf(chunkPrompt(*tokenizer2, prompt));
  // One chunk after another: a chunk's numbers must not depend on how many stand beside it.
  std::vector<at::Tensor> contexts;
  PromptEncoding whole;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const auto row = static_cast<std::int64_t>(i);
    PromptTokens one{tokens.first.narrow(0, row, 1), {}};
    if (tokens.second.defined()) one.second = tokens.second.narrow(0, row, 1);
    const PromptEncoding encoded = encodeTokens(textEncoders(), one, clipSkip);
    contexts.push_back(chunks[i].weighted() ? weighted(encoded.context, chunks[i]) : encoded.context);
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
