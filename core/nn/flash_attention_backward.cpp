#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/functions/basic_ops.h>

#include <algorithm>
#include <memory>

#include "core/nn/flash_attention.h"
#include "core/nn/flash_attention_heads.h"
#include "core/nn/parallel.h"

namespace pleinair::nn {
namespace {

// A picture's heads may be fewer than threads; then the keys of a head are two tasks, whatever the number of threads.
constexpr std::int64_t kFewestKeysToPart = 1024;

at::Tensor emptyIf(bool wanted, const at::Tensor& like) {
  return wanted ? at::empty({like.size(0), like.size(1), like.size(2)}, like.options()) : at::Tensor();
}

std::int64_t strideOf(const at::Tensor& x) { return x.defined() ? x.stride(1) : 0; }

struct Recorded : torch::autograd::Function<Recorded> {
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                            const at::Tensor& v, std::int64_t heads, const FlashKernel* kernel) {
    const FlashAttended attended = flashAttentionForward(q, k, v, heads, true, *kernel);
    context->save_for_backward({q, k, v, attended.out, attended.logSumExp});
    context->saved_data["heads"] = heads;
    context->saved_data["kernel"] = reinterpret_cast<std::int64_t>(kernel);
    return attended.out;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const torch::autograd::variable_list saved = context->get_saved_variables();
    const auto* const kernel = reinterpret_cast<const FlashKernel*>(context->saved_data["kernel"].toInt());
    const auto made = [&] {
      const at::NoGradGuard noGradients;
      return flashAttentionBackward(
          gradients[0], saved[0], saved[1], saved[2], {saved[3], saved[4]}, context->saved_data["heads"].toInt(),
          {context->needs_input_grad(0), context->needs_input_grad(1), context->needs_input_grad(2)}, *kernel);
    }();
    torch::autograd::variable_list all = {made[0], made[1], made[2]};
    if (at::GradMode::is_enabled()) {  // someone may differentiate the gradients
      const char* const why = "the gradients of flash attention cannot be differentiated";
      all = (*std::make_shared<torch::autograd::DelayedError>(why, 3))(std::move(all));
    }
    return {all[0], all[1], all[2], {}, {}};
  }
};

}  // namespace

at::Tensor flashAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, std::int64_t heads,
                          const FlashKernel& kernel) {
  if (at::GradMode::is_enabled() && (q.requires_grad() || k.requires_grad() || v.requires_grad())) {
    return Recorded::apply(q, k, v, heads, &kernel);
  }
  return flashAttentionForward(q, k, v, heads, false, kernel).out;
}

std::array<at::Tensor, 3> flashAttentionBackward(const at::Tensor& gradOut, const at::Tensor& q, const at::Tensor& k,
                                                 const at::Tensor& v, const FlashAttended& attended,
                                                 std::int64_t heads, std::array<bool, 3> wanted,
                                                 const FlashKernel& kernel) {
  const AttentionHeads all(q, k, v, attended.out, attended.logSumExp, heads);
  const at::Tensor gradients = rowsInPlace(gradOut);
  const at::Tensor gradQ = emptyIf(wanted[0], q), gradK = emptyIf(wanted[1], k), gradV = emptyIf(wanted[2], v);
  const auto head = [&](std::int64_t i) {
    const auto rows = [&](const at::Tensor& x) { return rowsOf(x, all.picture(i), all.column(i)); };
    return AttentionHeadGradients{.head = all.head(i),
                                  .gradOut = rows(gradients),
                                  .gradQ = rows(gradQ),
                                  .gradK = rows(gradK),
                                  .gradV = rows(gradV),
                                  .gradOutStride = gradients.stride(1),
                                  .gradQStride = strideOf(gradQ),
                                  .gradKStride = strideOf(gradK),
                                  .gradVStride = strideOf(gradV)};
  };

  const FlashBackward& backward = kernel.backward;
  const std::int64_t queries = q.size(1), keys = k.size(1);
  const std::int64_t parts = keys >= kFewestKeysToPart ? 2 : 1;
  const std::int64_t each = ((keys + parts - 1) / parts + backward.keys - 1) / backward.keys * backward.keys;
  const std::int64_t sumWords = wanted[0] ? backward.sumWords(queries, all.size()) : 0;
  const at::Tensor sums = wordsFor(parts > 1 ? all.count() * parts : 0, sumWords);
  SharedCancelPoint cancel;
  inParallel(all.count() * parts, [&](std::int64_t begin, std::int64_t end) {
    // Memory of this thread, which stays in its caches from head to head.
    const at::Tensor packed = wordsFor(1, backward.packedWords(queries, all.size()));
    const at::Tensor work = wordsFor(1, backward.workWords(all.size()));
    const at::Tensor sumsOfOne = wordsFor(parts > 1 ? 0 : 1, sumWords);
    for (std::int64_t i = begin; i < end && !cancel.reached(); ++i) {
      const AttentionHeadGradients one = head(i / parts);
      if (i == begin || i % parts == 0) backward.pack(one, packed.data_ptr());
      const std::int64_t first = i % parts * each;
      float* const sumsOfPart = parts > 1 ? wordsOf(sums, i) : wordsOf(sumsOfOne, 0);
      backward.part(one, packed.data_ptr(), work.data_ptr(), sumsOfPart, first, std::min(first + each, keys));
      if (parts == 1 && wanted[0]) backward.writeQueries(one, sumsOfPart, 1);
    }
  });
  if (parts > 1 && wanted[0]) {
    inParallel(all.count(), [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) backward.writeQueries(head(i), wordsOf(sums, i * parts), parts);
    });
  }
  return {gradQ, gradK, gradV};
}

}  // namespace pleinair::nn
